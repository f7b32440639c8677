"""Everything that a call between two networks needs: the sites, coturn, and a browser each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tools import dev_settings, empty_database
from tools.bare_worker import BareWorker
from tools.local_worker import LocalWorker, free_port
from tools.networks import relay
from tools.networks.call import HOST, browsers
from tools.networks.internet import SERVER, Internet, internet
from tools.paths import SNAPSHOT


@dataclass
class Lab:
    """`plain` is a site without TURN, `relayed` one with it; both have STUN."""

    internet: Internet
    people: tuple[Browser, Browser]
    plain: LocalWorker
    relayed: LocalWorker


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """Build it. Its files are in `folder`. Raises: StepFailedError, OSError, LocalWorkerError."""
    with ExitStack() as stack:
        net = stack.enter_context(internet())
        coturn = folder / "coturn"
        coturn.mkdir()
        stack.enter_context(relay.coturn(coturn))
        stun = {"ICE_SERVERS": relay.STUN}
        turn = {"TURN_URLS": relay.URLS, "TURN_SECRET": relay.SECRET}
        plain = stack.enter_context(site(folder / "plain", **stun))
        relayed = stack.enter_context(site(folder / "relayed", **stun, **turn))
        net.site_ports += [plain.port, relayed.port]
        playwright = stack.enter_context(sync_playwright())
        people = stack.enter_context(browsers(playwright, net, folder))
        yield Lab(net, people, plain, relayed)


@contextmanager
def site(state: Path, **settings: str) -> Iterator[LocalWorker]:
    """Run the Worker at the server's address."""
    state.mkdir()
    empty_database.copy_to(state)
    port = free_port()
    everything = dev_settings.development(f"http://{HOST}:{port}") | settings
    worker = BareWorker(everything, port=port, state=state, ip=SERVER, snapshot=SNAPSHOT)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
