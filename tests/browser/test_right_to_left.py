"""Pages that are read from right to left are the mirror image of the others.

The board's drawing, pictures, formulas and addresses have a direction of their own. Screenshots
land in .cache/screens, for people to look at.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.board_page import ELEMENTS, drag, point, sent
from tests.browser.closing import leave
from tests.browser.room_page import CONNECTED, Meeting, ask_to_end, join, meeting_on
from tests.browser.signing_in import sign_in
from tests.browser.test_narrow import WIDER
from tests.browser.test_states import SCREENS, resize, settle
from tests.browser.windows import usual_options
from tests.worker.site import DAY
from tools.local_worker import LocalWorker

WINDOWS = [(320, 640), (390, 844), (1280, 800)]
STATES = {
    "demo-student": (
        "/session/demo-early",
        "/session/demo-early/reschedule",
        "/session/demo-no-show",
        "/session/demo-ended",
        "/session/demo-ended/board",
        "/session/demo-cancelled",
        "/session/demo-nowhere",
        "/session/demo-joinable",
    ),
    "demo-teacher": ("/session/demo-joinable", "/session/demo-ended"),
}
# Before the page's own styles and scripts.
RIGHT_TO_LEFT = """{
  const turn = () => document.documentElement && (document.documentElement.dir = "rtl");
  const watching = new MutationObserver(() => turn() && watching.disconnect());
  turn() || watching.observe(document, { childList: true });
}"""
# Boxes that lie elsewhere than in a mirror. Words within a line have their own order, and browsers
# give radio buttons a larger margin on the left.
NOT_MIRRORED = """() => {
  // The own picture may still glide to its place.
  for (const each of document.getAnimations()) each instanceof CSSAnimation || each.finish();
  const others = ".board-drawing *, .formula *, .level *, svg *, option, [type=radio]";
  const isBox = (each) => !["inline", "contents"].includes(getComputedStyle(each).display);
  const boxes = [...document.body.querySelectorAll("*")]
    .filter((each) => each.checkVisibility() && !each.matches(others) && isBox(each));
  const places = (dir) => {
    document.documentElement.dir = dir;
    return boxes.map((each) => each.getBoundingClientRect());
  };
  const [before, after] = [places("ltr"), places("rtl")];
  const isNear = (one, other) => Math.abs(one - other) <= 1;
  const isMirrored = (one, other) =>
    isNear(innerWidth - one.right, other.left) && isNear(one.top, other.top);
  return boxes
    .filter((_, at) => !isMirrored(before[at], after[at]))
    .map((each) => each.outerHTML.slice(0, 90));
}"""


@pytest.fixture
def visit(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page as a person who reads from right to left."""
    contexts: list[BrowserContext] = []

    def open_page(user: str) -> Page:
        context = browser_with_camera.new_context(
            base_url=dev_worker.url, **usual_options(browser_with_camera)
        )
        contexts.append(context)
        context.add_init_script(RIGHT_TO_LEFT)
        sign_in(context, dev_worker, user)
        return context.new_page()

    yield open_page
    for context in contexts:
        leave(context)


@pytest.mark.parametrize("user", STATES)
def test_each_page_is_mirrored(visit: Callable[..., Page], user: str):
    page = visit(user)
    for path in STATES[user]:
        page.goto(path)
        settle(page)
        if page.locator(".checks").count():
            page.locator(".checks > summary").click()
        check(page, f"{path.strip('/').replace('/', '-')}-{user}")


def test_the_room_is_mirrored(meeting: Meeting):
    student = open_room(meeting, "student")
    check(student, "room-alone")
    teacher = open_room(meeting, "teacher")
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
    check(student, "room-pair")
    student.locator("#call-more").click()
    check(student, "room-more")
    student.locator("#call-files").click()
    check(student, "room-files")
    student.keyboard.press("Escape")
    student.keyboard.press("b")
    expect(student.locator("#board-surface")).to_be_visible()
    for menu in ("board-colour", "board-more", "board-page"):
        student.evaluate("id => document.getElementById(id).click()", menu)
        check(student, f"room-{menu}")
    student.locator("#call-leave").click()
    check(student, "left")
    teacher.locator("#call-leave").click()
    check(teacher, "room-leave")
    teacher.locator("#call-leave").click()
    ask_to_end(teacher)
    check(teacher, "room-end")


