"""Leaving the room, the session's end in it, and rejoining."""

import re
import time
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.lobby_page import COUNT_REQUESTS, cancel
from tests.browser.room_page import CONNECTED, MINUTE, Meeting, ask_to_end, join, leave_as_teacher
from tests.worker.site import Site

NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Eigenvalues"}
IN_SIGHT = """element => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""

# `handed` has all tracks that the page ever got. Requests wait while `gate` is closed.
KEEP_TRACKS = """
{
  window.handed = [];
  window.asked = [];
  window.gate = Promise.resolve();
  const { mediaDevices } = navigator;
  for (const name of ["getUserMedia", "getDisplayMedia"]) {
    const ask = mediaDevices[name].bind(mediaDevices);
    mediaDevices[name] = async (what) => {
      asked.push(name);
      const stream = await ask(what);
      handed.push(...stream.getTracks());
      await gate;
      return stream;
    };
  }
  const { clone } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.clone = function () {
    const made = clone.call(this);
    handed.push(made);
    return made;
  };
}
"""
# Camera and screen are asked for, the person leaves, and both are given then.
LEAVE_WHILE_ASKING = """async () => {
  const click = (id) => document.getElementById(id).click();
  const until = async (holds) => {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 1000) throw new Error(`never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  click("call-microphone");
  let open;
  gate = new Promise((resolve) => (open = resolve));
  const before = { asked: asked.length, handed: handed.length };
  click("call-camera");
  click("call-camera");
  click("call-screen");
  await until(() => handed.length === before.handed + 2);
  click("call-leave");
  click("call-camera");
  click("call-screen");
  const afterwards = asked.length - before.asked - 2;
  open();
  await until(() => handed.every(({ readyState }) => readyState === "ended"));
  return { afterwards, handed: new Set(handed.map(({ kind }) => kind)).size };
}"""


def test_what_was_asked_for_before_leaving_ends_when_it_comes(meeting: Meeting) -> None:
    student = meeting.open("student")
    student.add_init_script(KEEP_TRACKS)
    student.reload()
    join(student)

    assert student.evaluate(LEAVE_WHILE_ASKING) == {"afterwards": 0, "handed": 2}
    expect(student.get_by_role("heading", name="You left")).to_be_visible()
    states = student.evaluate("handed.map(({ readyState }) => readyState)")
    assert set(states) == {"ended"}


def test_leaving_stops_the_devices_and_rejoining_starts_them(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    # The session's end moves during the call: the facts in the page are old at leaving.
    extend(meeting)
    expect(student.locator("#room-timer")).to_have_text(re.compile(r"^1:2\d:\d\d left$"))
    began_earlier(meeting)
    student.evaluate(
        """() => {
          window.tracks = document.getElementById("self-video").srcObject.getTracks();
          window.states = () => tracks.map((each) => each.readyState);
          const note = () => (window.atOnce = states());
          document.getElementById("call-leave").addEventListener("click", note);
        }"""
    )
    with student.expect_response("**/state"):
        student.get_by_role("button", name="Leave").click()

    left = student.get_by_role("heading", name="You left")
    expect(left).to_be_focused()
    assert student.evaluate("[atOnce, states()]") == [["ended"], ["ended"]]
    assert student.evaluate("document.getElementById('self-video').srcObject") is None
    for way in ("Back to Dashboard", "Rejoin session"):
        assert student.get_by_text(way).first.evaluate(IN_SIGHT)
    lead = student.locator("#left-lead")
    expect(lead).to_contain_text("Amara is still in the room.")
    # Both were there for five minutes.
    stars = student.locator("#left-feedback")
    stars.locator("label", has=student.locator("[name=rating][value='5']")).click()
    expect(stars.locator("#feedback-status")).to_have_text("Saved")
    expect(teacher.locator("#cover-text")).to_have_text("Lena has left")
    expect(teacher.locator("#quality")).to_be_hidden()
    leave_as_teacher(teacher)
    expect(lead).to_contain_text("Amara is not in the room.")
    student.context.set_offline(True)
    rejoin = student.get_by_role("button", name="Rejoin session")
    rejoin.click()
    expect(student.locator("#left-note")).to_contain_text("Unable to connect.")
    student.context.set_offline(False)
    # The times change while this screen is shown.
    with student.expect_response("**/state"):
        extend(meeting)
    meeting.booked["course"] = {"id": "algebra", "title": "Vector Spaces"}
    student.evaluate(
        """() => {
          const ask = fetch;
          window.fetch = async (...all) => {
            const answer = await ask(...all);
            answer.clone().text().then((text) => (window.heard = text));
            return answer;
          };
        }"""
    )
    meeting.book()
    deadline = time.monotonic() + 20
    while "Vector Spaces" not in (student.evaluate("window.heard") or ""):
        assert time.monotonic() < deadline, "the new title does not arrive"
        student.wait_for_timeout(100)
    expect(left).to_be_visible()
    assert student.evaluate("states()") == ["ended"]
    rejoin.click()
    expect(student.locator("#room")).to_be_visible()
    expect(student.locator("#room")).to_contain_text("Vector Spaces")
    # After leaving, neither a reload nor a return from the dashboard starts the devices.
    teacher.add_init_script(COUNT_REQUESTS)
    for _ in range(2):
        teacher.reload()
        expect(teacher.locator("#network-result")).to_contain_text("ms to our server")
        expect(teacher.locator("#preview")).to_have_attribute("data-state", "idle")
        assert teacher.evaluate("requests") == 0
    teacher.locator("#join").click()
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
        expect(page.locator("#call-camera")).to_have_attribute("aria-pressed", "true")


def began_earlier(meeting: Meeting) -> None:
    """Let the two have met six minutes ago."""
    with closing(Site(meeting.worker)) as site, site.d1() as db:
        statement = "UPDATE sessions SET started_at = started_at - 360 WHERE id = ?"
        assert db.execute(statement, (meeting.id,)).rowcount == 1


def extend(meeting: Meeting) -> None:
    meeting.end += 30 * MINUTE
    meeting.book()


def test_an_upload_goes_on_after_leaving(meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    teacher.locator("#call-files").click()
    expect(teacher.get_by_role("button", name="Choose files")).to_be_visible()
    held = []
    teacher.route("**/resources?name=*", lambda route: held.append(route))  # noqa: PLW0108
    teacher.locator("#file-picker").set_input_files(files=[NOTES])
    expect(teacher.locator("#upload-list li")).to_have_count(1)
    leave_as_teacher(teacher)
    expect(teacher.get_by_role("heading", name="You left")).to_be_focused()
    held[0].continue_()
    expect(teacher.locator("#file-list .file-name:visible")).to_have_text("notes.txt")

    teacher.get_by_role("button", name="Rejoin session").click()
    expect(teacher.locator("#room")).to_be_visible()
    teacher.locator("#call-files").click()
    expect(teacher.locator("#panel .file-name")).to_have_text("notes.txt")
    # A reload asks first while an upload runs; if refused, the page offers it as a button.
    teacher.locator("#file-picker").set_input_files(files=[NOTES | {"name": "more.txt"}])
    expect(teacher.locator("#upload-list li")).to_have_count(1)
    ask_to_end(teacher)
    teacher.once("dialog", lambda dialog: dialog.dismiss())
    with teacher.expect_event("dialog"):
        teacher.locator("#end-confirm").click()
    expect(teacher.get_by_role("heading", name="You are no longer in the room")).to_be_visible()
    teacher.once("dialog", lambda dialog: dialog.accept())
    teacher.get_by_role("button", name="Go on").click()
    expect(teacher.get_by_role("heading", name="Session ended")).to_be_visible()
    expect(teacher.locator("#ended-by")).to_be_hidden()


def test_an_ended_session_shows_who_ended_it_and_the_unsent_text(meeting: Meeting) -> None:
    student, teacher = meeting.enter("student"), meeting.enter("teacher")
    student.keyboard.press("c")
    student.get_by_label("Message to Amara").fill("I wanted to ask about")
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()

    expect(student.get_by_role("heading", name="Session ended")).to_be_visible()
    expect(student.get_by_text("Amara ended the session.")).to_be_visible()
    kept = student.locator("#unsent-text")
    expect(kept).to_have_value("I wanted to ask about")
    student.get_by_role("button", name="Discard").click()
    expect(kept).to_be_hidden()
    student.reload()
    expect(student.locator("#ended-by")).to_be_visible()
    expect(kept).to_be_hidden()


def test_a_session_cancelled_during_the_call_shows_that_to_both(meeting: Meeting) -> None:
    pages = meeting.both()
    for page in pages:
        page.evaluate(
            """() => {
              const tracks = document.getElementById("self-video").srcObject.getTracks();
              const states = () => tracks.map((each) => each.readyState).join();
              addEventListener("pagehide", () => sessionStorage.setItem("tracks", states()));
            }"""
        )
    cancel(meeting.worker, meeting.id)

    for page, name in zip(pages, ("Amara", "Lena"), strict=True):
        expect(page.get_by_role("heading", name="This session was cancelled")).to_be_visible()
        met = f"You and {name} had met for 1 minute when it was cancelled."
        expect(page.locator(".lead")).to_contain_text(met)
        expect(page.locator("video")).to_have_count(0)
        assert page.evaluate("sessionStorage.getItem('tracks')") == "ended"
