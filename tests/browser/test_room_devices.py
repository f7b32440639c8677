"""Camera and microphone that fail in mid-call: seen and heard by whoever it happens to."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.lobby_page import FAKE_DEVICES, note_issue
from tests.browser.room_page import Meeting, meeting_on
from tools.local_worker import LocalWorker

PLEASE_ALLOW = "Please allow camera/microphone access."
KEEP_TRACKS = """
{
  window.kept = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (window.broken) throw new DOMException("", "NotFoundError");
    const stream = await ask(constraints);
    kept.push(...stream.getTracks());
    return stream;
  };
  window.unplug = (kind) => {
    const track = kept.find((each) => each.kind === kind && each.readyState === "live");
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };
}
"""


def toast(page: Page, words: str) -> None:
    expect(page.locator(".toast", has_text=words)).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text(words)


def entered(meeting: Meeting) -> Page:
    page = meeting.open("student")
    page.add_init_script(KEEP_TRACKS)
    page.reload()
    page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    page.locator("#join").click()
    expect(page.locator("#room")).to_be_visible()
    return page


def test_access_denied_is_said_in_the_room_and_again_on_trying(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
) -> None:
    issues: list[str] = []
    with meeting_on(dev_worker, chromium(FAKE_DEVICES)) as meeting:
        student = meeting.open("student")
        student.on("request", lambda request: note_issue(request, issues))
        student.locator("#join").click()
        expect(student.locator("#room")).to_be_visible()
        toast(student, PLEASE_ALLOW)
        expect(student.locator("#self-cover-text")).to_have_text("No camera")
        expect(student.locator("#self-note-text")).to_have_text("No microphone")
        expect(student.locator(".toast")).to_have_count(0, timeout=12_000)
        student.locator("#call-camera").click()
        toast(student, PLEASE_ALLOW)

    assert sorted(issues) == ["camera_denied", "microphone_denied"]


def test_who_is_being_asked_while_coming_in_is_told_so(meeting: Meeting) -> None:
    student = meeting.open("student")
    student.add_init_script(
        """
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        const answered = new Promise((resolve) => (window.answer = resolve));
        navigator.mediaDevices.getUserMedia = (what) => answered.then(() => ask(what));
        """
    )
    student.reload()
    student.locator("#join").click()
    expect(student.locator("#self-cover-text")).to_contain_text("Choose Allow")
    student.evaluate("window.answer()")

    expect(student.locator("#self-video")).to_be_visible()
    expect(student.locator("#call-microphone")).to_have_attribute("aria-pressed", "true")


def test_a_microphone_that_dies_is_no_mute(meeting: Meeting) -> None:
    student = entered(meeting)
    student.evaluate("window.broken = true; unplug('audio')")

    toast(student, "Your microphone is no longer connected.")
    expect(student.locator("#self-note-text")).to_have_text("No microphone")
    assert student.locator(".toast").count() == 1


def test_a_headset_that_is_replaced_is_named(meeting: Meeting) -> None:
    student = entered(meeting)
    student.evaluate("unplug('audio')")

    toast(student, "Your microphone was disconnected. Using")
