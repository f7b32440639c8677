"""Delivers a fake's webhooks like the real services, or with faults. Standard library only."""

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
    """One attempt: the webhook, and the status of the answer; 0 without an answer."""

    event: str
    status: int


@dataclass
class Sender:
    """Sends in the background. `pauses_s` are the delays before the retries of a delivery."""

    pauses_s: tuple[float, ...] = (1.0, 2.0)
    copies: int = 1
    """How often each webhook is delivered."""
    lost: set[str] = field(default_factory=set)
    """The names of events that are lost."""
    held: list[Callable[[], None]] | None = None
    """If this is a list, deliveries wait in it for `release`."""
    sent: list[Sent] = field(default_factory=list)

    def hold(self) -> None:
        self.held = []

    def release(self, order: Callable[[list[Callable[[], None]]], object] = list.reverse) -> None:
        """Deliver the waiting webhooks one by one, by default in reverse order."""
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
