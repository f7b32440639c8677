"""Every state of the page, seen: accessible, inside the screen, and without a word in the console.

Screenshots land in .cache/screens, for people to look at.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens"
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
STATES = (
    ("demo-student", "/session/demo-early"),
    ("demo-student", "/session/demo-joinable"),
    ("demo-student", "/session/demo-in-progress"),
    ("demo-student", "/session/demo-no-show"),
    ("demo-student", "/session/demo-ended"),
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


def open_page(browser: Browser, url: str, user: str, path: str, **context) -> Iterator[Page]:
    opened = browser.new_context(base_url=url, **context)
    try:
        page = opened.new_page()
        page.goto(f"/dev/sign-in?user={user}&next=/dev/outbox")
        page.goto(path, wait_until="networkidle" if "sign-in" in path else "load")
        yield page
    finally:
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("user", "path"), STATES)
def test_every_state_is_accessible_and_fits(
    dev_worker: LocalWorker,
    browser_with_camera: Browser,
    axe_source: str,
    user: str,
    path: str,
    size: str,
    scheme: str,
):
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    for page in open_page(
        browser_with_camera, dev_worker.url, user, path, viewport=viewport, color_scheme=scheme
    ):
        settle(page)
        name = f"{path.strip('/').replace('/', '-')}-{user}-{size}-{scheme}.png"
        page.screenshot(path=SCREENS / name, full_page=True)

        assert violations(page, axe_source) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1:visible").count() == 1


@pytest.mark.parametrize(("user", "path"), STATES)
def test_nothing_scrolls_sideways_at_320_pixels(
    dev_worker: LocalWorker, browser_with_camera: Browser, user: str, path: str
):
    viewport = {"width": 320, "height": 640}
    for page in open_page(browser_with_camera, dev_worker.url, user, path, viewport=viewport):
        settle(page)

        assert page.evaluate("document.documentElement.scrollWidth") <= 320  # noqa: PLR2004


@pytest.mark.parametrize("state", ["early", "joinable", "no-show", "ended", "cancelled"])
def test_the_page_reads_well_without_scripts(
    dev_worker: LocalWorker, browser_with_camera: Browser, axe_source: str, state: str
):
    path = f"/session/demo-{state}"
    for page in open_page(
        browser_with_camera, dev_worker.url, "demo-student", path, java_script_enabled=False
    ):
        page.screenshot(path=SCREENS / f"no-script-{state}.png", full_page=True)

        assert page.locator("h1").is_visible()
        assert page.get_by_text("Berlin time").is_visible()
        assert page.get_by_role("link", name="Back to Dashboard").first.is_visible()
        assert not page.locator("#device-check").is_visible()
        assert not page.locator("#join").is_visible()


def test_tab_goes_through_the_lobby_in_reading_order(
    dev_worker: LocalWorker, browser_with_camera: Browser
):
    viewport = {"width": 1280, "height": 800}
    path = "/session/demo-joinable"
    for page in open_page(
        browser_with_camera, dev_worker.url, "demo-student", path, viewport=viewport
    ):
        settle(page)
        page.evaluate("document.activeElement.blur()")
        order = []
        for _ in range(18):
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
    """Wait until the device check, where there is one, has an answer."""
    if page.locator("#preview").count():
        page.wait_for_function("document.getElementById('preview').dataset.state !== 'asking'")


def violations(page: Page, axe_source: str) -> list[str]:
    """What axe finds wrong, a line a rule and element."""
    # Evaluated by the debugger, which the page's policy against foreign scripts leaves alone.
    page.evaluate(f"{axe_source}; null")
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG_22_AA
    )
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
