"""A violation of the pages' own policies fails its test, however the page was opened."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import refuse
from tools.local_worker import LocalWorker

# Each is blocked by one directive of app._policy.
FORBIDDEN = {
    "script-src": "document.body.append(Object.assign(document.createElement('script'),"
    " {textContent: 'window.wasRun = true'}))",
    "style-src": "document.body.setAttribute('style', 'color: red')",
    "connect-src": "fetch('https://elsewhere.example/').catch(() => 0)",
    "frame-src": "document.body.append(Object.assign(document.createElement('iframe'),"
    " {src: 'https://elsewhere.example/'}))",
    "form-action": "(() => { const form = document.createElement('form');"
    " form.action = 'https://elsewhere.example/'; document.body.append(form); form.submit(); })()",
}


@pytest.fixture(params=["context", "page"])
def page(
    request: pytest.FixtureRequest, chromium: Callable[..., Browser], dev_worker: LocalWorker
) -> Iterator[Page]:
    """A page in a new context, opened in either of the two ways."""
    browser = chromium()
    context = browser.new_context() if request.param == "context" else None
    page = context.new_page() if context else browser.new_page()
    page.goto(f"{dev_worker.url}/dev")
    yield page
    page.context.close()


@pytest.mark.parametrize("directive", FORBIDDEN)
def test_a_violation_fails_its_test(page: Page, violations: list[str], directive: str) -> None:
    assert violations == []
    page.evaluate(FORBIDDEN[directive])
    page.wait_for_timeout(200)

    with pytest.raises(AssertionError, match=directive):
        refuse(violations)
    assert page.evaluate("window.wasRun") is None
    violations.clear()


def test_a_page_within_its_policy_passes(page: Page, violations: list[str]) -> None:
    page.reload()
    page.wait_for_timeout(200)

    assert violations == []
