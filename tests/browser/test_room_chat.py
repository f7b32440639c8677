"""The chat of the room: unread messages, long messages, drafts, scrolling."""

import re

from playwright.sync_api import Page, expect

from tests.browser.room_page import Meeting, join
from tests.browser.test_room_faults import Wire

IN_BERLIN = re.compile(r"^You · \d\d:\d\d \(\d\d:\d\d here\)$")
IN_NEW_YORK = re.compile(r"^Lena · \d{1,2}:\d\d [AP]M \(\d{1,2}:\d\d [AP]M here\)$")
UNSENT = "session-room:unsent:{id}:student"
IN_VIEW = """line => {
  const { top, bottom } = line.getBoundingClientRect();
  const list = document.getElementById("chat-lines").getBoundingClientRect();
  return top >= list.top - 1 && bottom <= list.bottom + 1;
}"""


def write(page: Page, words: str) -> None:
    field = page.locator("#chat-text")
    if not field.is_visible():
        page.locator("#call-chat").click()
    field.fill(words)
    field.press("Enter")


def test_messages_written_without_a_socket_are_exchanged_later(meeting: Meeting) -> None:
    student = meeting.open("student", timezone_id="Asia/Kolkata")
    wire = Wire(student)
    student.reload()
    join(student)
    teacher = meeting.enter("teacher", timezone_id="Asia/Kolkata")
    write(student, "before")
    expect(teacher.locator("#chat-lines li")).to_have_count(1)
    waiting = student.locator("#chat-lines .waiting")
    # The room's confirmation may come after the other one has the line.
    expect(waiting).to_have_count(0)
    wire.break_off()
    expect(student.locator("#reconnecting")).to_be_visible()
    write(student, "written offline")
    expect(waiting).to_contain_text("not sent yet")
    student.get_by_role("button", name="Close panel").click()
    for words in ("one", "two"):
        write(teacher, words)
    expect(teacher.locator("#chat-lines li")).to_have_count(3)
    wire.cut = False

    chat = student.locator("#call-chat")
    expect(chat).to_have_attribute("data-unread", "2", timeout=15_000)
    expect(student.locator("#announcer")).to_have_text("2 new messages from Amara.")
    expect(student.locator(".toast", has_text="Amara: two")).to_be_visible()
    # In the account's form and zone; the device has another zone.
    expect(student.locator(".line-who").first).to_have_text(IN_BERLIN)
    expect(teacher.locator(".line-who").first).to_have_text(IN_NEW_YORK)
    expect(teacher.locator("#chat-lines li")).to_have_count(4)
    chat.click()
    expect(student.locator("#chat-lines .line-text")).to_have_text(
        ["before", "one", "two", "written offline"]
    )
    expect(waiting).to_have_count(0)


def test_messages_from_before_a_visit_are_unread_until_read(meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    write(teacher, "Please open page 5")
    expect(teacher.locator("#chat-lines .waiting")).to_have_count(0)
    student = meeting.enter("student")
    chat = student.locator("#call-chat")
    expect(chat).to_have_attribute("data-unread", "1")
    # A click on a note opens the chat.
    student.locator(".toast", has_text="Please open page 5").click()
    expect(student.locator("#chat-lines")).to_contain_text("Please open page 5")
    expect(chat).not_to_have_attribute("data-unread", "1")
    field = student.get_by_label("Message to Amara")
    field.fill("half a sen")
    # An unsent line that only an earlier release accepted.
    student.evaluate(
        """key => {
          const kept = JSON.parse(sessionStorage.getItem(key));
          kept.waiting.push(["line-without-ink", "\\u3164"]);
          sessionStorage.setItem(key, JSON.stringify(kept));
        }""",
        UNSENT.format(id=meeting.id),
    )
    student.reload()
    join(student)

    # Read messages are neither counted nor announced again.
    expect(student.locator("#announcer")).to_have_text("Connected with Amara", timeout=15_000)
    expect(student.locator("#chat-lines li")).to_have_count(1)
    expect(student.locator("#chat-problem")).to_have_text(
        "One message could not be sent: the room cannot show it."
    )
    expect(chat).not_to_have_attribute("data-unread", "1")
    chat.click()
    expect(field).to_have_value("half a sen")
    # A blank text is not sent.
    write(student, "\u3164\u2800\u115f\uffa0")
    expect(student.locator("#chat-lines li")).to_have_count(1)
    write(student, "visible")
    expect(teacher.locator("#chat-lines li")).to_have_count(2)
    expect(student.locator("#chat-problem")).to_be_empty()


def test_reading_older_lines_is_not_disturbed_and_long_messages_are_refused(
    meeting: Meeting,
) -> None:
    student, teacher = meeting.enter("student"), meeting.enter("teacher")
    student.locator("#call-chat").click()
    for number in range(8):
        write(teacher, f"Line {number}\n1\n2\n3")
        write(teacher, "مرحبا\n" * 4 + "www.khanacademy.org/math, me@www.example.org")
    lines = student.locator("#chat-lines li")
    expect(lines).to_have_count(16, timeout=15_000)
    arabic = lines.nth(1).locator(".line-text")
    assert arabic.evaluate("line => getComputedStyle(line).direction") == "rtl"
    link = arabic.get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://www.khanacademy.org/math")
    expect(link).to_have_attribute("rel", "noopener noreferrer")

    # The list does not scroll while older lines are read; a button leads to new lines.
    first = lines.first
    first.evaluate("line => line.scrollIntoView()")
    write(teacher, "the newest")
    new = student.get_by_role("button", name="1 new message")
    expect(new).to_be_visible()
    assert first.evaluate(IN_VIEW)
    new.click()
    expect(new).to_be_hidden()
    assert lines.last.evaluate(IN_VIEW)

    field = student.get_by_label("Message to Amara")
    field.fill("é" * 2_500)
    assert field.evaluate("field => field.value.length") == 2_500
    expect(student.locator("#chat-problem")).to_contain_text("at most 2,000 characters")
    expect(student.locator("#chat-count")).to_have_text("2,500 of 2,000 characters")
    field.press("Enter")
    assert field.evaluate("field => field.value.length") == 2_500
    field.fill("é" * 2_000)
    expect(student.locator("#chat-problem")).to_be_empty()
    field.press("Enter")
    expect(teacher.locator("#chat-lines li").last).to_contain_text("é" * 2_000)
