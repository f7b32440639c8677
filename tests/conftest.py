"""Servers for tests: the real Worker in real workerd, one for each configuration asked for."""

import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tools import dev_settings, empty_database, setup
from tools.local_worker import DIRECT, LocalWorker, free_port
from tools.paths import SNAPSHOT
from tools.steps import run_steps

# As long as real ones and free of the mark by which production refuses development's.
PRODUCTION_SECRETS = {
    "AUTH_JWT_SECRET": "test-jwt-secret-0123456789abcdef0123456789",
    "PLATFORM_TOKEN": "test-platform-token-0123456789abcdef012345",
    "LINK_SECRETS": "test-link-secret-0123456789abcdef012345678",
}
# The same examples in each run: no chance decides whether a change may land, and no busy machine.
# `EXAMPLES=1000` looks for others, and shrinks what it finds.
hypothesis_settings.register_profile(
    "suite", derandomize="EXAMPLES" not in os.environ, deadline=None
)
hypothesis_settings.load_profile("suite")

SHARED_SETTINGS: tuple[dict[str, str], ...] = ({}, {"ENVIRONMENT": "production"})


@pytest.fixture(scope="session")
def new_worker(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LocalWorker]:
    """Return what starts a Worker with these settings over development's.

    With ENVIRONMENT="production" it gets PRODUCTION_SECRETS. Its `settings` say what it runs with.
    """

    def start(**settings: str) -> LocalWorker:
        return start_worker(settings, tmp_path_factory.mktemp("state"))

    return start


@pytest.fixture(scope="session")
def shared_worker_with(
    new_worker: Callable[..., LocalWorker],
) -> Iterator[Callable[..., LocalWorker]]:
    """Return a Worker that runs to the end; the same for the same settings.

    Data is shared by all tests that ask for the same settings, so each makes sessions of its own.
    """
    with one_for_each(new_worker) as worker_with:
        yield worker_with


@pytest.fixture(scope="module")
def worker_with(
    new_worker: Callable[..., LocalWorker], shared_worker_with: Callable[..., LocalWorker]
) -> Iterator[Callable[..., LocalWorker]]:
    """Return a Worker that runs to the end of the module, or a shared one.

    Thirty that do nothing would take a core together.
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
    """Return the Worker as `make dev` runs it, with demo people and sessions."""
    worker = shared_worker_with()
    request = urllib.request.Request(
        f"{worker.url}/dev/seed", method="POST", data=b"", headers={"Origin": worker.url}
    )
    DIRECT.open(request, timeout=60).close()
    return worker


def start_worker(settings: dict[str, str], state: Path) -> LocalWorker:
    port = free_port()
    # By name, as in `make dev`: browsers take Secure cookies from localhost.
    everything = dev_settings.development(f"http://localhost:{port}")
    if settings.get("ENVIRONMENT") == "production":
        everything |= PRODUCTION_SECRETS
    everything |= settings
    # The bytecode comes first: a test that deploys would else write it, and each file written there
    # restarts all Workers that run. As in production: from an up-to-date snapshot of itself.
    run_steps([setup.BYTECODE, setup.MIGRATED, setup.STARTED])
    empty_database.copy_to(state)
    worker = LocalWorker(everything, port=port, state=state, ip="localhost", snapshot=SNAPSHOT)
    worker.start()
    return worker
