"""The sites that worker tests visit."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import httpx
import pytest

from auth.platform_tokens import JWKS_RETRY_S
from tests.fakes import jwks_server
from tests.fakes.jwks_server import JwksServer
from tests.worker.attacked import SETTINGS as ATTACKED
from tests.worker.live_room import MINUTE, Room, rooms_on
from tests.worker.platform_keys import AUDIENCE, ISSUER, KEYS, TROUBLES, claims
from tests.worker.site import Site
from tools.local_worker import LocalWorker


@pytest.fixture(scope="session")
def shared_site_with(
    shared_worker_with: Callable[..., LocalWorker],
) -> Iterator[Callable[..., Site]]:
    """Return the site of a Worker that runs to the end."""
    with sites_of(shared_worker_with) as site_with:
        yield site_with


@pytest.fixture(scope="module")
def site_with(worker_with: Callable[..., LocalWorker]) -> Iterator[Callable[..., Site]]:
    """Return the site of a Worker with these settings, of this module's or a shared one."""
    with sites_of(worker_with) as site_with:
        yield site_with


@contextmanager
def sites_of(worker_with: Callable[..., LocalWorker]) -> Iterator[Callable[..., Site]]:
    with ExitStack() as stack:

        def site_with(**settings: str) -> Site:
            site = Site(worker_with(**settings))
            stack.callback(site.close)
            return site

        yield site_with


@pytest.fixture(scope="session")
def site(dev_worker: LocalWorker, shared_site_with: Callable[..., Site]) -> Site:
    """Return the site that `make dev` serves, with its demo people and sessions."""
    return shared_site_with()


@pytest.fixture(scope="session")
def production(shared_site_with: Callable[..., Site]) -> Site:
    """Return a production site with nothing missing."""
    return shared_site_with(ENVIRONMENT="production")


@pytest.fixture(scope="session")
def attacked(shared_site_with: Callable[..., Site]) -> Site:
    """Return a site for tests that try everything, apart from those that others look at."""
    return shared_site_with(**ATTACKED)


@pytest.fixture(scope="session")
def jwks() -> Iterator[JwksServer]:
    """Return the server that publishes the platform's keys to `key_site`."""
    with jwks_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def new_key_site(jwks: JwksServer, shared_site_with: Callable[..., Site]) -> Site:
    """Return a site that knows no shared secret and has not asked for the keys yet."""
    site = shared_site_with(
        AUTH_JWKS_URL=jwks.url, AUTH_JWT_SECRET="", AUTH_ISSUER=ISSUER, AUTH_AUDIENCE=AUDIENCE
    )
    assert site.post("/dev/seed").status_code == 200
    return site


@pytest.fixture(scope="session")
def in_trouble(
    new_key_site: Site, jwks: JwksServer
) -> dict[str, tuple[httpx.Response, int, httpx.Response]]:
    """Return, for each of TROUBLES, what a visitor was told and how often the keys were asked for.

    And what somebody was told who had a room cookie, too.
    This comes before the site has ever had the keys: it would go on with those for ten minutes.
    """
    found = {}
    for trouble in TROUBLES:
        jwks.mode, asked = trouble, jwks.asked
        token = KEYS["ES256"].sign(claims())
        answer = new_key_site.get("/session/demo-joinable/state", token=token)
        cookie = new_key_site.room_cookie("demo-joinable", "demo-student")
        linked = new_key_site.get("/session/demo-joinable/state", token=token, cookie=cookie)
        found[trouble] = answer, jwks.asked - asked, linked
        time.sleep(JWKS_RETRY_S)
    return found


@pytest.fixture(scope="session")
def key_site(in_trouble: object, new_key_site: Site, jwks: JwksServer) -> Site:
    """Return a site whose platform signs with KEYS, which can be had by now."""
    jwks.publish(*KEYS.values())
    return new_key_site


@pytest.fixture(scope="session")
def unused_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def new_id(request: pytest.FixtureRequest, unused_numbers: Iterator[int]) -> str:
    """Return a session id that no other test uses."""
    return f"{request.node.originalname[:50].removeprefix('test_')}-{next(unused_numbers)}"


@pytest.fixture
async def book(dev_worker: LocalWorker) -> AsyncIterator[Callable[..., Room]]:
    """Return what books rooms; some modules book theirs on another Worker."""
    async with rooms_on(dev_worker) as book:
        yield book


@pytest.fixture
def room(book: Callable[..., Room]) -> Room:
    """Return a room that is open, five minutes before the start."""
    return book(starts_in=5 * MINUTE)
