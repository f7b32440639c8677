"""Delivers a fake's webhooks as the real services do, or worse. Standard library only."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
TOO_MANY = 429
NOT_IMPLEMENTED = 501
SERVER_ERROR = 500


@dataclass
class Sent:
    """One attempt: what was delivered, and what came back; 0 when nothing did."""

    event: str
    status: int


@dataclass
class Sender:
    """Sends in the background. `pauses_s` are those before a failed delivery is tried again."""

    pauses_s: tuple[float, ...] = (1.0, 2.0)
    copies: int = 1
    """How often each is delivered."""
    lost: set[str] = field(default_factory=set)
    """Events that never arrive."""
    held: list[Callable[[], None]] | None = None
    """While a list: deliveries wait in it for `release`."""
    sent: list[Sent] = field(default_factory=list)

    def hold(self) -> None:
        self.held = []

    def release(self, order: Callable[[list[Callable[[], None]]], object] = list.reverse) -> None:
        """Deliver what was held, one after another, in another order: backwards by default."""
        held, self.held = self.held or [], None
        order(held)
        for deliver in held:
            deliver()

    def send(self, event: str, url: str, body: bytes, headers: dict[str, str]) -> None:
        if event in self.lost:
            return
        for _ in range(self.copies):

            def deliver() -> None:
                self._deliver(event, url, body, headers)

            if self.held is not None:
                self.held.append(deliver)
            else:
                threading.Thread(target=deliver, daemon=True).start()

    def _deliver(self, event: str, url: str, body: bytes, headers: dict[str, str]) -> None:
        for pause in (*self.pauses_s, None):
            status = post(url, body, headers)
            self.sent.append(Sent(event, status))
            again = status in (0, TOO_MANY) or (
                status >= SERVER_ERROR and status != NOT_IMPLEMENTED
            )
            if not again or pause is None:
                return
            time.sleep(pause)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; 0 without one."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with DIRECT.open(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
