"""Servers for tests: the real Worker in real workerd, one for each configuration."""

import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tools import dev_settings, empty_database, setup, site
from tools.bare_worker import BareWorker
from tools.local_worker import DIRECT, LocalWorker, free_port
from tools.paths import SNAPSHOT
from tools.steps import run_steps

# As long as real secrets, and without the mark by which production rejects development's.
PRODUCTION_SECRETS = {
    "AUTH_JWT_SECRET": "test-jwt-secret-0123456789abcdef0123456789",
    "PLATFORM_TOKEN": "test-platform-token-0123456789abcdef012345",
    "LINK_SECRETS": "test-link-secret-0123456789abcdef012345678",
}
# Each run has the same examples and no deadline, so its result does not depend on chance or load.
# `EXAMPLES=1000` tries other examples, and shrinks a failing one.
hypothesis_settings.register_profile(
    "suite", derandomize="EXAMPLES" not in os.environ, deadline=None
)
hypothesis_settings.load_profile("suite")

SHARED_SETTINGS: tuple[dict[str, str], ...] = ({}, {"ENVIRONMENT": "production"})


@pytest.fixture(scope="session")
def new_worker(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LocalWorker]:
    """Return a function that starts a Worker with these settings over development's.

    With ENVIRONMENT="production" it gets PRODUCTION_SECRETS. `worker.settings` has all settings.
    """

    def start(**settings: str) -> LocalWorker:
        return start_worker(settings, tmp_path_factory.mktemp("state"))

    return start


@pytest.fixture(scope="session")
def shared_worker_with(
    new_worker: Callable[..., LocalWorker],
) -> Iterator[Callable[..., LocalWorker]]:
    """Return a function that gives a Worker for these settings, which runs to the end.

    Tests with the same settings share the Worker and its data, so each test makes its own sessions.
    """
    with one_for_each(new_worker) as worker_with:
        yield worker_with


@pytest.fixture(scope="module")
def worker_with(
    new_worker: Callable[..., LocalWorker], shared_worker_with: Callable[..., LocalWorker]
) -> Iterator[Callable[..., LocalWorker]]:
    """Return a function that gives a Worker until the end of the module, or a shared one.

    Workers are stopped then, because thirty idle Workers together use one core.
    """
    with one_for_each(new_worker) as own_worker_with:
        yield lambda **settings: (
            shared_worker_with if settings in SHARED_SETTINGS else own_worker_with
        )(**settings)


@contextmanager
def one_for_each(
    new_worker: Callable[..., LocalWorker],
) -> Iterator[Callable[..., LocalWorker]]:
    running: dict[frozenset[tuple[str, str]], LocalWorker] = {}

    def worker_with(**settings: str) -> LocalWorker:
        key = frozenset(settings.items())
        if key not in running:
            running[key] = new_worker(**settings)
        return running[key]

    yield worker_with
    for worker in running.values():
        worker.stop()


@pytest.fixture(scope="session")
def dev_worker(shared_worker_with: Callable[..., LocalWorker]) -> LocalWorker:
    """Return a Worker like that of `make dev`, with demo people and sessions."""
    worker = shared_worker_with()
    request = urllib.request.Request(
        f"{worker.url}/dev/seed", method="POST", data=b"", headers={"Origin": worker.url}
    )
    DIRECT.open(request, timeout=60).close()
    return worker


def start_worker(settings: dict[str, str], state: Path, public: Path = site.PUBLIC) -> LocalWorker:
    """Start a Worker with these settings over development's; `public` has its static files."""
    port = free_port()
    # `localhost`, as in `make dev`: browsers accept Secure cookies from it.
    everything = dev_settings.development(f"http://localhost:{port}")
    if settings.get("ENVIRONMENT") == "production":
        everything |= PRODUCTION_SECRETS
    everything |= settings
    # Bytecode is made first: otherwise a test that deploys writes it, and each write below src/
    # restarts all running Workers. The Worker starts from its own snapshot, as in production.
    run_steps([setup.BYTECODE, setup.MIGRATED, setup.STARTED, setup.OPTIONS])
    empty_database.copy_to(state)
    worker = BareWorker(everything, port=port, state=state, ip="localhost", snapshot=SNAPSHOT)
    worker.public = public
    worker.start()
    return worker
