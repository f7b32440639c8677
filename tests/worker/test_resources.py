"""Files of a session in real workerd and real R2: uploads, downloads, deletions."""

import hashlib
import os
import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.worker.lesson import PDF, Lesson, until
from tools.local_worker import LocalWorker

PART = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def lesson(dev_worker: LocalWorker) -> Iterator[Lesson]:
    lesson = Lesson(dev_worker)
    yield lesson
    lesson.close()


@pytest.fixture
def fresh(dev_worker: LocalWorker) -> Iterator[Lesson]:
    lesson = Lesson(dev_worker)
    yield lesson
    lesson.close()


@pytest.fixture(scope="module")
def file(lesson: Lesson) -> str:
    """The path of an uploaded PDF."""
    return f"{lesson.path}/resources/{lesson.upload()['id']}"


def test_uploaded_file_can_be_downloaded_by_both(fresh: Lesson):
    uploaded = fresh.upload("Übung 1.pdf")

    assert fresh.resources() == [uploaded]
    assert uploaded | {"id": ""} == {
        "id": "",
        "name": "Übung 1.pdf",
        "type": "application/pdf",
        "size_bytes": len(PDF),
        "status": "ready",
    }
    for client in (fresh.student, fresh.teacher):
        answer = client.get(f"{fresh.path}/resources/{uploaded['id']}")
        assert answer.content == PDF
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"Ubung 1.pdf\"; filename*=UTF-8''%C3%9Cbung%201.pdf"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["server-timing"].endswith('"round trips: 1"')


