"""Events while a person writes: the focus stays in the field, and announcements are spoken."""

from playwright.sync_api import expect

from tests.browser.room_page import CONNECTED, MINUTE, Meeting, ask_to_end

# The region has each words for half a second only.
KEEP_WORDS = """(region) => {
  window.spoken = [];
  new MutationObserver(() => spoken.push(region.textContent)).observe(region, { childList: true });
}"""


def test_a_card_does_not_take_the_focus_from_a_field(meeting: Meeting) -> None:
    student = meeting.enter("student")
    student.keyboard.press("c")
    field = student.get_by_label("Message to Amara")
    expect(field).to_be_focused()
    student.keyboard.type("Can you hear")
    meeting.clock_at(meeting.start + 10 * MINUTE)
    expect(student.get_by_role("heading", name="Amara hasn't joined")).to_be_visible()
    expect(student.locator("#announcer")).to_have_text("Amara hasn't joined")
    student.keyboard.type(" my voice")

    expect(field).to_be_focused()
    expect(field).to_have_value("Can you hear my voice")
    for control in ("#call-microphone", "#call-camera"):
        expect(student.locator(control)).to_have_attribute("aria-pressed", "true")


def test_an_open_dialog_speaks_announcements_and_blocks_shortcuts(meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    ask_to_end(teacher)
    region = teacher.locator("#end-dialog [role=status]")
    expect(region).to_be_empty()
    region.evaluate(KEEP_WORDS)
    meeting.enter("student")
    teacher.wait_for_selector(CONNECTED)

    expect(region).to_have_text("Connected with Lena")
    assert "Lena is here." in teacher.evaluate("spoken")
    # A click on the backdrop moves the focus there.
    teacher.evaluate("document.activeElement.blur()")
    teacher.keyboard.press("c")
    teacher.get_by_role("button", name="Stay").click()
    expect(teacher.locator("#end-dialog")).to_be_hidden()
    assert teacher.locator("#panel").is_hidden()
