"""Closing the browser contexts of a test."""

from contextlib import suppress

from playwright.sync_api import BrowserContext, Error


def leave(context: BrowserContext) -> None:
    """Close this browser's windows, none of them on its way to another page.

    Now and then a context that is closed while a page of it reloads is never closed, and Playwright
    waits for ever.
    """
    # The test may have closed it.
    with suppress(Error):
        # A handler that still waits for the server's answer would fail in the next test.
        context.unroute_all(behavior="ignoreErrors")
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
        with suppress(Error):
            page.goto("about:blank")
    context.close()
