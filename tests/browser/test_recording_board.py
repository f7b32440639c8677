"""The board in a recording: formulas are set as mathematics where the browser allows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.board_page import ELEMENTS, with_board
from tests.browser.recorded_board import drawn_text, write_formula
from tests.browser.room_page import meeting_on
from tools.local_worker import LocalWorker

RED = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<path fill="red" d="M0 0h9v9H0"/></svg>'
)


@pytest.fixture
def teacher(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Page]:
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        student, teacher = with_board(meeting)
        write_formula(student)
        yield teacher


def test_a_formula_is_recorded_as_one(teacher: Page) -> None:
    ink, code = drawn_text(teacher, "recorded-formula")

    assert code * 0.2 < ink < code * 0.7


def test_a_formula_is_recorded_as_its_code_where_it_would_lock_the_picture(teacher: Page) -> None:
    """So it is in WebKit."""
    teacher.evaluate(
        """() => {
          const draw = OffscreenCanvasRenderingContext2D.prototype.drawImage;
          OffscreenCanvasRenderingContext2D.prototype.drawImage = function (image, ...all) {
            if (image.src?.startsWith("data:image/svg+xml")) {
              this.getImageData = () => { throw new DOMException("tainted", "SecurityError"); };
            }
            return draw.call(this, image, ...all);
          };
        }"""
    )
    teacher.wait_for_timeout(500)
    ink, code = drawn_text(teacher, "recorded-formula-code", is_set=False)

    assert ink > code * 0.9


def test_a_formula_is_drawn_in_each_recording_that_waits_for_it(teacher: Page) -> None:
    """A recording may begin while the picture of a formula loads for another one."""
    expect(teacher.locator(f"{ELEMENTS}.text math")).to_have_count(1)
    code, formula = teacher.evaluate(
        """async () => {
          const { BoardPicture } = await import("/js/recording/board_picture.js");
          const root = document.getElementById("board");
          const [first, second] = [new BoardPicture(root), new BoardPicture(root)];
          const both = () => [first, second].map((each) => each.draw().toDataURL());
          const before = both();
          for (let tries = 0; tries < 40 && both()[0] === before[0]; tries += 1) {
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          // Each one rests after it has drawn.
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return [before, both()];
        }"""
    )

    assert code[0] == code[1] != formula[0]
    assert formula[1] == formula[0]


def test_a_picture_that_could_not_be_loaded_is_asked_for_again(teacher: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.fulfill(body=RED, content_type="image/svg+xml")

    teacher.route("**/board/images/late", answer)
    seen = teacher.evaluate(
        """async () => {
          const { drawElement } = await import("/js/recording/board_elements.js");
          const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
          const [element, image] = [svg("g"), svg("image")];
          element.append(image);
          const box = { href: "board/images/late", width: 10, height: 10 };
          for (const [name, value] of Object.entries(box)) image.setAttribute(name, value);
          const pen = new OffscreenCanvas(10, 10).getContext("2d");
          const late = new Promise((resolve) => setTimeout(resolve, 20_000));
          const told = new Promise((resolve) => drawElement(pen, element, "black", resolve));
          await Promise.race([told, late]);
          drawElement(pen, element, "black", () => {});
          return [...pen.getImageData(5, 5, 1, 1).data];
        }"""
    )

    assert seen == [255, 0, 0, 255]
    assert len(asked) == 2


def test_the_grid_and_the_dark_reach_the_recording_at_once(teacher: Page) -> None:
    """Nothing else of the board changes."""
    teacher.evaluate(
        """async () => {
          const { BoardPicture } = await import("/js/recording/board_picture.js");
          window.picture = new BoardPicture(document.getElementById("board"));
          // It rests after it has drawn.
          window.seen = async () => {
            await new Promise((resolve) => setTimeout(resolve, 1_000));
            const canvas = window.picture.draw();
            const pen = canvas.getContext("2d");
            const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
            const firsts = [...data.keys()].filter((at) => at % 4 === 0);
            return new Set(firsts.map((at) => data.subarray(at, at + 3).join()));
          };
        }"""
    )

    def shows(colour: str) -> bool:
        return bool(teacher.evaluate("async (each) => (await window.seen()).has(each)", colour))

    line, paper, dark = "230,233,240", "255,255,255", "31,34,40"
    # A formula is drawn as a picture a moment later.
    shows(paper)
    assert (shows(paper), shows(line), shows(dark)) == (True, False, False)
    teacher.evaluate("document.getElementById('board').classList.add('with-grid')")
    assert shows(line)
    teacher.evaluate("document.getElementById('board').classList.remove('with-grid')")
    assert not shows(line)
    teacher.emulate_media(color_scheme="dark")
    assert shows(dark)
    assert not shows(paper)
