"""The board as a recording shows it."""

import base64
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.board_page import ELEMENTS, choose, point
from tools.paths import ROOT

CODE = r"$\sqrt{\frac{x^2}{2}}$"
SCREENS = ROOT / ".cache" / "screens"


def write_formula(page: Page) -> None:
    page.locator("#board-surface").wait_for()
    choose(page, "text")
    page.mouse.click(*point(page, 0.3, 0.3))
    page.keyboard.type(f"So {CODE} it is")
    page.keyboard.press("Escape")


def drawn_text(page: Page, name: str, *, is_set: bool = True) -> tuple[int, int]:
    """How wide the text of the board is drawn, and how wide its formula's code is, in pixels."""
    expect(page.locator(f"{ELEMENTS}.text math")).to_have_count(1)
    found: dict[str, Any] = page.evaluate(
        """async ([code, isSet]) => {
          const { BoardPicture } = await import("/js/recording/board_picture.js");
          const board = new BoardPicture(document.getElementById("board"));
          const body = document.querySelector("#board-elements .element.text .board-text");
          const around = document.querySelector(".board-drawing").getBoundingClientRect();
          const box = body.getBoundingClientRect();
          const inked = () => {
            const canvas = board.draw();
            const scale = canvas.width / around.width;
            const [x, y, w, h] = [box.x - around.x, box.y - around.y, box.width, box.height];
            const part = [x, y, w, h].map((each) => Math.round(each * scale));
            const pen = canvas.getContext("2d");
            const { data, width } = pen.getImageData(...part);
            const dark = [...data.keys()].filter((at) => at % 4 === 0 && data[at] < 128);
            const columns = dark.map((at) => (at / 4) % width);
            pen.font = `${parseFloat(body.style.fontSize) * scale * box.width
              / body.offsetWidth}px ${getComputedStyle(body).fontFamily}`;
            return { ink: Math.max(...columns) - Math.min(...columns),
              code: pen.measureText(code).width, picture: canvas.toDataURL() };
          };
          // A picture is drawn when it is loaded, after a rest.
          let seen = inked();
          const is = () => seen.ink < seen.code * 0.7;
          for (let tries = 0; tries < 40 && is() !== isSet; tries += 1) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            seen = inked();
          }
          return seen;
        }""",
        [CODE, is_set],
    )
    picture = found["picture"].partition(",")[2]
    (SCREENS / f"{name}.png").write_bytes(base64.b64decode(picture))
    return found["ink"], found["code"]
