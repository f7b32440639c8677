"""Every state of the page, seen: accessible, inside the screen, and without a word in the console.

Screenshots land in .cache/screens, for people to look at.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.signing_in import sign_in
from tests.browser.windows import usual_options
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens"
# A wrong colour shows at any size, a wrong size in any colour.
LOOKS = (("phone", 390, 844, "dark"), ("desktop", 1280, 800, "light"))
NARROWEST = 320
STATES = (
    ("demo-student", "/session/demo-early"),
    ("demo-student", "/session/demo-joinable"),
    ("demo-student", "/session/demo-in-progress"),
    ("demo-student", "/session/demo-no-show"),
    ("demo-student", "/session/demo-ended"),
    ("demo-student", "/session/demo-ended/board"),
    ("demo-student", "/session/demo-early/board"),
    ("demo-student", "/session/demo-cancelled"),
    ("demo-student", "/session/demo-nowhere"),
    ("demo-teacher", "/session/demo-joinable"),
    ("demo-teacher", "/session/demo-no-show"),
    ("demo-teacher", "/session/demo-ended"),
    ("demo-stranger", "/session/demo-joinable"),
    ("demo-student", "/dev"),
    ("demo-student", "/dev/sign-in"),
    ("demo-student", "/dev/outbox"),
)
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def visit(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a path as a demo person; the contexts are closed in the end."""
    contexts = []

    def open_page(user: str, path: str, **settings) -> Page:
        options = {"base_url": dev_worker.url} | usual_options(browser_with_camera) | settings
        contexts.append(browser_with_camera.new_context(**options))
        sign_in(contexts[-1], dev_worker, user)
        page = contexts[-1].new_page()
        page.goto(path)
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("state", STATES, ids="-".join)
def test_every_state_is_accessible_and_fits(visit, axe_source, state):
    user, path = state
    page = visit(user, path)
    for size, width, height, scheme in LOOKS:
        page.emulate_media(color_scheme=scheme)
        resize(page, width, height)
        name = f"{path.strip('/').replace('/', '-')}-{user}-{size}-{scheme}.png"
        page.screenshot(path=SCREENS / name, full_page=True)

        assert violations(page, axe_source) == []
        assert page.locator("h1:visible").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    resize(page, NARROWEST, height)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


@pytest.mark.parametrize("state", ["early", "joinable", "no-show", "ended", "cancelled"])
def test_the_page_reads_well_without_scripts(visit, state):
    page = visit("demo-student", f"/session/demo-{state}", java_script_enabled=False)
    page.screenshot(path=SCREENS / f"no-script-{state}.png", full_page=True)

    assert page.locator("h1").first.is_visible()
    assert page.get_by_text("Berlin time").is_visible()
    assert page.get_by_role("link", name="Back to Dashboard").first.is_visible()
    assert not page.locator("#device-check").is_visible()
    assert not page.locator("#join").is_visible()


def test_tab_goes_through_the_lobby_in_reading_order(visit):
    page = visit("demo-student", "/session/demo-joinable", viewport={"width": 1280, "height": 800})
    order = []
    for _ in range(24):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        order.append(focused)

    assert all(step["visible"] and step["outlined"] for step in order), order
    names = [step["name"] for step in order]
    assert names[:2] == ["Skip to content", "Back to Dashboard"]
    expected = ["Microphone", "Camera", "Join session", "Join with audio only"]
    assert [name for name in names if name in expected] == expected
    assert names[-1] == "Back to Course"


FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return {
    name: element.getAttribute("aria-label") ?? element.textContent.replace(/\\s+/g, " ").trim(),
    visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""


def settle(page: Page) -> None:
    """Wait until the device check, where it runs by itself, has shown its picture."""
    if page.locator("#preview[data-state]").first.is_visible():
        page.locator("#preview[data-state=live]").wait_for()


def resize(page: Page, width: int, height: int) -> None:
    """Change the window, and end what moves; only a spinner goes on."""
    page.set_viewport_size({"width": width, "height": height})
    # Scripts hear of the new size in a frame, and styles follow in the next one.
    page.evaluate(
        """async () => {
          const frame = () => new Promise((done) => requestAnimationFrame(done));
          await frame();
          await frame();
          for (const each of document.getAnimations()) {
            if (!(each instanceof CSSAnimation)) each.finish();
          }
        }"""
    )


def violations(page: Page, axe_source: str) -> list[str]:
    """Return axe's findings, one line for each rule and element."""
    # Evaluated by the debugger, to which the page's script policy does not apply.
    page.evaluate(f"{axe_source}; null")
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG_22_AA
    )
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