def test_the_request_for_another_time_is_mirrored(
    dev_worker: LocalWorker, browser_with_camera: Browser
):
    with meeting_on(dev_worker, browser_with_camera, starts_in=2 * DAY) as meeting:
        student, teacher = (meeting.open(role) for role in ("student", "teacher"))
        for page in (student, teacher):
            page.context.add_init_script(RIGHT_TO_LEFT)
        student.goto(f"{student.url}/reschedule")
        student.locator("[name=slot1]").check()
        student.locator("#reason").fill("عندي امتحان")
        student.locator("[type=submit]").click()
        student.locator(".quote").wait_for()
        check(student, "request")
        teacher.goto(f"{teacher.url}/reschedule")
        check(teacher, "answer")


def test_the_room_works_from_right_to_left(meeting: Meeting):
    student = open_room(meeting, "student")
    teacher = meeting.enter("teacher")
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)

    corners = [corner_of(student)]
    for _ in range(3):
        student.locator("#self-move").click()
        corners.append(corner_of(student))
    assert corners == ["bottom left", "bottom right", "top right", "top left"]
    student.mouse.move(*middle_of(student.locator("#self-video")))
    student.mouse.down()
    student.mouse.move(1200, 600, steps=4)
    student.mouse.up()
    assert corner_of(student) == "bottom right"

    cameras = student.locator("#call-camera-picker option")
    assert cameras.first.text_content() == "\u2068fake_device_0\u2069"
    student.locator("#call-chat").click()
    assert direction_of(student.locator("#chat-text")) == "rtl"
    student.locator("#tab-chat").focus()
    student.keyboard.press("ArrowLeft")
    expect(student.locator("#tab-session")).to_be_focused()
    student.keyboard.press("ArrowRight")
    expect(student.locator("#tab-chat")).to_be_focused()
    for words in ("Is it 3 or 4?", "أليس كذلك؟ $x^2$", "انظر https://example.com/a/"):
        student.locator("#chat-text").fill(words)
        student.locator("#chat-send").click()
    lines = student.locator(".line-text")
    expect(lines).to_have_count(3)
    student.locator("math").wait_for()
    check(student, "room-chat")
    assert [direction_of(line) for line in lines.all()] == ["ltr", "rtl", "rtl"]
    assert [direction_of(lines.locator(each)) for each in (".formula", "a")] == ["ltr", "ltr"]

    student.keyboard.press("Escape")
    student.keyboard.press("b")
    surface = student.locator("#board-surface")
    expect(surface).to_be_visible()
    student.locator('[data-tool="pen"]').focus()
    student.keyboard.press("ArrowLeft")
    expect(student.locator('[data-tool="highlighter"]')).to_be_focused()
    drag(student, (0.2, 0.2), (0.5, 0.6))
    sent(student)
    drawn = student.locator(ELEMENTS).bounding_box()
    assert drawn
    assert drawn["x"] == pytest.approx(point(student, 0.2, 0.2)[0], abs=8)
    assert drawn["y"] == pytest.approx(point(student, 0.2, 0.2)[1], abs=8)
    outline = "each => each.firstElementChild.getAttribute('d')"
    assert teacher.locator(ELEMENTS).evaluate(outline) == student.locator(ELEMENTS).evaluate(
        outline
    )


def open_room(meeting: Meeting, role: str) -> Page:
    page = meeting.open(role)
    page.context.add_init_script(RIGHT_TO_LEFT)
    page.reload()
    join(page)
    return page


def check(page: Page, name: str) -> None:
    """Every box lies where a mirror shows it, and none outside the window."""
    for width, height in WINDOWS:
        resize(page, width, height)
        page.screenshot(path=SCREENS / f"rtl-{name}-{width}.png", full_page=True)
        assert page.evaluate(WIDER) == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert page.evaluate(NOT_MIRRORED) == [], (name, width)


def middle_of(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def corner_of(page: Page) -> str:
    """Where the own picture lies on the stage."""
    x, y = middle_of(page.locator("#self"))
    across, down = middle_of(page.locator("#stage-area"))
    return f"{'top' if y < down else 'bottom'} {'left' if x < across else 'right'}"


def direction_of(place: Locator) -> str:
    return str(place.evaluate("each => getComputedStyle(each).direction"))