def test_safe_file_is_shown_inline_on_request(lesson: Lesson, file: str):
    answer = lesson.student.get(f"{file}?view=1")

    assert answer.headers["content-disposition"].startswith("inline; ")
    assert "media-src 'self'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_text_file_is_never_shown_inline(fresh: Lesson):
    uploaded = fresh.upload("page.txt", b"<script>alert(document.cookie)</script>")
    answer = fresh.student.get(f"{fresh.path}/resources/{uploaded['id']}?view=1")

    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_head_has_all_headers_without_a_body(lesson: Lesson, file: str):
    """RFC 9110, section 14.2: a range is for GET alone."""
    whole = lesson.student.get(file)
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999999-"}):
        head = lesson.student.head(file, headers=headers)

        assert head.status_code == 200
        assert head.content == b""
        assert "content-range" not in head.headers
        for name in ("content-type", "etag", "accept-ranges", "content-disposition"):
            assert head.headers[name] == whole.headers[name]
        assert head.headers["content-length"] == str(len(PDF))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, len(PDF)),
        ("bytes=-100", len(PDF) - 100, len(PDF)),
        ("bytes=5-99999999", 5, len(PDF)),
        ("bytes=-99999999", 0, len(PDF)),
    ],
)
def test_range_returns_that_part(lesson: Lesson, file: str, asked: str, start: int, stop: int):
    answer = lesson.student.get(file, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == PDF[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(PDF)}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=9-1", "bytes=a-b", "lines=1-2", "bytes=-", "bytes=1-2-3"]
)
def test_invalid_range_returns_the_whole_file(lesson: Lesson, file: str, asked: str):
    answer = lesson.student.get(file, headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.content == PDF


@pytest.mark.parametrize("asked", [f"bytes={len(PDF)}-", "bytes=999999999-", "bytes=-0"])
def test_range_after_the_end_is_416(lesson: Lesson, file: str, asked: str):
    answer = lesson.student.get(file, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(PDF)}"
    assert answer.json()["error"]["code"] == "range_not_satisfiable"


def test_conditional_requests_use_the_etag(lesson: Lesson, file: str):
    get = lesson.student.get
    etag = get(file).headers["etag"]
    part = {"Range": "bytes=0-9"}

    assert etag.startswith('"')
    assert get(file, headers={"If-None-Match": etag}).status_code == 304
    assert get(file, headers={"If-None-Match": f'"x", W/{etag}'}).status_code == 304
    assert get(file, headers={"If-None-Match": "*"}).status_code == 304
    assert get(file, headers={"If-None-Match": '"x"'}).status_code == 200
    assert get(file, headers={"If-Match": etag}).status_code == 200
    assert get(file, headers={"If-Match": '"x"'}).status_code == 412
    assert get(file, headers=part | {"If-Range": etag}).status_code == 206
    assert get(file, headers=part | {"If-Range": '"x"'}).status_code == 200
    assert get(file, headers={"If-None-Match": etag}).headers["etag"] == etag


def test_files_are_accessible_to_participants_only(lesson: Lesson, file: str):
    assert lesson.stranger.get(file).status_code == 403
    assert lesson.stranger.get(f"{lesson.path}/resources").status_code == 403
    assert lesson.nobody.get(file).status_code == 401
    assert lesson.nobody.post(f"{lesson.path}/resources?name=a.pdf", content=PDF).status_code == 401
    assert lesson.stranger.delete(file).status_code == 403


def test_file_is_not_found_under_another_session(lesson: Lesson, fresh: Lesson, file: str):
    resource = file.rsplit("/", 1)[1]
    elsewhere = f"{fresh.path}/resources/{resource}"

    assert fresh.student.get(elsewhere).status_code == 404
    assert fresh.teacher.delete(elsewhere).status_code == 404
    assert fresh.teacher.post(f"{elsewhere}/restore").status_code == 404
    assert lesson.student.get(file).status_code == 200


def test_student_cannot_upload_or_delete(lesson: Lesson, file: str):
    path = lesson.path
    start = {"name": "a.pdf", "size_bytes": 10, "key": "x" * 16}

    for answer in (
        lesson.student.post(f"{path}/resources?name=a.pdf", content=PDF),
        lesson.student.post(f"{path}/uploads", json=start),
        lesson.student.get(f"{path}/uploads"),
        lesson.student.delete(file),
        lesson.student.post(f"{file}/restore"),
    ):
        assert answer.status_code == 403, answer.text
        assert answer.json()["error"]["code"] == "forbidden"


def test_cross_site_upload_is_forbidden(lesson: Lesson):
    answer = lesson.teacher.post(
        f"{lesson.path}/resources?name=a.pdf", content=PDF, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", 415),
        ("page.pdf", b"<!-- %PDF-1.7 --><script>alert(1)</script>", 415),
        ("drawing.svg", b"<svg onload='alert(1)'/>", 415),
        ("page.html", b"<script>alert(1)</script>", 415),
        ("drawing.svg.png", b"<svg onload='alert(1)'/>", 415),
        ("program.pdf.exe", b"MZ", 415),
        ("photo.png", b"\x89PNG\r\n\x1a\x0b", 415),
        ("noending", PDF, 415),
        ("", PDF, 422),
        ("../..", PDF, 422),
        ("\u202e\u200b\x00", PDF, 422),
        ("empty.pdf", b"", 422),
    ],
)
def test_hostile_upload_is_refused_and_removed(
    fresh: Lesson, name: str, content: bytes, status: int
):
    answer = fresh.teacher.post(
        f"{fresh.path}/resources?name={quote(name)}",
        content=content,
        headers={"Content-Type": "application/pdf"},
    )

    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert fresh.resources() == []
    assert fresh.keys() == []
    assert fresh.sql("SELECT * FROM session_resources WHERE session_id = ?", fresh.id) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\amara\\notes.pdf", "notes.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("page.html.pdf", "page.html.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ('"; filename="evil.html.pdf', '"; filename="evil.html.pdf'),
        (".. .pdf", "pdf.pdf"),
        ("x" * 500 + ".pdf", "x" * 176 + ".pdf"),
    ],
)
def test_hostile_name_is_sanitized(fresh: Lesson, name: str, kept: str):
    if kept == "pdf.pdf":  # only dots before the extension: no extension remains
        answer = fresh.teacher.post(f"{fresh.path}/resources?name={quote(name)}", content=PDF)
        assert answer.status_code == 415
        return
    uploaded = fresh.upload(name)
    answer = fresh.student.get(f"{fresh.path}/resources/{uploaded['id']}")

    assert uploaded["name"] == kept
    assert answer.headers["content-type"] == "application/pdf"
    assert "set-cookie" not in answer.headers
    assert fresh.keys() == [f"sessions/{fresh.id}/resources/{uploaded['id']}"]
    page = fresh.student.get(fresh.path).text
    assert "<script>alert" not in page


