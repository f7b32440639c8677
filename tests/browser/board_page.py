"""The board of a room, and a mouse on it."""

from playwright.sync_api import Page

ELEMENTS = "#board-elements .element"


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
