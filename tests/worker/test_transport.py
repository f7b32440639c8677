"""httpx over the runtime's fetch, in real workerd, against a misbehaving server."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import plain_http
from tests.fakes import misbehaving_server
from tests.fakes.misbehaving_server import SLOW_S, MisbehavingServer
from tools.local_worker import LocalWorker, free_port
from tools.paths import PYTHON_MODULES, ROOT

PROBE = Path(__file__).parent / "transport_probe"
Ask = Callable[..., dict[str, Any]]


class ProbeWorker(LocalWorker):
    """A probe in place of the whole Worker; it has no database."""

    def apply_migrations(self) -> None:
        pass

    def _command(self) -> list[str]:
        return [*super()._command(), f"--config={self.state / 'wrangler.toml'}"]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    project = tmp_path_factory.mktemp("probe")
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROBE / "wrangler.toml", project)
    shutil.copy(PROBE / "entry.py", project / "src")
    (project / "python_modules").symlink_to(PYTHON_MODULES)
    worker = ProbeWorker({}, port=free_port(), state=project)
    worker.start()

    def ask(method: str, url: str, **more: Any) -> dict[str, Any]:
        order = {"method": method, "url": url, **more}
        answer = plain_http.request("POST", worker.url, json=order)
        assert answer.status_code == 200, worker.logs()
        report: dict[str, Any] = answer.json()
        return report

    yield ask
    worker.stop()


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving_server.running() as server:
        yield server


def test_request_arrives_unchanged(ask: Ask, server: MisbehavingServer) -> None:
    text = 'äöü {"a": 1}'
    headers = [["User-Agent", "session-room-test/1"], ["X-Two", "a"], ["X-Two", "b"]]
    answer = ask("POST", f"{server.url}/plain?a=%2Fb+c&d=~", headers=headers, content=text)

    assert (answer["status"], answer["text"], answer["history"]) == (200, "plain", 0)
    [(method, path, sent, body)] = server.asked
    assert (method, path, body) == ("POST", "/plain?a=%2Fb+c&d=~", text.encode())
    assert ("User-Agent", "session-room-test/1") in sent
    assert [value for name, value in sent if name.lower() == "x-two"] == ["a", "b"]
    assert len([name for name, _ in sent if name.lower() in ("host", "content-length")]) == 2


def test_redirects_are_not_followed(ask: Ask, server: MisbehavingServer) -> None:
    answer = ask("GET", f"{server.url}/elsewhere")

    assert answer["status"] == 302
    assert ["location", "/secret"] in answer["headers"]
    assert [path for _, path, _, _ in server.asked] == ["/elsewhere"]


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("HEAD", "plain")])
def test_response_without_a_body_is_empty(
    ask: Ask, server: MisbehavingServer, method: str, path: str
) -> None:
    answer = ask(method, f"{server.url}/{path}")

    assert answer["status"] == (204 if path == "nothing" else 200)
    assert answer["text"] == ""


def test_repeated_headers_are_kept_apart(ask: Ask, server: MisbehavingServer) -> None:
    answer = ask("GET", f"{server.url}/repeated")

    cookies = [value for name, value in answer["headers"] if name == "set-cookie"]
    assert cookies == ["a=1", "b=2"]


def test_compressed_response_is_decompressed_once(ask: Ask, server: MisbehavingServer) -> None:
    assert ask("GET", f"{server.url}/packed")["text"] == "unpacked"


@pytest.mark.parametrize("path", ["slow", "stalled"])
def test_timeout_covers_headers_and_body(ask: Ask, server: MisbehavingServer, path: str) -> None:
    started = time.monotonic()
    answer = ask("GET", f"{server.url}/{path}", timeout=0.5)

    assert answer == {"error": "ReadTimeout", "has_request": True}
    assert time.monotonic() - started < SLOW_S - 0.5


@pytest.mark.parametrize("path", ["cut-off", "cut-off-chunked"])
def test_cut_body_raises(ask: Ask, server: MisbehavingServer, path: str) -> None:
    assert ask("GET", f"{server.url}/{path}")["error"] == "NetworkError"


def test_missing_response_raises(ask: Ask, server: MisbehavingServer) -> None:
    assert ask("GET", f"{server.url}/hang-up")["error"] == "NetworkError"
    assert ask("GET", "http://127.0.0.1:9/")["error"] == "NetworkError"
