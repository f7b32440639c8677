"""All pages in English in disguise, which is longer: no word is left over, cut or out of the page.

And in the languages themselves: the pages of a lesson in German and Arabic, for people to look at
in .cache/screens.
"""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from domain.mail_rules import Kind, Request
from domain.model import Role
from i18n.languages import LANGUAGES
from mail.content import payload_of
from settings import Settings
from tests.browser.closing import leave
from tests.browser.room_page import join, meeting_on
from tests.browser.signing_in import sign_in
from tests.browser.test_narrow import WIDER
from tests.browser.test_states import NARROWEST, SCREENS, resize, settle, violations
from tests.browser.windows import usual_options
from tests.unit.cast import DAY, START, person, session
from tests.unit.due_mails import due_mail
from tools.local_worker import LocalWorker

DEVELOPMENT = Settings(
    environment="development", public_url="https://rooms.example", link_secrets=("a key for tests",)
)
STATES = {
    "demo-student": (
        "/session/demo-early",
        "/session/demo-early/reschedule",
        "/session/demo-joinable",
        "/session/demo-no-show",
        "/session/demo-ended",
        "/session/demo-ended/board",
        "/session/demo-cancelled",
        "/session/demo-nowhere",
    ),
    "demo-teacher": ("/session/demo-joinable", "/session/demo-ended"),
}
SIZES = {"phone": 390, "desktop": 1280}
# What a disguised page shows plainly: names, titles, files and places of the demo.
DATA = (
    "Lena|Fischer|Amara|Okafor|Linear|Algebra|Calculus|Berlin|York|New|Session|Room|UTC|CET|EST|"
    "Fake|Default|Audio|Input|Output|fake|device|Creative|Writing|Python|for|Beginners|Notes|txt|"
    # A disguised page has the dates and lengths of English.
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|"
    "July|August|September|October|November|December|hour|hours|minute|"
    "minutes|time|Jan|AM|PM|PNG|JPEG|PDF|Deutsch|English|Español|Français|Português|Brasil|Türkçe"
)
# The words of a page that no catalogue has turned: the disguise leaves no plain vowel in one.
LEFT_OVER = """(data) => {
  const isKnown = RegExp.prototype.test.bind(new RegExp(`^(${data})$`));
  const isFiller = RegExp.prototype.test.bind(/^(one|two|three|on|o|t|tw|th|thr|thre)$/);
  const isLeft = (word) =>
    /^[A-Za-z]+$/.test(word) && /[aceinouy]/i.test(word) && !isKnown(word) && !isFiller(word);
  const ofPeople = ".board-drawing, .board-sheet, select, [lang]:not(html)";
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data: text } = walker.currentNode;
    if (!parent.closest(`script, noscript, style, svg, ${ofPeople}`)) texts.push(text);
  }
  for (const each of document.body.querySelectorAll("*:not(.board-sheet img)")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      if (each.hasAttribute(name)) texts.push(each.getAttribute(name));
    }
  }
  return texts.filter((text) => (text.match(/[A-Za-zÀ-ÿ]{3,}/g) ?? []).some(isLeft));
}"""
# Text that its box hides, where it should have wrapped or grown. The room's head has one line for
# the name and one for the state of the call; the panel has both whole.
CUT = """() => {
  const mayBe = ".visually-hidden, input, textarea, select, video";
  const inOneLine = "#room-heading, .room-status, #quality-label";
  const hasText = (each) =>
    [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const hides = (each) =>
    getComputedStyle(each).overflowX === "hidden" &&
    getComputedStyle(each).clipPath === "none" &&
    each.scrollWidth > each.clientWidth + 1;
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.checkVisibility() && !each.matches(mayBe) && !each.closest(inOneLine))
    .filter((each) => hasText(each) && hides(each))
    .map((each) => each.outerHTML.slice(0, 120));
}"""

# Pieces of the page's head that lie over each other.
OVERLAPPING = """() => {
  const pieces = [...document.querySelectorAll(".session-header > *")];
  const boxes = pieces.map((each) => [each, each.getBoundingClientRect()]);
  const overlap = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap(([one, a], index) =>
    boxes
      .slice(index + 1)
      .filter(([, b]) => overlap(a, b))
      .map(([other]) => `${one.className} and ${other.className}`),
  );
}"""


