"""Every page in WebKit: each renders. Debian builds it without WebRTC; the page says that."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.board_page import ELEMENTS, drag
from tests.browser.room_page import Meeting
from tests.browser.webkit.webkit_driver import WebKit, webkit_on
from tests.worker.site import Site
from tools import other_browsers
from tools.local_worker import LocalWorker

# Its window cannot be narrower.
WIDTHS = (460, 1200)
HEIGHT = 900
ENTER, ESCAPE, RIGHT, DOWN = "\ue007", "\ue00c", "\ue014", "\ue015"
PAGES = (
    ("/session/demo-early", "Your session with Amara"),
    ("/session/demo-joinable", "Ready for Amara?"),
    ("/session/demo-in-progress", "Your session is in progress"),
    ("/session/demo-no-show", "Amara hasn't joined"),
    ("/session/demo-ended", "Session ended"),
    ("/session/demo-cancelled", "This session was cancelled"),
    ("/session/demo-early/reschedule", "Need another time?"),
    ("/session/demo-nowhere", "Session not found. Check your dashboard."),
    ("/session/demo-joinable/left", "You left the call."),
)
HEADINGS = """return [...document.querySelectorAll("h1")]
  .filter((each) => each.checkVisibility()).map((each) => each.textContent.trim())"""


@pytest.fixture(scope="module")
def webkit(dev_worker: LocalWorker) -> Iterator[WebKit]:
    if not (browser := other_browsers.find_webkit()):
        pytest.skip("WebKit's MiniBrowser, its WebDriver or Xvfb is not installed")
    with webkit_on(dev_worker, browser) as webkit:
        yield webkit


@pytest.fixture(autouse=True)
def no_script_error(webkit: WebKit) -> Iterator[None]:
    yield
    assert webkit.run("return errors") == []


def text_of(webkit: WebKit, selector: str) -> str:
    """Return the text that people see."""
    text: str = webkit.run("return document.querySelector(arguments[0]).innerText", selector)
    return text


def wait_for_text(webkit: WebKit, selector: str, words: str) -> None:
    script = "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])"
    webkit.wait_for(script, selector, words)


@pytest.mark.parametrize(("path", "heading"), PAGES, ids=[path for path, _ in PAGES])
def test_the_page_renders_and_fits(webkit: WebKit, path: str, heading: str) -> None:
    webkit.sign_in("demo-student")
    webkit.open(path)
    assert webkit.run(HEADINGS) == [heading]
    for width in WIDTHS:
        webkit.resize(width, HEIGHT)
        webkit.wait_for("return Math.abs(innerWidth - arguments[0]) < 40", width)
        assert webkit.run("return document.documentElement.scrollWidth <= innerWidth")


def test_links_in_mails_open_the_session_and_its_pages(
    webkit: WebKit, dev_worker: LocalWorker
) -> None:
    site = Site(dev_worker)
    link = site.link("demo-early", "demo-student")
    unsubscribe = site.link("demo-early", "demo-student", purpose="unsubscribe")
    site.close()
    # A link's own cookie needs https: WebKit, unlike others, does so on localhost, too.
    webkit.sign_in("demo-student")
    webkit.open(f"/r/{link}")
    assert webkit.run(HEADINGS) == ["Your session with Amara"]
    webkit.open(f"/r/{link}/reschedule")
    assert webkit.run(HEADINGS) == ["Need another time?"]
    webkit.open(f"/unsubscribe/{unsubscribe}")
    assert webkit.run(HEADINGS) == ["Switch off reminders?"]


def test_the_lobby_says_that_calls_do_not_work_and_which_devices_are_missing(
    webkit: WebKit,
) -> None:
    webkit.sign_in("demo-student")
    webkit.open("/session/demo-joinable")
    wait_for_text(webkit, "#checks-line", "Connection: no calls")
    webkit.run("document.querySelector('#checks > summary').click()")
    wait_for_text(webkit, "#network-result", "no video calls in this browser (WebRTC)")
    assert "You can join for chat and files" in text_of(webkit, "#no-calls")
    wait_for_text(webkit, "#problem-title", "No camera or microphone found.")
    shown = "return document.getElementById('camera-picker').selectedOptions[0].text"
    webkit.wait_for(f"{shown} === 'No camera available'")
    assert webkit.run("return document.getElementById('join').disabled") is False


def test_chat_and_files_work_in_the_room_without_calls(webkit: WebKit, meeting: Meeting) -> None:
    meeting.upload("notes.txt")
    teacher = meeting.enter("teacher")
    webkit.sign_in("demo-student")
    webkit.open(f"/session/{meeting.id}")
    webkit.click("#join")
    wait_for_text(webkit, "#cover-text", "Amara is here, by chat only")
    expect(teacher.locator("#cover-hint")).to_contain_text("Lena's browser cannot make video calls")

    webkit.click("#call-chat")
    webkit.type("#chat-text", f"Hello Amara{ENTER}")
    line = teacher.locator("#chat-lines li").last
    expect(line).to_contain_text("Hello Amara")
    teacher.keyboard.press("c")
    teacher.get_by_label("Message to Lena").fill("Hello Lena")
    teacher.keyboard.press("Enter")
    wait_for_text(webkit, "#chat-lines", "Hello Lena")
    webkit.click("#call-files")
    wait_for_text(webkit, "#panel .file-name", "notes.txt")
    webkit.click("#call-leave")
    wait_for_text(webkit, "#left-heading", "You left")
    expect(teacher.locator("#cover-text")).to_have_text("Lena has left")


def test_both_write_on_the_board_and_read_it(webkit: WebKit, meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    webkit.sign_in("demo-student")
    webkit.open(f"/session/{meeting.id}")
    webkit.click("#join")
    wait_for_text(webkit, "#cover-text", "Amara is here, by chat only")
    webkit.click("#call-board")
    expect(teacher.locator("#board-surface")).to_be_visible()
    drag(teacher, (0.2, 0.2), (0.4, 0.4))
    named = "return document.querySelector(arguments[0])?.getAttribute('aria-label')"
    webkit.wait_for(f"{named} === 'Stroke by Amara'", ELEMENTS)
    for key in ("7", ENTER, *[RIGHT] * 6, *[DOWN] * 4, ENTER):
        webkit.type("#board-surface", key)
    expect(teacher.locator(f"{ELEMENTS}.rectangle")).to_have_attribute(
        "aria-label", "Rectangle by Lena"
    )
    for key in ("9", ENTER):
        webkit.type("#board-surface", key)
    webkit.type("#board-field", f"$x^2$, see?{ESCAPE}")
    expect(teacher.locator(f"{ELEMENTS}.text math msup")).to_have_count(1)
    webkit.wait_for("return document.querySelector('.board-text math msup') !== null")
    webkit.click("[data-act=undo]")
    expect(teacher.locator(f"{ELEMENTS}.text")).to_have_count(0)

    webkit.open(f"/session/{meeting.id}/board")
    picture = "const picture = document.querySelector('.board-sheet img')"
    webkit.wait_for(f"{picture}; return picture.complete && picture.naturalWidth > 0")
