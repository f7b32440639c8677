"""Signing in the people of a test."""

from playwright.sync_api import BrowserContext

from tests.people import token_of
from tools.local_worker import LocalWorker


def sign_in(context: BrowserContext, worker: LocalWorker, user: str, url: str = "") -> None:
    """Set the platform's cookie in this browser, for the Worker's host or another name of it."""
    context.add_cookies(
        [
            {
                "name": worker.settings["AUTH_COOKIE"],
                "value": token_of(user, worker.settings),
                "url": url or worker.url,
                "httpOnly": True,
            }
        ]
    )
