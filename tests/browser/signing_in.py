"""How a test's people come to be signed in."""

from playwright.sync_api import BrowserContext

from tests.people import token_of
from tools.local_worker import LocalWorker


def sign_in(context: BrowserContext, worker: LocalWorker, user: str, url: str = "") -> None:
    """Give this browser the platform's cookie for the Worker, or for another name of it."""
    cookie = {"name": worker.settings["AUTH_COOKIE"], "value": token_of(user, worker.settings)}
    context.add_cookies([{**cookie, "url": url or worker.url, "httpOnly": True}])
