"""A recording that a browser has sent, watched in Chromium: it seeks without loading all of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.lobby_page import signed_in, watched
from tests.fakes.browser_streams import BrowserStream, free_box, stream, void
from tests.worker.lesson import until
from tests.worker.recorder import Recorder, open_lesson
from tools.local_worker import LocalWorker

FILLERS = {"mp4": free_box, "webm": void}
# Between fragments of four seconds, so that the film is as large as a long one.
PADDING = 4_000_000
SEEK = """(seconds) => new Promise((resolve, reject) => {
  const video = document.querySelector("video");
  video.addEventListener("seeked", () => resolve(video.currentTime), { once: true });
  video.addEventListener("error", () => reject(video.error), { once: true });
  video.currentTime = seconds;
})"""
STATE = """() => {
  const { buffered, duration, videoWidth, readyState } = document.querySelector("video");
  const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
  return { ranges, duration, videoWidth, readyState };
}"""  # noqa: E501


IDLE = "document.querySelector('video')?.networkState === 1"


def padded(format_: str, seconds: int) -> BrowserStream:
    return stream(format_, seconds).padded(PADDING, FILLERS[format_])


@pytest.mark.parametrize(
    ("format_", "runs"), [("mp4", [60]), ("mp4", [20, 40]), ("webm", [60])], ids=str
)
def test_a_sent_recording_seeks_without_loading_its_first_half(
    worker_with: Callable[..., LocalWorker],
    browser_with_camera: Browser,
    format_: str,
    runs: list[int],
):
    worker = worker_with(RECORDING_RETRY_S="0")
    lesson = open_lesson(worker)
    recorder = Recorder(lesson)
    for seconds in runs:
        assert recorder.begin(format_).is_success
        recorder.send(padded(format_, seconds).content)
    lesson.sql("UPDATE sessions SET status = 'completed', ended_at = 1 WHERE id = ?", lesson.id)
    [found] = recorder.finished()
    until(lambda: lesson.listing()["recording"], "ready", 60)
    asked: list[int] = []
    with signed_in(worker, browser_with_camera, user="demo-student") as context:
        page = context.new_page()
        page.on("request", lambda request: note(request, asked))
        with watched(page, ()):
            page.goto(lesson.path)
            wait_until_at_rest(page, asked)
            at = page.evaluate(SEEK, 42)
            seen = page.evaluate(STATE)

    size = found["size_bytes"]
    print("ranges asked for:", asked, "of", size, "bytes;", seen)
    assert at == pytest.approx(42, abs=0.01)
    assert seen["duration"] == pytest.approx(60, abs=0.02)
    assert seen["videoWidth"] > 0
    assert seen["readyState"] >= 2, "the picture at that place is there"
    assert any(start <= 42 <= end for start, end in seen["ranges"])
    assert not any(start <= 25 <= end for start, end in seen["ranges"])
    assert 0 < len(asked) <= 8
    assert not any(size * 0.1 < start < size * 0.5 for start in asked)
    assert any(size * 0.5 < start < size * 0.75 for start in asked)
    lesson.close()


def note(request: object, asked: list[int]) -> None:
    if "/resources/" in request.url and "range" in request.headers:  # type: ignore[attr-defined]
        asked.append(int(request.headers["range"].removeprefix("bytes=").split("-")[0]))  # type: ignore[attr-defined]


def wait_until_at_rest(page: Page, asked: list[int]) -> None:
    """A jump before that makes Chromium read the clusters of any WebM one after another.

    Its network is idle between two requests, too: at rest it asks for nothing for a second.
    """
    before = -1
    while len(asked) > before or not page.evaluate(IDLE):
        before = len(asked)
        page.wait_for_timeout(1_000)
