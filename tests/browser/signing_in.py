"""How a test's people come to be signed in."""

import jwt
from playwright.sync_api import BrowserContext

from tests.fakes.jwks_server import claims_of
from tools.local_worker import LocalWorker


def sign_in(context: BrowserContext, worker: LocalWorker, user: str, origin: str = "") -> None:
    """Give this browser the cookie that the platform would have given; `origin` if not `url`'s."""
    token = jwt.encode(claims_of(user), worker.settings["AUTH_JWT_SECRET"], "HS256")
    context.add_cookies(
        [
            {
                "name": worker.settings["AUTH_COOKIE"],
                "value": token,
                "url": origin or worker.url,
                "httpOnly": True,
            }
        ]
    )
