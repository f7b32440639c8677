"""The board that two people write on, in one call that these tests share."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board_page import (
    ELEMENTS,
    OTHERS,
    PAGE,
    Pair,
    act,
    choose,
    drag,
    names,
    on_an_empty_page,
    pdf,
    point,
    sent,
)
from tests.browser.room_page import Meeting, join, wait_until_it_plays
from tests.browser.test_room_faults import Wire
from tests.browser.test_states import resize
from tests.pictures import png
from tests.worker.lesson import until

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
SIDEWAYS = {"width": 844, "height": 390}
SAY = """async () => {
  const room = document.querySelector("script[type=module]").src;
  const { toast } = await import(new URL("../shared/toasts.js", room));
  toast("Your connection is weak, so your picture is smaller for now. Sound goes first.");
}"""
# What of the words "2 not sent yet" is cut off, out of sight, or under a note of the room.
COVERED = """() => {
  const state = document.querySelector("#board-state");
  const notes = document.querySelector("#toasts").getBoundingClientRect();
  const { left, right, top, bottom } = state.getBoundingClientRect();
  const found = {
    cut: state.scrollWidth > state.clientWidth,
    out: !state.checkVisibility() || left < 0 || right > innerWidth || bottom > innerHeight,
    under: left < notes.right && notes.left < right && top < notes.bottom && notes.top < bottom,
  };
  return Object.keys(found).filter((key) => found[key]);
}"""


@pytest.fixture
def pair(board_call: Pair) -> Pair:
    return on_an_empty_page(board_call)


def violations(page: Page, axe_source: str) -> list[Any]:
    page.evaluate(axe_source)
    found = page.evaluate("tags => axe.run('#room', { runOnly: tags })", WCAG)["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]


def test_a_stroke_is_seen_while_it_is_drawn_and_stays(pair: Pair) -> None:
    student, teacher = pair
    drag(student, (0.3, 0.3), (0.5, 0.5), release=False)
    expect(teacher.locator("#board-ink .stroke")).to_have_count(1)
    expect(teacher.locator("#board-cursor")).to_be_visible()
    student.mouse.up()

    expect(teacher.locator(OTHERS)).to_have_count(1)
    expect(teacher.locator("#board-ink .stroke")).to_have_count(0)
    assert names(teacher) == ["Stroke by Lena"]
    assert names(student) == ["Stroke by you"]
    # One announcement has all of some seconds, and so maybe the test before.
    expect(teacher.locator("#announcer")).to_contain_text("Lena drew on Page 1.")


def test_undo_takes_back_ones_own_and_leaves_the_others(pair: Pair) -> None:
    student, teacher = pair
    choose(teacher, "rectangle")
    drag(teacher, (0.2, 0.2), (0.4, 0.4))
    expect(student.locator(OTHERS)).to_have_count(1)
    drag(student, (0.5, 0.3), (0.7, 0.5))
    expect(teacher.locator(OTHERS)).to_have_count(2)
    act(student, "undo")

    expect(teacher.locator(ELEMENTS)).to_have_count(1)
    assert names(teacher) == ["Rectangle by you"]
    student.keyboard.press("Control+Shift+z")
    expect(teacher.locator(ELEMENTS)).to_have_count(2)


def test_what_is_selected_is_moved_resized_copied_and_erased(pair: Pair) -> None:
    student, teacher = pair
    choose(student, "ellipse")
    drag(student, (0.3, 0.3), (0.4, 0.5))
    expect(teacher.locator(OTHERS)).to_have_count(1)
    before = teacher.locator(ELEMENTS).bounding_box()
    choose(student, "select")
    drag(student, (0.1, 0.1), (0.6, 0.7))
    expect(student.locator("#board-selection .handle")).to_have_count(4)
    drag(student, (0.3, 0.4), (0.5, 0.6))
    sent(student)
    expect(teacher.locator(OTHERS)).to_have_count(1)
    moved = teacher.locator(ELEMENTS).bounding_box()
    assert before
    assert moved
    assert moved["x"] > before["x"] + 50
    assert moved["width"] == pytest.approx(before["width"], abs=2)
    drag(student, (0.6, 0.7), (0.7, 0.9))
    sent(student)
    expect(teacher.locator(f"{ELEMENTS} ellipse")).not_to_have_attribute(
        "rx", str(student.locator("#board-elements ellipse").get_attribute("ry"))
    )
    act(student, "duplicate")
    expect(teacher.locator(OTHERS)).to_have_count(2)

    choose(teacher, "eraser")
    drag(teacher, (0.45, 0.75), (0.75, 0.75))
    expect(student.locator(ELEMENTS)).to_have_count(0)
    teacher.keyboard.press("Control+z")
    expect(student.locator(ELEMENTS)).to_have_count(2)


def test_a_text_with_a_formula_on_the_board_and_in_the_chat(pair: Pair) -> None:
    student, teacher = pair
    choose(student, "text")
    student.mouse.click(*point(student, 0.3, 0.3))
    student.keyboard.type("Area $\\pi r^2$")
    student.keyboard.press("Escape")

    text = teacher.locator(f"{ELEMENTS}.text")
    expect(text.locator("math msup")).to_have_count(1)
    expect(text).to_have_attribute("aria-label", "Text “Area $\\pi r^2$” by Lena")
    # The other one writes on in it.
    choose(teacher, "text")
    box = text.locator(".board-text").bounding_box()
    assert box
    teacher.mouse.click(box["x"] + 9, box["y"] + box["height"] / 2)
    teacher.keyboard.press("Control+End")
    teacher.keyboard.type(", you see?")
    teacher.keyboard.press("Control+Enter")
    expect(student.locator(f"{ELEMENTS}.text")).to_contain_text(", you see?")

    teacher.locator("#call-chat").click()
    teacher.locator("#chat-text").fill("and $\\frac{1}{2}$")
    teacher.keyboard.press("Enter")
    expect(teacher.locator("#chat-lines li").last.locator("math mfrac")).to_have_count(1)
    teacher.get_by_role("button", name="Close panel").click()


def test_a_lesson_by_keyboard_alone(pair: Pair) -> None:
    student, teacher = pair
    student.locator("#board-surface").focus()
    for key in ("2", "ArrowLeft", "Enter", *["ArrowRight"] * 4, *["ArrowDown"] * 3, "Enter"):
        student.keyboard.press(key)
    expect(teacher.locator(OTHERS)).to_have_count(1)
    for key in ("9", "Enter"):
        student.keyboard.press(key)
    student.keyboard.type("Hello")
    student.keyboard.press("Escape")
    expect(teacher.locator(OTHERS)).to_have_count(2)

    # From object to object, and back to the tools.
    student.locator("#board-surface").focus()
    student.keyboard.press("Tab")
    expect(student.locator(":focus")).to_have_attribute("aria-label", "Stroke by you")
    before = teacher.locator(f"{ELEMENTS}.stroke").bounding_box()
    for _ in range(3):
        student.keyboard.press("ArrowDown")
    sent(student)
    expect(student.locator(":focus")).to_have_attribute("aria-label", "Stroke by you")
    after = teacher.locator(f"{ELEMENTS}.stroke").bounding_box()
    assert before
    assert after
    assert after["y"] > before["y"]
    student.keyboard.press("Tab")
    student.keyboard.press("Enter")
    student.keyboard.press("Control+End")
    student.keyboard.type(" there")
    student.keyboard.press("Escape")
    expect(teacher.locator(f"{ELEMENTS}.text")).to_have_text("Hello there")
    student.keyboard.press("Delete")
    expect(teacher.locator(ELEMENTS)).to_have_count(1)
    student.keyboard.press("Escape")
    expect(student.locator(":focus")).to_have_attribute("data-tool", "select")
    # The room's own keys still work.
    student.keyboard.press("m")
    expect(student.locator("#call-microphone")).to_have_attribute("aria-pressed", "false")
    student.keyboard.press("m")


def test_pages_are_added_named_ordered_and_deleted(pair: Pair) -> None:
    student, teacher = pair
    drag(teacher, (0.3, 0.3), (0.5, 0.5))
    act(teacher, "add-page")
    expect(student.locator(PAGE)).to_have_text("1 / 2")
    expect(teacher.locator(ELEMENTS)).to_have_count(0)
    student.locator("#board-surface").focus()
    student.keyboard.press("PageDown")
    expect(student.locator(PAGE)).to_have_text("2 / 2")
    student.locator("#board-page").click()
    title = student.get_by_label("Title of page 2")
    title.fill("Homework")
    title.press("Enter")
    teacher.locator("#board-page").click()
    expect(teacher.locator(".board-name")).to_have_text(["Page 1", "Homework"])
    expect(teacher.locator(".board-here:visible")).to_have_text("Lena is here")
    teacher.locator('#board-thumbs li:nth-child(2) [data-page-act="up"]').click()
    expect(student.locator(".board-name")).to_have_text(["Homework", "Page 2"])

    teacher.locator('#board-thumbs li:nth-child(1) [data-page-act="delete"]').click()
    # Who looked at it sees another one.
    expect(student.locator(PAGE)).to_have_text("1 / 1")
    expect(student.locator(ELEMENTS)).to_have_count(1)
    for page in pair:
        page.keyboard.press("Escape")
        expect(page.locator("#board-pages")).to_be_hidden()


def test_the_teacher_leads_and_may_write_alone(pair: Pair) -> None:
    student, teacher = pair
    act(teacher, "follow", menu="#board-more")
    expect(student.locator("#board-state")).to_have_text("You see what Amara sees")
    act(teacher, "add-page")
    expect(teacher.locator(PAGE)).to_have_text("2 / 2")
    expect(student.locator(PAGE)).to_have_text("2 / 2")
    zoom = student.locator("#board-zoom").text_content()
    teacher.locator("#board-surface").focus()
    for _ in range(4):
        teacher.keyboard.press("+")
    expect(student.locator("#board-zoom")).not_to_have_text(zoom or "")
    act(teacher, "follow", menu="#board-more")
    expect(student.locator("#board-state")).to_be_empty()

    act(teacher, "read-only", menu="#board-more")
    expect(student.locator("#board-state")).to_have_text("Only Amara can write")
    drag(student, (0.3, 0.3), (0.5, 0.5))
    drag(teacher, (0.3, 0.3), (0.5, 0.5))
    expect(student.locator(OTHERS)).to_have_count(1)
    assert names(student) == ["Stroke by Amara"]
    act(teacher, "read-only", menu="#board-more")
    expect(student.locator("#board-state")).to_be_empty()
    teacher.locator("#board-page").click()
    teacher.locator('#board-thumbs li:nth-child(2) [data-page-act="delete"]').click()
    expect(student.locator(PAGE)).to_have_text("1 / 1")
    teacher.keyboard.press("Escape")
    for page in pair:
        act(page, "fit")


def covers_nothing(page: Page) -> None:
    """A note of the room leaves "not sent yet" to be read, on every kind of screen."""
    usual = page.viewport_size
    assert usual
    for viewport in (usual, PHONE, SIDEWAYS):
        page.set_viewport_size(viewport)
        page.evaluate(SAY)
        expect(page.locator(".toast").last).to_be_in_viewport()
        assert page.evaluate(COVERED) == [], viewport
    page.set_viewport_size(usual)


def test_a_drawing_made_without_a_socket_survives_a_reload(pair: Pair) -> None:
    student, teacher = pair
    wire = Wire(student)
    student.reload()
    join(student)
    expect(student.locator("#board-surface")).to_be_visible()
    wire.break_off()
    expect(student.locator("#reconnecting")).to_be_visible()
    drag(student, (0.2, 0.2), (0.4, 0.4))
    drag(student, (0.4, 0.2), (0.6, 0.4))
    drag(teacher, (0.6, 0.6), (0.8, 0.8))
    expect(student.locator("#board-state")).to_have_text("2 not sent yet")
    expect(student.locator(f"{ELEMENTS}.pending")).to_have_count(2)
    covers_nothing(student)
    student.reload()
    wire.cut = False
    join(student)

    for page in (student, teacher):
        expect(page.locator(OTHERS)).to_have_count(3)
    assert sorted(names(teacher)) == ["Stroke by Lena", "Stroke by Lena", "Stroke by you"]


def test_a_photograph_is_seen_by_both(pair: Pair) -> None:
    student, teacher = pair
    act(teacher, "photo", menu="#board-insert")
    expect(teacher.locator("#board-camera")).to_be_visible()
    # As the camera sees: what is written can be read.
    expect(teacher.locator("#board-camera")).not_to_have_class("mirrored")
    wait_until_it_plays(teacher, "board-camera")
    teacher.locator("#board-go").click()
    expect(student.locator(f"{ELEMENTS}.image")).to_have_count(1)
    for page in pair:
        for picture in page.locator(f"{ELEMENTS} image").all():
            address = picture.get_attribute("href")
            assert page.request.get(f"{page.url.split('/session')[0]}{address}").ok


def test_a_small_page_shows_its_picture_when_it_comes_into_sight(pair: Pair) -> None:
    student, teacher = pair
    asked: list[str] = []
    student.on("request", lambda request: asked.append(request.url))
    act(teacher, "add-page")
    grey = {"name": "grey.png", "mimeType": "image/png", "buffer": png(400, 300)}
    teacher.locator("#board-picker").set_input_files([grey])
    expect(teacher.locator(f"{ELEMENTS}.image:not(.pending)")).to_have_count(1)
    expect(student.locator(PAGE)).to_have_text("1 / 2")
    student.locator("#board-page").click()
    small = student.locator("#board-thumbs li:nth-child(2) canvas")
    middle = "canvas => [...canvas.getContext('2d').getImageData(80, 60, 1, 1).data]"
    until(lambda: small.evaluate(middle), lambda pixel: pixel == [128, 128, 128, 255])

    # Drawn again, the picture is there at once, and asked for no more.
    title = student.get_by_label("Title of page 2")
    title.fill("Photo")
    title.press("Enter")
    expect(student.locator(".board-name").last).to_have_text("Photo")
    assert small.evaluate(middle) == [128, 128, 128, 255]
    assert len([address for address in asked if "/board/images/" in address]) == 1
    teacher.locator("#board-page").click()
    teacher.locator('#board-thumbs li:nth-child(2) [data-page-act="delete"]').click()
    expect(student.locator(PAGE)).to_have_text("1 / 1")
    for page in pair:
        page.keyboard.press("Escape")


def test_pages_of_a_pdf_become_pages_of_the_board(pair: Pair) -> None:
    student, teacher = pair
    file = {"name": "worksheet.pdf", "mimeType": "application/pdf"}
    teacher.locator("#board-picker").set_input_files(
        [{**file, "buffer": pdf(["One", "Two", "Three"])}]
    )
    expect(teacher.locator("#board-dialog h2")).to_have_text("Which pages of worksheet.pdf?")
    teacher.get_by_label("Page 3").check()
    teacher.locator("#board-go").click()

    expect(teacher.locator(PAGE)).to_have_text("2 / 2")
    expect(student.locator(PAGE)).to_have_text("1 / 2")
    assert names(student) == ["Picture Page 1 of worksheet.pdf by Amara"]
    student.locator("#board-surface").focus()
    student.keyboard.press("PageDown")
    expect(student.locator(f"{ELEMENTS}.image")).to_have_count(1)
    assert names(student) == ["Picture Page 3 of worksheet.pdf by Amara"]
    teacher.locator("#board-page").click()
    teacher.locator('#board-thumbs li:nth-child(2) [data-page-act="delete"]').click()
    expect(student.locator(PAGE)).to_have_text("1 / 1")
    teacher.keyboard.press("Escape")


def test_a_pdf_of_the_session_opens_on_the_board(pair: Pair, shared_meeting: Meeting) -> None:
    student, teacher = pair
    shared_meeting.upload("sheet.pdf", pdf(["Four"]))
    student.locator("#call-files").click()
    student.get_by_role("button", name="Open sheet.pdf on the board").click()

    expect(teacher.locator(f"{ELEMENTS}.image")).to_have_attribute(
        "aria-label", "Picture Page 1 of sheet.pdf by Lena"
    )
    expect(student.locator("#panel")).to_be_hidden()


def test_a_file_that_does_not_come_is_said(pair: Pair, shared_meeting: Meeting) -> None:
    student, _ = pair
    shared_meeting.upload("lost.pdf", pdf(["Five"]))
    student.locator("#call-files").click()
    student.route("**/resources/*", lambda route: route.abort())
    student.get_by_role("button", name="Open lost.pdf on the board").click()
    expect(student.locator(".toast").last).to_have_text(
        "Unable to connect. Check your internet connection, then try again."
    )
    student.unroute("**/resources/*")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(pair: Pair, axe_source: str, viewport: Any) -> None:
    _, teacher = pair
    before = teacher.viewport_size
    if viewport:
        resize(teacher, **viewport)
    choose(teacher, "text")
    teacher.mouse.click(*point(teacher, 0.3, 0.3))
    teacher.keyboard.type("Some words")
    teacher.keyboard.press("Escape")
    expect(teacher.locator("#board-selection .handle")).to_have_count(4)
    assert violations(teacher, axe_source) == []
    for menu in ("#board-colour", "#board-more", "#board-insert", "#board-page"):
        teacher.locator(menu).click()
        assert (menu, violations(teacher, axe_source)) == (menu, [])
    teacher.keyboard.press("Escape")
    assert before
    teacher.set_viewport_size(before)


def test_closing_it_closes_it_for_both(pair: Pair) -> None:
    _, teacher = pair
    teacher.locator("#call-board").click()
    expect(teacher.locator("#board")).to_be_hidden()
    expect(teacher.locator("#call-board")).to_have_attribute("aria-pressed", "false")
    teacher.locator("#call-board").click()
    expect(teacher.locator("#board")).to_be_visible()


def close(student: Page) -> None:
    student.locator("#call-board").click()


def share_the_screen(student: Page) -> None:
    student.locator("#call-screen").click()


@pytest.mark.parametrize("hide", [close, share_the_screen])
def test_a_question_goes_with_the_board_and_the_page_is_free(
    pair: Pair, hide: Callable[[Page], None]
) -> None:
    student, teacher = pair
    act(teacher, "photo", menu="#board-insert")
    expect(teacher.locator("#board-go")).to_be_visible()
    hide(student)
    expect(teacher.locator("#board")).to_be_hidden()
    expect(teacher.locator("#board-dialog[open]")).to_have_count(0)
    expect(teacher.locator("#call-board")).to_be_focused()
    teacher.locator("#call-chat").click()
    expect(teacher.locator("#chat-text")).to_be_visible()
    teacher.get_by_role("button", name="Close panel").click()
    hide(student)
    expect(teacher.locator("#board-surface")).to_be_visible()


@pytest.mark.parametrize("hide", [close, share_the_screen])
def test_the_focus_goes_to_the_boards_button(pair: Pair, hide: Callable[[Page], None]) -> None:
    student, teacher = pair
    teacher.locator("#board-surface").focus()
    hide(student)
    expect(teacher.locator("#board")).to_be_hidden()
    expect(teacher.locator("#call-board")).to_be_focused()
    hide(student)
    expect(teacher.locator("#board-surface")).to_be_visible()


def test_its_key_closes_it_and_the_focus_goes_to_its_button(pair: Pair) -> None:
    _, teacher = pair
    teacher.locator("#board-surface").focus()
    teacher.keyboard.press("b")
    expect(teacher.locator("#board")).to_be_hidden()
    expect(teacher.locator("#call-board")).to_be_focused()
    teacher.keyboard.press("b")


def test_a_question_about_a_hidden_board_is_not_asked(pair: Pair) -> None:
    student, teacher = pair
    share_the_screen(student)
    expect(teacher.locator("#board")).to_be_hidden()
    content = {"name": "two.pdf", "mimeType": "application/pdf", "buffer": pdf(["One", "Two"])}
    teacher.locator("#board-picker").set_input_files([content])
    expect(teacher.locator(".toast").last).to_have_text("two.pdf cannot be opened.")
    expect(teacher.locator("#board-dialog[open]")).to_have_count(0)
    share_the_screen(student)
    expect(teacher.locator("#board-surface")).to_be_visible()
