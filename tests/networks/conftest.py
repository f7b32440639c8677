"""Networks for tests: two people behind routers of their own, with real browsers and coturn."""

from collections.abc import Iterator

import pytest

from tools import setup
from tools.networks.lab import Lab, lab
from tools.networks.namespaces import reason_not_to_run
from tools.steps import run_steps


@pytest.fixture(scope="session", autouse=True)
def networks_can_be_made() -> None:
    """Skip all tests where a machine has no networks to give."""
    if reason := reason_not_to_run():
        pytest.skip(f"the tests of networks did not run, because {reason}")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return the networks, sites and browsers that all these tests share."""
    run_steps([setup.BYTECODE, setup.MIGRATED, setup.STARTED, setup.OPTIONS])
    with lab(tmp_path_factory.mktemp("lab")) as built:
        yield built