def test_upload_without_length_is_refused(lesson: Lesson):
    answer = lesson.teacher.post(
        f"{lesson.path}/resources?name=a.pdf", content=iter([PDF[:100], PDF[100:]])
    )

    assert answer.status_code == 411


def test_interrupted_upload_is_invisible_and_swept(fresh: Lesson):
    cookie = fresh.teacher.headers["cookie"]
    with socket.create_connection(("localhost", fresh.worker.port)) as raw:
        raw.sendall(
            f"POST {fresh.path}/resources?name=a.pdf HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: {cookie}\r\nContent-Length: 100000\r\n\r\n".encode()
            + PDF[:5000]
        )
        query = "SELECT id, status FROM session_resources WHERE session_id = ?"
        until(lambda: fresh.sql(query, fresh.id), lambda rows: len(rows) == 1)

    assert fresh.resources() == []
    fresh.sql("UPDATE session_resources SET updated_at = 0 WHERE session_id = ?", fresh.id)
    fresh.worker.scheduled()
    assert fresh.sql(query, fresh.id) == []
    assert fresh.keys() == []


def test_large_single_upload_is_refused_before_its_body(lesson: Lesson):
    with httpx.Client(trust_env=False) as client:
        request = client.build_request(
            "POST",
            f"{lesson.worker.url}{lesson.path}/resources?name=a.pdf",
            headers={"Cookie": lesson.teacher.headers["cookie"], "Content-Length": "150000000"},
        )
        # The response comes before the body, which is never sent.
        with socket.create_connection(("localhost", lesson.worker.port)) as raw:
            head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            raw.sendall(f"POST {request.url.raw_path.decode()} HTTP/1.1\r\n{head}\r\n".encode())
            assert b" 413 " in raw.recv(4096)


def test_deleted_file_can_be_restored(fresh: Lesson):
    uploaded = fresh.upload()
    file = f"{fresh.path}/resources/{uploaded['id']}"
    deleted = fresh.teacher.delete(file)

    assert deleted.json()["status"] == "deleted"
    assert fresh.teacher.delete(file).json() == deleted.json()
    assert fresh.student.get(file).status_code == 404
    assert fresh.resources() == []
    assert fresh.teacher.post(f"{file}/restore").json() == uploaded
    assert fresh.teacher.post(f"{file}/restore").json() == uploaded
    assert fresh.student.get(file).content == PDF


def test_deleted_file_is_removed_by_the_sweep(fresh: Lesson):
    file = f"{fresh.path}/resources/{fresh.upload()['id']}"
    fresh.teacher.delete(file)
    fresh.worker.scheduled()
    assert len(fresh.keys()) == 1

    long_ago = "UPDATE session_resources SET updated_at = 0, deleted_at = 0 WHERE session_id = ?"
    fresh.sql(long_ago, fresh.id)
    assert fresh.teacher.post(f"{file}/restore").status_code == 409
    fresh.worker.scheduled()
    assert fresh.keys() == []
    assert fresh.teacher.post(f"{file}/restore").status_code == 404


class InParts:
    """An upload in parts, like that of the page."""

    def __init__(self, lesson: Lesson, name: str, content: bytes) -> None:
        self.lesson = lesson
        self.content = content
        self.about = {
            "name": name,
            "size_bytes": len(content),
            "key": hashlib.sha256(content).hexdigest(),
        }
        self.upload = self.start().json()
        self.path = f"{lesson.path}/uploads/{self.upload['id']}"

    def start(self) -> httpx.Response:
        return self.lesson.teacher.post(f"{self.lesson.path}/uploads", json=self.about)

    def send(self, number: int) -> httpx.Response:
        part = self.content[(number - 1) * PART : number * PART]
        return self.lesson.teacher.put(f"{self.path}/parts/{number}", content=part)

    def complete(self) -> httpx.Response:
        return self.lesson.teacher.post(f"{self.path}/complete")