@pytest.fixture
def visit(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page as a demo person who has chosen a language."""
    contexts: dict[str, BrowserContext] = {}

    def choose(context: BrowserContext, language: str) -> None:
        form = {"language": language}
        headers = {"Origin": dev_worker.url}
        context.request.post("/session/demo-early/language", form=form, headers=headers)

    def open_page(user: str, language: str) -> Page:
        # A page without a session has no person, and reads what the browser asks for.
        headers = {"Accept-Language": language}
        options = {"extra_http_headers": headers} | usual_options(browser_with_camera)
        context = browser_with_camera.new_context(base_url=dev_worker.url, **options)
        contexts[user] = context
        sign_in(context, dev_worker, user)
        choose(context, language)
        return context.new_page()

    yield open_page
    for context in contexts.values():
        choose(context, "en")
        leave(context)


@pytest.mark.parametrize("user", STATES)
def test_no_page_has_a_word_left_over_cut_or_outside(visit, user):
    page = visit(user, "en-XA")
    for path in STATES[user]:
        page.goto(path)
        settle(page)
        assert page.evaluate(LEFT_OVER, DATA) == [], path
        for width in (1280, 390, NARROWEST):
            resize(page, width, 800)
            if width == 390:
                page.screenshot(
                    path=SCREENS / f"en-XA-{path[1:].replace('/', '-')}-{user}.png", full_page=True
                )
            assert page.evaluate(WIDER) == [], (path, width)
            assert page.evaluate(CUT) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_pages_of_a_lesson(visit, axe_source, language):
    direction = "rtl" if language == "ar" else "ltr"
    for user, paths in STATES.items():
        page = visit(user, language)
        for path in paths:
            page.goto(path)
            settle(page)
            html = page.locator("html")
            assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, direction)
            for size, width in SIZES.items():
                resize(page, width, 844)
                name = f"{language}-{path[1:].replace('/', '-')}-{user}-{size}.png"
                page.screenshot(path=SCREENS / name, full_page=True)
                assert page.evaluate(WIDER) == [], (path, width)
                assert page.evaluate(OVERLAPPING) == [], (path, width)
            assert violations(page, axe_source) == []


def test_no_word_of_the_room_is_left_over(visit, dev_worker, browser_with_camera: Browser):
    for user in STATES:
        visit(user, "en-XA")
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        meeting.upload("Notes.txt")
        assert_whole(meeting.enter("student"), "alone")
        for page in meeting.both():
            assert_whole(page, "pair")
            for button in ("call-chat", "call-files", "call-more", "call-board"):
                page.locator(f"#{button}").click()
                assert_whole(page, button)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_room(visit, dev_worker, browser_with_camera: Browser, axe_source, language: str):
    """Alone, with the other one, and with each of its parts open."""
    for user in STATES:
        visit(user, language)

    def look(page: Page, part: str) -> None:
        for size, width in SIZES.items():
            resize(page, width, 844)
            page.screenshot(path=SCREENS / f"{language}-room-{part}-{size}.png")
            assert page.evaluate(WIDER) == [], (part, width)
            assert page.evaluate(CUT) == [], (part, width)
        assert violations(page, axe_source) == [], part

    with meeting_on(dev_worker, browser_with_camera) as meeting:
        meeting.upload("Notes.txt")
        look(meeting.enter("student"), "alone")
        student, teacher = meeting.both()
        for page, role in ((student, "student"), (teacher, "teacher")):
            look(page, role)
            for button in ("call-chat", "call-files", "call-more"):
                page.locator(f"#{button}").click()
                look(page, f"{role}-{button}")
            page.locator("#panel-close").click()
        teacher.locator("#call-board").click()
        for page, role in ((student, "student"), (teacher, "teacher")):
            page.locator("#board").wait_for()
            look(page, f"{role}-call-board")
        teacher.locator("#call-leave").click()
        look(teacher, "leaving")
        student.locator("#call-leave").click()
        student.locator("#left").wait_for()
        look(student, "left")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_small_phone_has_room_for_every_language(visit, language: str):
    """The page before, the room, the panel and the page after; the head of pages on any phone."""
    page = visit("demo-student", language)
    for path in ("/session/demo-ended", "/session/demo-no-show", "/session/demo-joinable"):
        page.goto(path)
        settle(page)
        for width in (430, 390, 360, NARROWEST):
            resize(page, width, 640)
            assert page.evaluate(OVERLAPPING) == [], (path, width)
        assert page.evaluate(WIDER) == [], path
        assert page.evaluate(CUT) == [], path
    join(page)
    for part in ("call-more", "call-chat"):
        page.locator(f"#{part}").click()
        page.screenshot(path=SCREENS / f"{language}-room-{part}.png")
        assert page.evaluate(WIDER) == [], part
        assert page.evaluate(CUT) == [], part
        # The panel covers the bar.
        page.locator("#panel-close").click()
    page.screenshot(path=SCREENS / f"{language}-room.png")


def assert_whole(page: Page, part: str) -> None:
    """No word is left over, cut or outside the window, at any width."""
    assert page.evaluate(LEFT_OVER, DATA) == [], part
    for width in (1280, 390, NARROWEST):
        resize(page, width, 800)
        if width == 390:
            page.screenshot(path=SCREENS / f"en-XA-room-{part}.png")
        assert page.evaluate(WIDER) == [], (part, width)
        assert page.evaluate(CUT) == [], (part, width)
    resize(page, 1280, 800)


@pytest.mark.parametrize("language", ["de", "ar", "en-XA"])
def test_every_mail(page_of_chromium: Page, language: str):
    direction = "rtl" if language == "ar" else "ltr"
    people = {
        who: person(who)._replace(name=name, given_name=given, language=language)
        for who, name, given in (
            ("student", "Lena Fischer", "Lena"),
            ("teacher", "Amara Okafor", "Amara"),
        )
    }
    booked = session(**people)
    request = Request(
        "r1", "open", "teacher", START, (START + DAY,), None, "Creative Writing", None
    )
    for kind in Kind:
        for role in Role:
            mail = due_mail(kind, role, booked, request)
            html = json.loads(payload_of(mail, DEVELOPMENT, START - DAY))["html"]
            page_of_chromium.set_content(html)
            root = page_of_chromium.locator("html")
            lang_and_dir = root.get_attribute("lang"), root.get_attribute("dir")
            assert lang_and_dir == (language, direction)
            for size, width in SIZES.items():
                page_of_chromium.set_viewport_size({"width": width, "height": 844})
                name = f"{language}-mail-{kind}-{role}-{size}.png"
                page_of_chromium.screenshot(path=SCREENS / name, full_page=True)
                wide = page_of_chromium.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, kind
            if language == "en-XA":
                assert page_of_chromium.evaluate(LEFT_OVER, DATA) == [], (kind, role)
