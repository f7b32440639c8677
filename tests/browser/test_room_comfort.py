"""The small window, notes to people in the room, files, and changes in the lobby."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FAKE_MEDIA
from tests.browser.room_page import (
    CONNECTED,
    MINUTE,
    Meeting,
    ask_to_end,
    join,
    leave_as_teacher,
    meeting_on,
    seconds_played,
    small_window_of,
    wait_until_it_plays,
)
from tests.browser.sounds import voice
from tests.browser.test_room_faults import Wire
from tools.local_worker import LocalWorker

# Firefox pauses media that moves to another window, and refuses to play its sound there, or all.
REFUSE_ELSEWHERE = """refusesAll => {
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    if (this.ownerDocument === document || (this.muted && !refusesAll)) return play.call(this);
    this.pause();
    return Promise.reject(new DOMException("", "NotAllowedError"));
  };
  const { play: playAudio } = HTMLAudioElement.prototype;
  window.sounds = [];
  HTMLAudioElement.prototype.play = function () {
    sounds.push(this);
    return playAudio.call(this);
  };
  HTMLVideoElement.prototype.requestPictureInPicture = async function () {
    window.videoAlone = this.id;
  };
}"""


def test_the_call_plays_on_where_the_small_window_pauses_it(meeting: Meeting) -> None:
    student, _ = meeting.both()
    student.evaluate(REFUSE_ELSEWHERE, False)
    small = small_window_of(student)

    before = seconds_played(small)
    small.wait_for_timeout(700)
    assert seconds_played(small) > before
    # The sound stays in the page, and comes back with the picture.
    sound = "[sounds.at(-1).paused, sounds.at(-1).srcObject?.getAudioTracks().length ?? 0]"
    assert student.evaluate(sound) == [False, 1]
    student.get_by_role("button", name="Bring the call back here").click()
    expect(student.locator("#elsewhere")).to_be_hidden()
    assert student.evaluate(sound)[1] == 0
    assert student.evaluate("document.getElementById('remote-video').muted") is False
    student.reload()
    join(student)
    student.wait_for_selector(CONNECTED)
    wait_until_it_plays(student)

    student.evaluate(REFUSE_ELSEWHERE, True)
    student.locator("#call-more").click()
    student.get_by_role("button", name="Small window").click()
    expect(student.locator(".toast", has_text="Press Small window again")).to_be_visible()
    expect(student.locator("#elsewhere")).to_be_hidden()
    before = seconds_played(student)
    student.wait_for_timeout(700)
    assert seconds_played(student) > before
    student.get_by_role("button", name="Small window").click()
    student.wait_for_function("() => window.videoAlone === 'remote-video'")


def test_leaving_from_the_small_window_closes_it(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    small = small_window_of(student)
    with small.expect_event("close"):
        small.get_by_role("button", name="Leave").click()

    expect(student.get_by_role("heading", name="You left")).to_be_visible()
    expect(teacher.locator("#cover-text")).to_have_text("Lena has left")


@pytest.mark.parametrize("speaks", [True, False])
def test_speaking_while_muted_shows_a_note(
    dev_worker: LocalWorker, chromium: Callable[..., Browser], tmp_path: Path, speaks: bool
) -> None:
    sound = voice(tmp_path / "microphone.wav", loud=speaks)
    browser = chromium(*FAKE_MEDIA, f"--use-file-for-fake-audio-capture={sound}")
    with meeting_on(dev_worker, browser) as meeting:
        student = meeting.enter("student")
        told = student.locator(".toast", has_text="You are muted.")
        student.wait_for_timeout(1500)
        assert told.count() == 0
        student.get_by_role("button", name="Microphone").click()
        if speaks:
            expect(told).to_be_visible()
        else:
            student.wait_for_timeout(2500)
            assert told.count() == 0


def test_a_waiting_person_can_have_a_mail_sent(meeting: Meeting) -> None:
    student = meeting.enter("student")
    button = student.get_by_role("button", name="E-mail Amara that you are waiting")
    button.click()

    room = student.locator("#room")
    expect(room.get_by_text("We are e-mailing Amara that you are waiting.").first).to_be_visible()
    expect(button).to_be_hidden()
    meeting.worker.scheduled()
    student.goto(f"{meeting.worker.url}/dev/outbox")
    expect(student.get_by_text("Lena Fischer is waiting for you").first).to_be_visible()


def test_nobody_is_late_before_the_start(
    dev_worker: LocalWorker, browser_with_camera: Browser
) -> None:
    with meeting_on(dev_worker, browser_with_camera, starts_in=5 * MINUTE) as meeting:
        student = meeting.enter("student")
        expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")
        expect(student.locator("#room [data-waiting-mail]").first).to_be_hidden()


def test_a_file_shared_in_the_room_is_shown_to_both(meeting: Meeting) -> None:
    name, alone = "درس.txt", "\u2068درس.txt\u2069"
    student, teacher = meeting.enter("student"), meeting.enter("teacher")
    teacher.keyboard.press("l")
    expect(teacher.get_by_role("tab", name="Files")).to_be_focused()
    expect(teacher.get_by_role("button", name="Choose files")).to_be_visible()
    notes = {"name": name, "mimeType": "text/plain", "buffer": b"Eigenvalues"}
    teacher.locator("#file-picker").set_input_files(files=[notes])

    expect(teacher.locator("#file-list")).to_contain_text(name)
    expect(student.locator("#announcer")).to_have_text(f"Amara shared {alone}.")
    button = student.locator("#call-files")
    expect(button).to_have_attribute("data-unread", "1")
    student.locator(".toast", has_text=f"Amara shared {alone}.").click()
    expect(button).not_to_have_attribute("data-unread", "1")
    expect(student.locator("#choose-files")).to_have_count(0)
    with student.expect_download() as download:
        student.get_by_role("link", name=f"Download {name}").click()
    assert download.value.path().read_bytes() == b"Eigenvalues"
    # The list changes at once, also after a deletion, except for a row with the focus.
    student.get_by_role("tab", name="Files").focus()
    teacher.get_by_role("button", name=f"Delete {name}").click()
    expect(student.get_by_text("What Amara shares with you will appear here.")).to_be_visible()
    assert teacher.locator(".toast", has_text=f"shared {alone}").count() == 0


def test_files_shared_without_a_socket_are_shown_and_counted_later(meeting: Meeting) -> None:
    meeting.upload("before.txt")
    student = meeting.open("student")
    wire = Wire(student)
    student.reload()
    with student.expect_response("**/resources"):
        join(student)
    meeting.upload("live.txt")
    button = student.locator("#call-files")
    expect(button).to_have_attribute("data-unread", "1")
    wire.break_off()
    expect(student.locator("#reconnecting")).to_be_visible()
    for name in ("first.txt", "second.txt"):
        meeting.upload(name)
    wire.cut = False

    # The file from before and the file that was shown live are not new.
    expect(student.locator("#announcer")).to_have_text("Amara shared 2 files.", timeout=15_000)
    expect(button).to_have_attribute("data-unread", "3")
    student.locator(".toast", has_text="Amara shared 2 files.").click()
    expect(student.locator("#file-list .file-name")).to_have_count(4)
    expect(button).not_to_have_attribute("data-unread", "3")

    # Nor is a file that was shown before a reload, or in an earlier stay.
    student.get_by_role("button", name="Leave").click()
    expect(student.get_by_role("heading", name="You left")).to_be_visible()
    meeting.upload("fifth.txt")
    student.get_by_role("button", name="Rejoin session").click()
    expect(student.locator("#announcer")).to_have_text("Amara shared fifth.txt.")
    student.reload()
    expect(student.locator("#toggle-camera[aria-pressed=true]")).to_be_visible()
    meeting.upload("sixth.txt")
    join(student)
    expect(student.locator("#announcer")).to_have_text("Amara shared sixth.txt.")
    expect(button).to_have_attribute("data-unread", "1")


def test_the_lobby_shows_who_comes_and_goes(meeting: Meeting) -> None:
    lobby = meeting.open("student")
    expect(lobby.locator("#heading")).to_have_text("Your session with Amara")
    expect(lobby.locator("#presence")).to_have_text("Not here yet")
    teacher = meeting.enter("teacher")

    expect(lobby.locator("#heading")).to_have_text("Amara is here")
    expect(lobby.locator("#presence")).to_have_text("Here")
    leave_as_teacher(teacher)
    expect(lobby.locator("#heading")).to_have_text("Your session with Amara")
    expect(lobby.locator("#presence")).to_have_text("Not here yet")


def test_the_page_of_a_person_who_left_ends_with_the_session(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.get_by_role("button", name="Leave").click()
    expect(student.get_by_role("heading", name="You left")).to_be_visible()
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()

    expect(student.get_by_role("heading", name="Session ended")).to_be_visible()