def test_upload_in_parts_resumes(fresh: Lesson):
    content = b"%PDF-1.7\n" + os.urandom(20_000_000)
    first = InParts(fresh, "slides.pdf", content)
    assert first.send(1).json()["received_bytes"] == PART
    again = InParts(fresh, "slides.pdf", content)

    assert again.upload["id"] == first.upload["id"]
    assert again.upload["parts"] == [1]
    assert fresh.teacher.get(f"{fresh.path}/uploads").json()["uploads"] == [again.upload]
    assert again.complete().status_code == 409
    assert again.send(3).is_success
    assert again.send(2).is_success
    done = again.complete()
    assert done.status_code == 201
    assert again.complete().json() == done.json()
    assert fresh.resources() == [done.json()]
    assert fresh.teacher.get(f"{fresh.path}/uploads").json() == {"uploads": []}
    download = fresh.student.get(f"{fresh.path}/resources/{done.json()['id']}")
    assert hashlib.sha256(download.content).hexdigest() == first.about["key"]


def test_upload_restarts_after_a_wrong_etag(fresh: Lesson):
    """As after two requests with one part: D1 has the ETag of the part that R2 has replaced."""
    upload = InParts(fresh, "slides.pdf", b"%PDF-1.7\n" + bytes(PART))
    assert upload.send(1).is_success
    assert upload.send(2).is_success
    other = "UPDATE upload_parts SET etag = 'other' WHERE resource_id = ? AND number = 1"
    fresh.sql(other, upload.upload["id"])
    answer = upload.complete()
    assert answer.status_code == 400
    assert "send it again" in answer.json()["error"]["message"]
    assert upload.start().json() == upload.upload, "the same upload, without parts"
    assert upload.send(1).is_success
    assert upload.send(2).is_success

    assert upload.complete().status_code == 201


def test_key_belongs_to_one_file(fresh: Lesson):
    upload = InParts(fresh, "slides.pdf", b"%PDF-1.7\n" + bytes(PART))
    upload.about["size_bytes"] += 1
    answer = upload.start()

    assert answer.status_code == 409
    assert "under this key" in answer.json()["error"]["message"]


def test_part_must_have_the_announced_length(fresh: Lesson):
    upload = InParts(fresh, "slides.pdf", b"%PDF-1.7\n" + bytes(PART))
    put = fresh.teacher.put

    assert put(f"{upload.path}/parts/1", content=bytes(100)).status_code == 422
    assert put(f"{upload.path}/parts/2", content=bytes(100)).status_code == 422
    assert put(f"{upload.path}/parts/3", content=bytes(9)).status_code == 422
    assert put(f"{upload.path}/parts/0", content=bytes(9)).status_code == 422
    assert put(f"{upload.path}/parts/10000", content=bytes(9)).status_code == 422
    assert put(f"{upload.path}/parts/x", content=bytes(9)).status_code == 404
    assert put(f"{upload.path}/parts/999999", content=bytes(9)).status_code == 404
    assert fresh.student.put(f"{upload.path}/parts/1", content=bytes(9)).status_code == 403


def test_large_file_of_a_wrong_type_is_refused_and_removed(fresh: Lesson):
    upload = InParts(fresh, "slides.pdf", b"<script>" + bytes(PART))
    assert upload.send(1).is_success
    assert upload.send(2).is_success

    assert upload.complete().status_code == 415
    assert fresh.keys() == []
    assert upload.complete().status_code == 404
    assert fresh.teacher.put(f"{upload.path}/parts/1", content=b"x").status_code == 404


def test_cancelled_upload_is_removed(fresh: Lesson):
    upload = InParts(fresh, "slides.pdf", b"%PDF-1.7\n" + bytes(PART))
    assert upload.send(1).is_success

    assert fresh.teacher.delete(upload.path).status_code == 204
    assert fresh.teacher.delete(upload.path).status_code == 404
    assert fresh.teacher.put(f"{upload.path}/parts/1", content=b"x").status_code == 404


