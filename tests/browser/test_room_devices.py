"""Camera and microphone that fail during a call: their person is informed."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.lobby_page import FAKE_DEVICES, note_issue
from tests.browser.room_page import CONNECTED, Meeting, join, meeting_on
from tools.local_worker import LocalWorker

PLEASE_ALLOW = "Please allow camera/microphone access."
KEEP_TRACKS = """
{
  window.kept = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (window.broken) throw new DOMException("", "NotFoundError");
    if (window.soundless && constraints.audio) {
      const { stream } = new MediaStreamAudioDestinationNode(new AudioContext());
      return stream;
    }
    const stream = await ask(constraints);
    kept.push(...stream.getTracks());
    return stream;
  };
  window.interrupt = () => {
    const isOn = ({ kind, readyState }) => kind === "audio" && readyState === "live";
    const track = kept.filter(isOn).at(-1);
    Object.defineProperty(track, "muted", { get: () => true });
    track.dispatchEvent(new Event("mute"));
  };
  window.changeDefault = () => {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () =>
      (await list()).map(({ kind, deviceId, label }) => (
        { kind, deviceId, label, groupId: "new" }
      ));
    mediaDevices.dispatchEvent(new Event("devicechange"));
  };
  // Headphones go and come with the address that was chosen before.
  window.sinks = [];
  HTMLMediaElement.prototype.setSinkId = async function (id) {
    if (this.id === "remote-video" && sinks.at(-1) !== id) sinks.push(id);
  };
  window.plug = (headphones) => {
    const { mediaDevices } = navigator;
    mediaDevices.list ??= mediaDevices.enumerateDevices.bind(mediaDevices);
    const found = { kind: "audiooutput", deviceId: "headphones", label: "Headphones" };
    mediaDevices.enumerateDevices = async () => [
      ...(await mediaDevices.list()).filter(({ kind }) => kind !== "audiooutput"),
      ...(headphones ? [found] : []),
    ];
    mediaDevices.dispatchEvent(new Event("devicechange"));
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


def test_denied_access_is_shown_in_the_room_and_again_on_a_new_try(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
) -> None:
    issues: list[str] = []
    with meeting_on(dev_worker, chromium(FAKE_DEVICES, asks=True)) as meeting:
        student = meeting.open("student", permissions=[])
        student.on("request", lambda request: note_issue(request, issues))
        student.locator("#join").click()
        expect(student.locator("#room")).to_be_visible()
        toast(student, PLEASE_ALLOW)
        expect(student.locator("#self-cover-text")).to_have_text("No access to the camera")
        expect(student.locator("#self-note-text")).to_have_text("No access to the microphone")
        expect(student.locator(".toast")).to_have_count(0, timeout=12_000)
        student.locator("#call-camera").click()
        toast(student, PLEASE_ALLOW)

    assert sorted(issues) == ["camera_denied", "microphone_denied"]


def test_an_open_prompt_is_shown_in_the_room(meeting: Meeting) -> None:
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


def test_a_failed_microphone_is_not_shown_as_muted(meeting: Meeting) -> None:
    student = entered(meeting)
    student.evaluate("window.broken = true; unplug('audio')")

    toast(student, "Your microphone is no longer connected.")
    expect(student.locator("#self-note-text")).to_have_text("No microphone")
    assert student.locator(".toast").count() == 1


def test_a_replaced_headset_is_named(meeting: Meeting) -> None:
    student = entered(meeting)
    student.evaluate("unplug('audio')")

    toast(student, "Your microphone was disconnected. Using")


def test_a_screen_that_cannot_be_shared_is_explained_and_cancel_is_not(meeting: Meeting) -> None:
    student = meeting.open("student")
    student.add_init_script(
        """
        window.messages = ["Permission denied", "Permission denied by system"];
        navigator.mediaDevices.getDisplayMedia = () =>
          Promise.reject(new DOMException(messages.shift(), "NotAllowedError"));
        """
    )
    student.reload()
    join(student)
    student.locator("#call-screen").click()
    student.wait_for_timeout(500)
    assert student.evaluate("messages.length") == 1
    assert student.locator(".toast", has_text="screen").count() == 0
    student.locator("#call-screen").click()

    toast(student, "Your screen could not be shared.")
    expect(student.locator("#call-screen")).to_have_attribute("aria-pressed", "false")


def test_chosen_headphones_play_again_when_they_come_back(meeting: Meeting) -> None:
    student = entered(meeting)
    speaker = student.locator("#call-speaker-picker")
    student.evaluate("plug(true)")
    student.locator("#call-more").click()
    speaker.select_option("Headphones")
    student.evaluate("plug(false)")
    expect(speaker).to_be_hidden()
    student.evaluate("plug(true)")
    expect(speaker.locator("option", has_text="Headphones")).to_have_count(1)

    student.evaluate(
        """async () => {
          for (let tries = 0; sinks.at(-1) !== "headphones"; tries += 1) {
            if (tries > 500) throw new Error(`played on: ${sinks}`);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        }"""
    )
    assert student.evaluate("sinks") == ["", "headphones", "", "headphones"]


def test_an_interrupted_microphone_is_shown_to_both_and_captured_again(
    meeting: Meeting,
) -> None:
    student = entered(meeting)
    teacher = meeting.enter("teacher")
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
    muted, note = teacher.locator("#other-muted"), student.locator("#self-note-text")
    come_back = "window.dispatchEvent(new Event('focus'))"
    student.evaluate("changeDefault()")
    toast(student, "Your usual microphone has changed. Using Fake")

    # A phone call.
    student.evaluate("interrupt()")
    toast(student, "Your microphone was interrupted: nobody hears you.")
    expect(note).to_have_text("Microphone interrupted")
    expect(muted).to_be_visible()
    # Some browsers give back a track without any sound in it.
    student.evaluate("window.soundless = true")
    student.evaluate(come_back)
    expect(muted).to_be_hidden()
    expect(student.locator("#self-note")).to_be_hidden()
    silent = student.locator(".toast", has_text=re.compile("Your microphone “.+” sends no sound."))
    silent.click(timeout=20_000)
    expect(student.get_by_role("combobox", name="Microphone")).to_be_focused()
    expect(note).to_have_text("No sound from you")
    expect(muted).to_be_visible()
    student.evaluate("window.soundless = false")
    student.evaluate(come_back)

    expect(student.locator("#self-note")).to_be_hidden()
    expect(muted).to_be_hidden()
