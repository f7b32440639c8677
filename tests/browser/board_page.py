"""The board of a room, its two people, and a mouse on it."""

from playwright.sync_api import Page, expect

from tests.browser.room_page import Meeting

Pair = tuple[Page, Page]
ELEMENTS = "#board-elements .element"
OTHERS = f"{ELEMENTS}:not(.pending)"
PAGE = "#board-page > :first-child"


def with_board(meeting: Meeting) -> Pair:
    """Both in their call, with the board open: one opens it for both."""
    student, teacher = meeting.both()
    student.locator("#room-heading").focus()
    student.keyboard.press("b")
    for page in (student, teacher):
        expect(page.locator("#board-surface")).to_be_visible()
        expect(page.locator("#call-board")).to_have_attribute("aria-pressed", "true")
    return student, teacher


def on_an_empty_page(pair: Pair) -> Pair:
    """Both on an empty page, with the pen."""
    for page in pair:
        page.locator('#room[data-board="open"]').wait_for()
    _, teacher = pair
    while not (teacher.locator(PAGE).text_content() or "").endswith("/ 1"):
        teacher.evaluate("document.querySelector('#board-page').click()")
        teacher.evaluate("document.querySelector('[data-page-act=delete]').click()")
        teacher.evaluate("document.querySelector('#board-page').click()")
    for page in pair:
        expect(page.locator(PAGE)).to_have_text("1 / 1")
    if teacher.locator(ELEMENTS).count():
        act(teacher, "clear", menu="#board-more")
    for page in pair:
        expect(page.locator(ELEMENTS)).to_have_count(0)
        choose(page, "pen")
    return pair


def names(page: Page) -> list[str]:
    return [each.get_attribute("aria-label") or "" for each in page.locator(ELEMENTS).all()]


def sent(page: Page) -> None:
    """Wait until the room has all of this page's changes."""
    expect(page.locator("#board-state")).to_have_attribute("data-unsent", "0")


def act(page: Page, what: str, menu: str = "") -> None:
    if menu:
        page.locator(menu).click()
    page.locator(f'[data-act="{what}"]').click()


def choose(page: Page, tool: str) -> None:
    page.evaluate("tool => document.querySelector(`[data-tool=${tool}]`).click()", tool)


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place of the surface, from 0 to 1."""
    box = page.locator("#board-surface").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, *places: tuple[float, float], release: bool = True) -> None:
    page.mouse.move(*point(page, *places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*point(page, *place), steps=5)
    if release:
        page.mouse.up()


def pdf(words: list[str]) -> bytes:
    """A PDF with a page for each of these words."""
    count = len(words)
    kids = " ".join(f"{3 + 2 * at} 0 R" for at in range(count))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
    ]
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for at, word in enumerate(words):
        drawing = f"BT /F 60 Tf 50 500 Td ({word}) Tj ET"
        page = f"/MediaBox [0 0 600 800] /Contents {4 + 2 * at} 0 R /Resources {font}"
        bodies.append(f"<< /Type /Page /Parent 2 0 R {page} >>")
        bodies.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{end}".encode()
