"""The board to read and to print: formulas, with KaTeX and without."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.signing_in import sign_in
from tests.browser.windows import usual_options
from tools.local_worker import LocalWorker

Open = Callable[..., Page]
CODE = r"Their sum: $\sum_{n=0}^{2} n = \frac{2 \cdot 3}{2}$"
PICTURE = ".board-sheet img"
SET = f"{PICTURE}[src^='data:image/svg+xml']"


@pytest.fixture
def printed(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Open]:
    """Opens the board of a demo session, whose last text has a formula."""
    contexts = []

    def open_board(blocked: str = "", **settings: Any) -> Page:
        options = {"base_url": dev_worker.url} | usual_options(browser_with_camera) | settings
        contexts.append(browser_with_camera.new_context(**options))
        sign_in(contexts[-1], dev_worker, "demo-student")
        page = contexts[-1].new_page()
        if blocked:
            page.route(blocked, lambda route: route.abort())
        page.goto("/session/demo-ended/board")
        return page

    yield open_board
    for context in contexts:
        context.close()


def widths(page: Page) -> tuple[int, int]:
    """How many columns of the last text have ink in the picture, and the length of its code."""
    columns, code = page.evaluate(
        """async ([selector, code]) => {
          const picture = document.querySelector(selector);
          await picture.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [1600, 1200];
          const pencil = canvas.getContext("2d");
          pencil.drawImage(picture, 0, 0, 1600, 1200);
          const { data, width } = pencil.getImageData(100, 400, 1400, 200);
          const inked = [...data.keys()].filter((at) => at % 4 === 0 && data[at] < 128);
          pencil.font = "44px system-ui";
          const columns = new Set(inked.map((at) => (at / 4) % width));
          return [columns.size, pencil.measureText(code).width];
        }""",
        [PICTURE, CODE],
    )
    return columns, code


def test_formulas_are_set_in_the_picture_and_in_the_text_beside_it(printed: Open) -> None:
    page = printed()
    expect(page.locator(SET)).to_have_count(1)

    picture = unquote(page.locator(SET).get_attribute("src") or "")
    assert picture.count("<math") == 1
    assert "<mfrac>" in picture
    # The other texts are as they were.
    assert "for n in range(3):\n    print(n)" in picture
    expect(page.locator(".board-sheet p math")).to_have_count(1)
    shown, code = widths(page)
    assert code / 10 < shown < code / 2


@pytest.mark.parametrize("blocked", ["**/board_formulas.js", "**/katex.js", "**/*.svg"])
def test_formulas_are_shown_as_their_code_when_a_part_is_missing(
    printed: Open, blocked: str
) -> None:
    page = printed(blocked)
    page.wait_for_load_state("networkidle")

    assert page.locator(PICTURE).get_attribute("src") == "/session/demo-ended/board/demopage.svg"
    assert page.locator(SET).count() == 0
    if "svg" not in blocked:
        expect(page.locator(".board-sheet p").last).to_have_text(CODE)


def test_formulas_are_shown_as_their_code_without_javascript(printed: Open) -> None:
    page = printed(java_script_enabled=False)

    expect(page.locator(".board-sheet p").last).to_have_text(CODE)
    assert page.locator(SET).count() == 0
