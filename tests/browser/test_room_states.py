"""Every state of the room, seen: accessible, inside the screen, on phones and desktops.

Screenshots land in .cache/screens/room, for people to look at.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import CONNECTED, MINUTE, Meeting, join
from tests.browser.test_states import resize, violations
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens" / "room"
PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
SIZES = {
    "portrait": {"viewport": {"width": 390, "height": 844}, **PHONE},
    "landscape": {"viewport": {"width": 844, "height": 390}, **PHONE},
    "small": {"viewport": {"width": 320, "height": 568}, **PHONE},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
# Candidates without a working address: no connection is made.
NO_WAY = "RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {});"


def lonely(meeting: Meeting, size: str) -> Iterator[tuple[str, Page]]:
    """Nobody else comes; then another tab takes over."""
    page = meeting.enter("student", **SIZES[size])
    expect(page.get_by_role("button", name="E-mail Amara that you are waiting")).to_be_visible()
    yield "waiting", page
    meeting.clock_at(meeting.start + 10 * MINUTE)
    expect(page.get_by_role("heading", name="Amara hasn't joined")).to_be_focused()
    yield "no-show", page
    second = page.context.new_page()
    second.goto(page.url)
    join(second)
    page.wait_for_selector('#room[data-state="replaced"]')
    page.bring_to_front()
    yield "replaced", page


def unreachable(meeting: Meeting, size: str) -> Iterator[tuple[str, Page]]:
    """No connection can be made."""
    page = meeting.open("teacher", **SIZES[size])
    page.add_init_script(NO_WAY)
    page.reload()
    join(page)
    meeting.enter("student")
    page.wait_for_selector('#room[data-state="connecting"]')
    yield "connecting", page
    page.wait_for_selector('#room[data-state="trouble"]', timeout=30_000)
    yield "trouble", page


def lesson(meeting: Meeting, size: str) -> Iterator[tuple[str, Page]]:
    """A call with each of its states."""
    page, other = meeting.enter("teacher", **SIZES[size]), meeting.enter("student")
    for each in (page, other):
        each.wait_for_selector(CONNECTED)
    yield "connected", page
    yield from pictures(page, other)
    yield from panel(page, other)
    press(page, "#quality")
    yield "quality", page
    press(page, "#quality")
    press(page, "#call-leave")
    yield "leave-asked", page
    page.locator("#call-end").click()
    yield "end-asked", page
    page.get_by_role("button", name="Stay").click()
    meeting.clock_at(meeting.end + 1)
    page.locator(".toast", has_text="Time is up").wait_for()
    yield "overtime", page
    meeting.clock_at(int(time.time()))
    other.reload()
    page.wait_for_selector('#room[data-state="reconnecting"]')
    yield "reconnecting", page
    join(other)
    page.wait_for_selector(CONNECTED)
    other.locator("#call-leave").click()
    expect(page.locator("#cover-text")).to_have_text("Lena has left")
    yield "other-left", page


def pictures(page: Page, other: Page) -> Iterator[tuple[str, Page]]:
    for each in (page, other):
        press(each, "#call-microphone")
        press(each, "#call-camera")
    expect(page.locator("#other-muted")).to_be_visible()
    expect(page.locator("#remote-cover")).to_be_visible()
    yield "muted-and-dark", page
    for each in (page, other):
        press(each, "#call-microphone")
        press(each, "#call-camera")
    press(other, "#call-screen")
    expect(page.locator("#remote-screen")).to_be_visible()
    yield "shared-screen", page
    for _ in range(3):
        press(page, "#zoom-in")
    yield "zoomed", page
    press(page, "[data-swap=remote]")
    press(page, "#self-hide")
    yield "swapped", page
    press(page, "#self-show")
    press(other, "#call-screen")
    press(page, "#call-screen")
    expect(page.locator("#presenting")).to_be_visible()
    yield "presenting", page
    press(page, "#stop-sharing")
    page.locator("#room-heading").focus()
    page.mouse.move(200, 250)
    page.wait_for_selector('#room[data-controls="hidden"]')
    yield "controls-hidden", page


def panel(page: Page, other: Page) -> Iterator[tuple[str, Page]]:
    press(other, "#call-chat")
    other.get_by_label("Message to Amara").fill("Chapter 3: https://example.com/eigenvalues")
    other.keyboard.press("Enter")
    press(page, "#call-chat")
    page.get_by_label("Message to Lena").fill("Thanks! Let us begin with the second exercise.")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#chat-lines li")).to_have_count(2)
    yield "chat", page
    press(other, "#call-screen")
    expect(page.locator("#remote-screen")).to_be_visible()
    page.locator(".toast", has_text="shares the screen").last.wait_for()
    yield "chat-and-note", page
    press(other, "#call-screen")
    page.get_by_role("tab", name="Files").click()
    yield "files", page
    page.get_by_role("button", name="Close panel").click()
    press(page, "#call-more")
    yield "more", page
    page.get_by_role("button", name="Close panel").click()


TOLD = [
    (lesson, "portrait landscape"),
    (lesson, "desktop"),
    (lonely, "small"),
    (lonely, "desktop"),
    # One long wait, until restarts have not helped for 12 s.
    (unreachable, "portrait"),
]


@pytest.mark.parametrize(("story", "sizes"), TOLD)
def test_every_state_of_the_room_is_accessible_and_fits(
    meeting: Meeting,
    axe_source: str,
    story: Callable[[Meeting, str], Iterator[tuple[str, Page]]],
    sizes: str,
) -> None:
    problems, told = {}, []
    first, *others = sizes.split()
    for name, page in story(meeting, first):
        told.append(name)
        # The test goes on in the first page.
        for size in [*others, first]:
            resize(page, *SIZES[size]["viewport"].values())
            page.screenshot(path=SCREENS / f"{name}-{size}.png")
            if found := outside(page):
                problems[name, size] = found
        # A wrong role or colour is wrong at any size.
        if found := violations(page, axe_source):
            problems[name, "axe"] = found

    assert told
    assert problems == {}


def press(page: Page, control: str) -> None:
    """Click; moving the pointer shows the controls first."""
    page.mouse.move(300, 200)
    page.mouse.move(310, 210)
    page.locator(control).click()


def outside(page: Page) -> list[str]:
    """Elements that cannot be seen or clicked: off the screen, or a covered note."""
    found: list[str] = page.evaluate(
        """() => {
          const onScreen = ({ left, top, right, bottom }) =>
            left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
          const off = [...document.querySelectorAll("#room :is(button, a)")].filter(
            (each) =>
              each.checkVisibility() &&
              !each.closest(".panel-part, .room-card") &&
              !onScreen(each.getBoundingClientRect()),
          );
          const isOnTop = (each) => {
            const { left, top, right, bottom } = each.getBoundingClientRect();
            const corners = [[left + 9, top + 9], [right - 9, bottom - 9]];
            return corners.every(([x, y]) => each.contains(document.elementFromPoint(x, y)));
          };
          // Notes let pointers through.
          const notes = [...document.querySelectorAll(".toast")];
          for (const each of notes) each.style.pointerEvents = "auto";
          const hidden = document.querySelector("dialog[open]")
            ? []
            : notes.filter((each) => !isOnTop(each));
          for (const each of notes) each.style.pointerEvents = "";
          const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
          return [...wide, ...[...off, ...hidden].map((each) => each.id || each.textContent)];
        }"""
    )
    return found
