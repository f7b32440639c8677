"""What two people see of each other in one call, which all these tests share."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import (
    CONNECTED,
    MINUTE,
    Meeting,
    seconds_played,
    small_window_of,
    wait_until_it_plays,
)

Pair = tuple[Page, Page]
ANY = re.compile(".")

# Playwright calls an element with an opacity of 0 visible.
OPACITY_WITH_PARENTS = """element => {
  let opacity = 1;
  for (; element; element = element.parentElement) opacity *= getComputedStyle(element).opacity;
  return opacity;
}"""


@pytest.fixture(scope="module")
def connected(shared_meeting: Meeting) -> Pair:
    """Student and teacher in their call."""
    return shared_meeting.both()


@pytest.fixture
def pair(connected: Pair) -> Pair:
    """Return both as they come in: camera and microphone on, no panel, nothing unread."""
    for page in connected:
        for control in ("#call-microphone[aria-pressed=false]", "#call-camera[aria-pressed=false]"):
            if page.locator(control).count():
                page.locator(control).click()
        if page.locator("#call-chat[data-unread]").count():
            page.locator("#call-chat").click()
        if page.locator("#panel").is_visible():
            page.get_by_role("button", name="Close panel").click()
        expect(page.locator("#panel")).to_be_hidden()
        expect(page.locator("#call-chat")).not_to_have_attribute("data-unread", ANY)
        page.locator("#room-heading").focus()
    return connected


def test_mute_is_seen_by_the_other(pair: Pair) -> None:
    student, teacher = pair
    button = student.get_by_role("button", name="Microphone")
    button.click()

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(student.locator("#self-note")).to_be_visible()
    expect(teacher.locator("#other-muted")).to_have_text("Lena is muted")
    button.click()
    expect(teacher.locator("#other-muted")).to_be_hidden()


def test_a_camera_switched_off_leaves_the_picture_of_its_person(pair: Pair) -> None:
    student, teacher = pair
    student.get_by_role("button", name="Camera").click()

    expect(teacher.locator("#remote-cover")).to_contain_text("Lena's camera is off")
    student.get_by_role("button", name="Camera").click()
    expect(teacher.locator("#remote-cover")).to_be_hidden()


def test_a_shared_screen_is_seen_beside_the_camera(pair: Pair) -> None:
    student, teacher = pair
    share = teacher.get_by_role("button", name="Share screen")
    teacher.evaluate(
        """() => {
          const { mediaDevices } = navigator;
          const ask = mediaDevices.getDisplayMedia.bind(mediaDevices);
          mediaDevices.getDisplayMedia = async (what) => {
            const stream = await ask(what);
            [window.shown] = stream.getTracks();
            return stream;
          };
        }"""
    )
    share.click()
    expect(student.locator("#remote-screen")).to_be_visible()
    # The browser's own button ends it without a word to the page's button.
    teacher.evaluate("shown.stop(); shown.dispatchEvent(new Event('ended'))")
    expect(student.locator("#remote-screen")).to_be_hidden()
    expect(share).to_have_attribute("aria-pressed", "false")
    teacher.mouse.move(600, 300)
    share.click()

    expect(student.locator("#remote-screen")).to_be_visible()
    expect(student.locator("#remote-video")).to_be_visible()
    wait_until_it_plays(student, "remote-screen")
    teacher.mouse.move(600, 300)
    share.click()
    expect(student.locator("#remote-screen")).to_be_hidden()


def test_chat_both_ways_with_unread_count_and_links(pair: Pair) -> None:
    student, teacher = pair
    student.locator("#call-chat").click()
    student.get_by_label("Message to Amara").fill("Look: https://example.com/a?b=1, <b>please</b>")
    student.keyboard.press("Enter")

    chat = teacher.locator("#call-chat")
    expect(chat).to_have_attribute("data-unread", "1")
    chat.click()
    expect(chat).not_to_have_attribute("data-unread", "1")
    line = teacher.locator("#chat-lines li").last
    expect(line).to_contain_text("<b>please</b>")
    expect(line.get_by_role("link")).to_have_attribute("href", "https://example.com/a?b=1")
    teacher.get_by_label("Message to Lena").fill("Thanks")
    teacher.get_by_role("button", name="Send message").click()
    expect(student.locator("#chat-lines li").last).to_contain_text("Thanks")


def test_a_message_is_seen_while_the_controls_are_hidden(pair: Pair) -> None:
    student, teacher = pair
    student.mouse.move(600, 300)
    student.wait_for_selector('#room[data-controls="hidden"]', timeout=8000)
    teacher.keyboard.press("c")
    teacher.get_by_label("Message to Lena").fill("Can you see it?")
    teacher.keyboard.press("Enter")

    note = student.locator(".toast", has_text="Amara: Can you see it?")
    expect(note).to_be_visible()
    # Until it has been read.
    student.keyboard.press("c")
    expect(student.locator("#chat-lines li").last).to_be_visible()
    expect(note).to_have_count(0, timeout=1000)


def test_messages_refused_as_too_frequent_are_sent_later(pair: Pair) -> None:
    student, teacher = pair
    student.keyboard.press("c")
    for number in range(14):
        student.get_by_label("Message to Amara").fill(f"Line {number}")
        student.keyboard.press("Enter")

    sent = teacher.locator("#chat-lines li", has_text="Line ")
    expect(sent).to_have_count(14, timeout=15_000)
    expect(student.locator("#chat-problem")).to_be_empty()


def test_single_keys_and_switching_them_off(pair: Pair) -> None:
    student, teacher = pair
    student.keyboard.press("m")
    expect(teacher.locator("#other-muted")).to_be_visible()
    expect(student.locator("#announcer")).to_have_text("Microphone off")
    student.keyboard.press("c")
    student.keyboard.type("mmm")
    student.keyboard.press("Enter")
    expect(teacher.locator("#call-chat")).to_have_attribute("data-unread", "1")
    student.keyboard.press("Escape")
    expect(student.locator("#call-chat")).to_be_focused()
    student.keyboard.press("o")
    student.get_by_label("Use single-key shortcuts").press("Space")
    student.keyboard.press("m")
    student.wait_for_timeout(300)
    expect(student.locator("#call-microphone")).to_have_attribute("aria-pressed", "false")
    student.get_by_label("Use single-key shortcuts").press("Space")


def test_controls_hide_and_come_back_on_focus_pointer_and_key(pair: Pair) -> None:
    student, teacher = pair
    teacher.get_by_role("button", name="Microphone").click()
    student.mouse.move(600, 300)
    hidden = student.locator('#room[data-controls="hidden"]')
    shown = student.locator('#room[data-controls="shown"]')
    hidden.wait_for(timeout=8000)
    expect(student.locator(".room-bar")).to_have_css("opacity", "0")
    expect(student.locator("#other-muted")).to_have_text("Amara is muted")
    expect(student.locator("#other-muted")).to_be_visible()
    assert student.locator("#other-muted").evaluate(OPACITY_WITH_PARENTS) == 1
    student.keyboard.press("Tab")
    shown.wait_for(timeout=500)
    student.wait_for_timeout(5000)
    # The controls stay while a keyboard user has the focus in them.
    assert student.evaluate("document.activeElement.id") == "quality"
    assert shown.count() == 1


def test_the_small_window_has_the_picture_and_the_controls(pair: Pair) -> None:
    student, teacher = pair
    small = small_window_of(student)

    expect(student.locator("#elsewhere")).to_be_visible()
    before = seconds_played(small)
    small.wait_for_timeout(700)
    assert seconds_played(small) > before
    assert "left" in small.locator(".timer").inner_text()
    small.get_by_role("button", name="Microphone").click()
    expect(teacher.locator("#other-muted")).to_be_visible()
    expect(small.get_by_role("button", name="Microphone")).to_have_attribute(
        "aria-pressed", "false"
    )
    teacher.get_by_role("button", name="Camera").click()
    expect(small.locator("#remote-cover")).to_contain_text("Amara's camera is off")
    teacher.get_by_role("button", name="Camera").click()

    student.get_by_role("button", name="Bring the call back here").click()
    expect(student.locator("#elsewhere")).to_be_hidden()
    expect(student.get_by_role("button", name="Small window")).to_be_focused()
    student.get_by_role("button", name="Close panel").click()
    before = seconds_played(student)
    student.wait_for_timeout(700)
    assert seconds_played(student) > before


def test_connection_details_close_by_escape_and_by_a_click_elsewhere(pair: Pair) -> None:
    student, _teacher = pair
    button, details = student.locator("#quality"), student.locator("#quality-details")
    # There is a quality to show only while the two are connected.
    expect(button).to_be_visible(timeout=15_000)
    for close in (
        lambda: student.keyboard.press("Escape"),
        lambda: student.locator("#stage-area").click(position={"x": 200, "y": 400}),
    ):
        button.click()
        details.click()
        expect(details).to_be_visible()
        close()
        expect(details).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")


def test_a_longer_session_gets_new_relays(shared_meeting: Meeting, pair: Pair) -> None:
    student, teacher = pair
    joins = []
    student.on(
        "request",
        lambda request: joins.append(request.url) if request.url.endswith("/join") else None,
    )
    shared_meeting.end += 30 * MINUTE
    shared_meeting.book()

    with student.expect_response("**/join"):
        pass
    student.wait_for_timeout(1000)
    assert len(joins) == 1
    for page in (student, teacher):
        assert page.locator(CONNECTED).count() == 1
        wait_until_it_plays(page)
        before = seconds_played(page)
        page.wait_for_timeout(500)
        assert seconds_played(page) > before


def test_the_time_is_announced(shared_meeting: Meeting, pair: Pair) -> None:
    student, _ = pair
    shared_meeting.clock_at(shared_meeting.end - 5 * MINUTE)

    expect(student.locator(".toast", has_text="5 minutes left.")).to_be_visible()
    expect(student.locator("#announcer")).to_have_text("5 minutes left.")
