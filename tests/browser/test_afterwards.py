"""The page after a session in real Chromium: rating, files, and the recording."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.lobby_page import signed_in, watched
from tests.fakes import recordings as fake
from tests.fakes.playable import PlayableFilm
from tests.fakes.recordings import RecordingServer
from tests.worker.lesson import PDF, Lesson, until
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens"
PART = 8 * 1024 * 1024
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def lesson(dev_worker: LocalWorker) -> Iterator[Lesson]:
    lesson = Lesson(dev_worker)
    yield lesson
    lesson.close()


@contextmanager
def opened(
    lesson: Lesson, browser: Browser, user: str, expected: tuple[str, ...] = (), **options: object
) -> Iterator[tuple[Page, BrowserContext]]:
    with signed_in(lesson.worker, browser, user=user, **options) as context:
        page = context.new_page()
        with watched(page, expected):
            page.goto(lesson.path)
            yield page, context


def feedback_of(lesson: Lesson) -> list[dict[str, object]]:
    return lesson.sql(
        "SELECT user_id, rating, comment, tags FROM feedback WHERE session_id = ?", lesson.id
    )


def test_stars_are_saved_at_once_and_can_change(lesson: Lesson, browser_with_camera: Browser):
    with opened(lesson, browser_with_camera, "demo-student") as (page, _):
        expect(page.get_by_label("Clear explanations")).to_be_hidden()
        page.get_by_label("4 of 5: Good").check(force=True)
        expect(page.locator("#feedback-status")).to_have_text("Saved")
        assert feedback_of(lesson) == [
            {"user_id": "demo-student", "rating": 4, "comment": None, "tags": "[]"}
        ]
        page.get_by_text("Clear explanations").click()
        page.get_by_label("Anything else?").fill("Thank you!")
        until(lambda: feedback_of(lesson)[0]["comment"], "Thank you!")
        page.reload()
        expect(page.get_by_label("4 of 5: Good")).to_be_checked()
        expect(page.get_by_label("Clear explanations")).to_be_checked()
        expect(page.get_by_label("Anything else?")).to_have_value("Thank you!")
        page.get_by_label("5 of 5: Excellent").check(force=True)
        until(lambda: feedback_of(lesson)[0]["rating"], 5)

        assert feedback_of(lesson)[0]["tags"] == '["clear"]'
    events = "SELECT data FROM analytics_events WHERE session_id = ? AND event = ? ORDER BY id"
    until(
        lambda: [row["data"] for row in lesson.sql(events, lesson.id, "feedback_submitted")],
        ['{"rating": 4}', '{"rating": 5}'],
    )


def test_stars_work_by_keyboard(lesson: Lesson, browser_with_camera: Browser):
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        page.get_by_label("1 of 5: Poor").focus()
        page.keyboard.press("Space")
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        expect(page.locator("#announcer")).to_have_text("Feedback saved.")

        until(lambda: [row["rating"] for row in feedback_of(lesson)], [3])


def test_feedback_works_without_scripts(lesson: Lesson, browser_with_camera: Browser):
    with opened(lesson, browser_with_camera, "demo-student", java_script_enabled=False) as (
        page,
        _,
    ):
        page.get_by_label("2 of 5: Not great").check(force=True)
        page.get_by_label("Anything else?").fill("Late")
        page.get_by_role("button", name="Send feedback").click()
        expect(page.get_by_text("Saved. Thank you!")).to_be_visible()
        expect(page.get_by_role("button", name="Save changes")).to_be_visible()

        assert feedback_of(lesson)[0]["comment"] == "Late"


def test_a_long_comment_stays_whole_and_survives_a_sign_out(
    lesson: Lesson, browser_with_camera: Browser
):
    with opened(lesson, browser_with_camera, "demo-student", expected=("401", "403")) as (page, _):
        comment, status = page.get_by_label("Anything else?"), page.locator("#feedback-status")
        page.get_by_label("4 of 5: Good").check(force=True)
        expect(status).to_have_text("Saved")
        comment.fill("é" * 2_014)
        assert comment.evaluate("field => field.value.length") == 2_014
        expect(page.locator("#feedback-too-long")).to_have_text("At most 2,000 characters, please.")
        expect(page.locator("#feedback-excess")).to_have_text("14 too many")
        expect(comment).to_have_attribute("aria-invalid", "true")
        expect(status).to_have_text("Not saved: the text is too long.")

        signed_out = {"error": {"code": "signed_out", "message": "Please sign in."}}
        page.route("**/feedback", lambda route: route.fulfill(status=401, json=signed_out))
        comment.fill("é" * 2_000)
        expect(page.locator("#feedback-excess")).to_be_empty()
        expect(status).to_contain_text("Not saved: you are signed out.")
        with page.context.expect_page() as opening:
            status.get_by_role("link", name="Sign in (new tab)").click()
        expect(opening.value.get_by_text("still in the other tab")).to_be_visible()
        opening.value.close()
        page.unroute("**/feedback")
        stranger = {"error": {"code": "not_participant", "message": "You're not part of it."}}
        page.route("**/feedback", lambda route: route.fulfill(status=403, json=stranger), times=1)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(status).to_contain_text("Not saved: you are signed in as somebody else.")
        expect(status.get_by_role("link", name="Sign in (new tab)")).to_be_visible()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        until(lambda: feedback_of(lesson)[0]["comment"], "é" * 2_000)


def test_feedback_refused_as_too_frequent_is_sent_again(
    lesson: Lesson, browser_with_camera: Browser
):
    student = opened(lesson, browser_with_camera, "demo-student", expected=("429",))
    with student as (page, _):
        refusal = {"error": {"code": "too_many_requests", "message": "Please wait a moment."}}
        page.route("**/feedback", lambda r: r.fulfill(status=429, json=refusal), times=1)
        page.get_by_label("4 of 5: Good").check(force=True)
        expect(page.locator("#feedback-status")).to_have_text("Please wait a moment.")
        expect(page.locator("#feedback-status")).to_have_text("Saved", timeout=10_000)

        assert feedback_of(lesson)[0]["rating"] == 4


def test_feedback_survives_a_lost_connection(lesson: Lesson, browser_with_camera: Browser):
    student = opened(lesson, browser_with_camera, "demo-student", expected=(OFFLINE,))
    with student as (page, context):
        context.set_offline(True)
        page.get_by_label("4 of 5: Good").check(force=True)
        expect(page.locator("#feedback-status")).to_contain_text("Not saved")
        context.set_offline(False)
        expect(page.locator("#feedback-status")).to_have_text("Saved", timeout=10_000)

        assert feedback_of(lesson)[0]["rating"] == 4


def test_three_uploads_survive_a_network_cut(
    lesson: Lesson, browser_with_camera: Browser, tmp_path: Path
):
    files = {"notes.pdf": PDF, "exercise.txt": b"1 + 1 = ?", "slides.pdf": PDF + bytes(100_000_000)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    teacher = opened(lesson, browser_with_camera, "demo-teacher", expected=(OFFLINE,))
    with teacher as (page, context):
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.locator("#file-picker").set_input_files([tmp_path / name for name in files])
        row = page.locator(".upload-row", has_text="slides.pdf")
        while sum("/parts/" in url for url in sent) < 4:
            page.wait_for_timeout(100)  # events come only while Playwright is asked for something
        context.set_offline(True)
        expect(row).to_contain_text("Waiting for the network", timeout=20_000)
        page.screenshot(path=SCREENS / "upload-offline.png", full_page=True)
        context.set_offline(False)
        expect(page.locator(".file-list .file-name")).to_have_count(3, timeout=120_000)
        expect(page.locator(".upload-row")).to_have_count(0)

        parts = [url.rsplit("/", 1)[1] for url in sent if "/parts/" in url]
        assert sorted(set(parts), key=int) == [str(n) for n in range(1, 13)]
        assert len(parts) <= 12 + 6, "one part was sent again, not all"
    sizes = {each["name"]: each["size_bytes"] for each in lesson.resources()}
    assert sizes == {name: len(content) for name, content in files.items()}


def test_an_upload_goes_on_after_a_reload(
    lesson: Lesson, browser_with_camera: Browser, tmp_path: Path
):
    (tmp_path / "slides.pdf").write_bytes(PDF + bytes(40_000_000))
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        page.on("dialog", lambda dialog: dialog.accept())
        page.route("**/parts/4", lambda route: None)  # never answered
        page.locator("#file-picker").set_input_files(tmp_path / "slides.pdf")
        arrived = "SELECT count(*) AS n FROM upload_parts"
        until(lambda: lesson.sql(arrived)[0]["n"], lambda count: count >= 3, 60)
        page.reload()
        row = page.locator(".upload-row", has_text="slides.pdf")
        expect(row).to_contain_text("Interrupted at 6")
        page.unroute("**/parts/4")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.locator("#file-picker").set_input_files(tmp_path / "slides.pdf")
        expect(page.locator(".file-list .file-name")).to_have_text("slides.pdf", timeout=60_000)

        parts = [url.rsplit("/", 1)[1] for url in sent if "/parts/" in url]
        assert parts == ["4", "5"]
        expect(page.locator(".upload-row")).to_have_count(0)


def test_a_queued_file_that_is_removed_fails(
    lesson: Lesson, browser_with_camera: Browser, tmp_path: Path
):
    held: list[Route] = []
    names = ["one.pdf", "two.pdf", "large.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(PDF)
    (tmp_path / "large.pdf").write_bytes(PDF + bytes(30_000_000))
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        page.route("**/resources?name=*", lambda route: held.append(route))  # noqa: PLW0108
        page.locator("#file-picker").set_input_files([tmp_path / name for name in names])
        row = page.locator(".upload-row", has_text="large.pdf")
        expect(row).to_be_visible()
        while len(held) < 2:
            page.wait_for_timeout(50)
        (tmp_path / "large.pdf").unlink()
        for route in held:
            route.continue_()

        expect(row).to_contain_text("This file cannot be read.")
        expect(row.get_by_role("button", name=re.compile("Retry"))).to_have_count(0)
        expect(page.locator(".file-list .file-name")).to_have_count(2)


def test_download_delete_and_undo(lesson: Lesson, browser_with_camera: Browser):
    lesson.upload("notes.pdf")
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        with page.expect_download() as download:
            page.get_by_role("link", name="Download notes.pdf").click()
        assert Path(download.value.path()).read_bytes() == PDF
        assert download.value.suggested_filename == "notes.pdf"
        page.get_by_role("button", name="Delete notes.pdf").click()
        undo = page.get_by_role("button", name="Undo deleting notes.pdf")
        expect(undo).to_be_focused()
        assert lesson.resources() == []
        undo.press("Enter")
        expect(page.get_by_role("link", name="notes.pdf", exact=True)).to_be_focused()
        expect(page.locator("#announcer")).to_have_text("notes.pdf is back.")

        assert [each["name"] for each in lesson.resources()] == ["notes.pdf"]


def test_a_refused_file_shows_the_reason(
    lesson: Lesson, browser_with_camera: Browser, tmp_path: Path
):
    (tmp_path / "page.pdf").write_bytes(b"<script>alert(1)</script>")
    (tmp_path / "empty.pdf").write_bytes(b"")
    names = ["page.pdf", "empty.pdf"]
    teacher = opened(lesson, browser_with_camera, "demo-teacher", expected=("415",))
    with teacher as (page, _):
        page.locator("#file-picker").set_input_files([tmp_path / name for name in names])
        rows = page.locator(".upload-row")
        expect(rows.filter(has_text="page.pdf")).to_contain_text("not what its name says")
        expect(rows.filter(has_text="empty.pdf")).to_contain_text("The file is empty.")
        expect(page.get_by_role("button", name=re.compile("Retry"))).to_have_count(0)
        # Running uploads are above failed ones.
        page.route("**/resources?name=*", lambda _: None)
        notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Eigenvalues"}
        page.locator("#file-picker").set_input_files(files=[notes])
        expect(rows.first).to_contain_text("notes.txt")
        page.get_by_role("button", name="Dismiss page.pdf").click()
        expect(rows).to_have_count(2)


def test_a_file_uploaded_during_a_refresh_stays_in_the_list(
    lesson: Lesson, browser_with_camera: Browser
):
    held: list[Route] = []
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        expect(page.locator("#upload")).to_be_visible()
        page.route("**/resources", lambda route: held.append(route))  # noqa: PLW0108
        with page.expect_request("**/resources"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Eigenvalues"}
        page.locator("#file-picker").set_input_files(files=[notes])
        row = page.locator(".file-list .file-name")
        expect(row).to_have_text("notes.txt")
        held[0].fulfill(json={"resources": [], "recording": "none"})
        page.wait_for_timeout(500)
        expect(row).to_have_text("notes.txt")


def test_an_unreadable_file_does_not_stop_the_other_uploads(
    lesson: Lesson, browser_with_camera: Browser
):
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        expect(page.locator("#upload")).to_be_visible()
        page.evaluate(
            """() => {
              const folder = new File(["x"], "folder");
              folder.slice = () => ({
                arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")),
              });
              const notes = new File(["Eigenvalues"], "notes.txt", { type: "text/plain" });
              const drop = new Event("drop");
              drop.dataTransfer = { types: ["Files"], files: [folder, notes] };
              window.dispatchEvent(drop);
            }"""
        )
        row = page.locator(".upload-row", has_text="folder")
        expect(row).to_contain_text("This file cannot be read.")
        expect(page.locator(".file-list .file-name")).to_have_text("notes.txt")


@pytest.mark.parametrize("status", [400, 429])
def test_retry_pressed_twice_sends_a_file_once(
    lesson: Lesson, browser_with_camera: Browser, status: int
):
    teacher = opened(lesson, browser_with_camera, "demo-teacher", expected=(str(status),))
    with teacher as (page, _):
        failure = {"error": {"code": "refused", "message": "Please try again."}}
        page.route("**/resources?name=*", lambda r: r.fulfill(status=status, json=failure), times=1)
        notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Eigenvalues"}
        page.locator("#file-picker").set_input_files(files=[notes])
        retry = page.get_by_role("button", name="Retry notes.txt")
        expect(retry).to_be_visible()
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if "resources?name" in r.url else None)
        retry.evaluate("button => { button.focus(); button.click(); button.click(); }")
        expect(page.locator(".file-list .file-name")).to_have_text("notes.txt")
        page.wait_for_timeout(500)

        assert len(sent) == 1


def test_undo_does_not_take_the_focus_from_a_field(lesson: Lesson, browser_with_camera: Browser):
    lesson.upload("notes.pdf")
    with opened(lesson, browser_with_camera, "demo-teacher") as (page, _):
        page.get_by_label("4 of 5: Good").check(force=True)
        comment = page.get_by_label("Anything else?")
        held: list[Route] = []
        page.route("**/resources/*", lambda route: held.append(route))  # noqa: PLW0108
        with page.expect_request("**/resources/*"):
            page.get_by_role("button", name="Delete notes.pdf").click()
        comment.focus()
        held[0].continue_()
        expect(page.get_by_role("button", name="Undo deleting notes.pdf")).to_be_visible()

        expect(comment).to_be_focused()


def test_a_failed_delete_shows_the_reason(lesson: Lesson, browser_with_camera: Browser):
    lesson.upload("notes.pdf")
    teacher = opened(lesson, browser_with_camera, "demo-teacher", expected=("503",))
    with teacher as (page, _):
        failure = {"error": {"code": "unavailable", "message": "Try again."}}
        page.route("**/resources/*", lambda route: route.fulfill(status=503, json=failure))
        delete = page.get_by_role("button", name="Delete notes.pdf")
        delete.click()
        expect(page.locator(".file-list .file")).to_contain_text("Not deleted. Try again.")
        expect(delete).to_be_focused()


def test_a_student_sees_files_but_cannot_upload(lesson: Lesson, browser_with_camera: Browser):
    with opened(lesson, browser_with_camera, "demo-student") as (page, _):
        expect(page.get_by_text("Nothing here yet.")).to_be_visible()
        assert page.locator("#upload, #file-picker, .file-delete").count() == 0
        lesson.upload("notes.pdf")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_role("link", name="notes.pdf", exact=True)).to_be_visible()


@pytest.fixture(scope="module")
def source() -> Iterator[RecordingServer]:
    with fake.running() as server:
        yield server


def test_a_recording_appears_and_seeks_without_loading_its_first_half(
    source: RecordingServer,
    worker_with: Callable[..., LocalWorker],
    browser_with_camera: Browser,
):
    worker = worker_with(DEV_RECORDINGS_URL=source.url, RECORDING_RETRY_S="0")
    lesson = Lesson(worker, recording_enabled=1, provider="plugnmeet", provider_room_id="r1")
    film = PlayableFilm(padding=100_000)
    source.add("seekable", film)
    with opened(lesson, browser_with_camera, "demo-student") as (page, _):
        expect(page.get_by_text("The recording is being prepared.")).to_be_visible()
        page.screenshot(path=SCREENS / "recording-preparing.png", full_page=True)
        lesson.nobody.post(
            "/dev/recordings", json={"session_id": lesson.id, "record_id": "seekable"}
        )
        until(lambda: lesson.listing()["recording"], "ready", 60)
        asked: list[int] = []

        def note(request) -> None:
            if "/resources/" in request.url and "range" in request.headers:
                asked.append(int(request.headers["range"].removeprefix("bytes=").split("-")[0]))

        page.on("request", note)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        video = page.locator("video")
        expect(video).to_be_visible()
        while not page.evaluate("document.querySelector('video').duration > 59"):
            page.wait_for_timeout(100)
        page.evaluate(SEEK)
        page.screenshot(path=SCREENS / "recording-ready.png", full_page=True)
        buffered = page.evaluate(BUFFERED)

        print("ranges asked for:", asked, "of", film.size, "bytes; buffered seconds:", buffered)
        assert not any(start <= 15 <= end for start, end in buffered)
        assert any(start <= 30 <= end for start, end in buffered)
        assert 0 < len(asked) <= 8
        assert not any(film.size * 0.1 < start < film.size * 0.4 for start in asked)
        assert max(asked) > film.size * 0.4
        expect(page.locator("#announcer")).to_have_text("The recording is ready.")
    lesson.close()


SEEK = """() => new Promise((resolve) => {
  const video = document.querySelector("video");
  video.addEventListener("seeked", resolve, { once: true });
  video.currentTime = 30;
})"""
BUFFERED = """() => {
  const { buffered } = document.querySelector("video");
  return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
}"""