def test_abandoned_upload_is_swept_after_a_day(fresh: Lesson):
    upload = InParts(fresh, "slides.pdf", b"%PDF-1.7\n" + bytes(PART))
    assert upload.send(1).is_success
    ago = "UPDATE session_resources SET updated_at = updated_at - ? WHERE session_id = ?"
    fresh.sql(ago, 23 * 60 * 60, fresh.id)
    fresh.worker.scheduled()
    assert len(fresh.teacher.get(f"{fresh.path}/uploads").json()["uploads"]) == 1

    fresh.sql(ago, 2 * 60 * 60, fresh.id)
    fresh.worker.scheduled()
    assert fresh.teacher.get(f"{fresh.path}/uploads").json() == {"uploads": []}
    assert fresh.sql("SELECT * FROM upload_parts WHERE resource_id = ?", upload.upload["id"]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"size_bytes": 0},
        {"size_bytes": -1},
        {"size_bytes": "10"},
        {"size_bytes": 2.5},
        {"key": "short"},
        {"key": "../../../../etc"},
        {"name": ""},
        {"extra": 1},
    ],
)
def test_invalid_start_is_refused(lesson: Lesson, changes: dict[str, object]):
    about = {"name": "a.pdf", "size_bytes": 30_000_000, "key": "k" * 32} | changes

    assert lesson.teacher.post(f"{lesson.path}/uploads", json=about).status_code == 422


def test_files_have_a_limit_each_and_together(worker_with):
    lesson = Lesson(worker_with(UPLOAD_MAX_MB="30", UPLOAD_QUOTA_MB="40"))
    about = {"name": "a.pdf", "size_bytes": 31_000_000, "key": "k" * 32}
    start = f"{lesson.path}/uploads"
    answer = lesson.teacher.post(start, json=about)
    assert answer.status_code == 413
    assert "at most 30 MB" in answer.json()["error"]["message"]
    assert lesson.teacher.post(start, json=about | {"size_bytes": 30_000_000}).status_code == 201
    answer = lesson.teacher.post(start, json=about | {"size_bytes": 11_000_000, "key": "j" * 32})

    assert answer.status_code == 413
    assert "at most 40 MB together" in answer.json()["error"]["message"]
    lesson.close()


def test_restore_respects_the_quota(worker_with):
    lesson = Lesson(worker_with(UPLOAD_QUOTA_MB="1"))
    first, second = (b"%PDF-1.7\n" + bytes(600_000 + number) for number in (1, 2))
    file = f"{lesson.path}/resources/{lesson.upload('first.pdf', first)['id']}"
    lesson.teacher.delete(file)
    other = f"{lesson.path}/resources/{lesson.upload('second.pdf', second)['id']}"
    answer = lesson.teacher.post(f"{file}/restore")
    assert answer.status_code == 409
    assert "no room" in answer.json()["error"]["message"]
    lesson.teacher.delete(other)

    assert lesson.teacher.post(f"{file}/restore").is_success
    lesson.close()


def test_cancelled_session_refuses_uploads(dev_worker: LocalWorker):
    lesson = Lesson(dev_worker, status="cancelled", started_at=None)

    answer = lesson.teacher.post(f"{lesson.path}/resources?name=a.pdf", content=PDF)
    assert answer.status_code == 409
    lesson.close()


def test_json_responses_keep_their_headers(lesson: Lesson, file: str):
    answer = lesson.student.get(f"{lesson.path}/resources")

    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    for name in ("x-content-type-options", "referrer-policy", "cross-origin-resource-policy"):
        assert lesson.student.get(file).headers[name] == answer.headers[name]


def test_page_with_files_needs_one_round_trip(lesson: Lesson, file: str):
    answer = lesson.student.get(lesson.path)

    assert answer.headers["server-timing"].endswith('"round trips: 1"')
    assert file in answer.text


def test_chat_is_downloaded_as_text(lesson: Lesson):
    answer = lesson.student.get(f"{lesson.path}/chat.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "Nobody wrote anything." in answer.text
    assert lesson.stranger.get(f"{lesson.path}/chat.txt").status_code == 403
