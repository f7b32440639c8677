"""The memory of a Worker's own isolate, asked of the inspector that wrangler offers (Linux).

That is what Cloudflare limits to 128 MB. In workerd's own memory it is one part of many: local R2,
D1 and the rest are isolates of the same process.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tools.bench.workerd import Workerd, below, listening_ports
from tools.local_worker import DIRECT, LocalWorker

MB = 1_000_000
# The interpreter's memory is a buffer, JavaScript's own objects are on the heap.
PARTS = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")


class Isolate:
    """Sends the inspector one command after another."""

    def __init__(self, inspector: ClientConnection) -> None:
        self._inspector = inspector
        self._asked = 0

    def memory_mb(self) -> int:
        """Heap and buffers in use, in MB."""
        self._asked += 1
        self._inspector.send(json.dumps({"id": self._asked, "method": "Runtime.getHeapUsage"}))
        while (heard := json.loads(self._inspector.recv(timeout=60))).get("id") != self._asked:
            pass
        used: float = sum(heard["result"][part] for part in PARTS)
        return round(used / MB)


@contextmanager
def isolate_of(worker: LocalWorker) -> Iterator[Isolate]:
    # Behind wrangler's inspector is workerd's own, for one listener at a time.
    own = Workerd(worker).pid
    [address] = [
        found
        for pid, arguments in below(worker.port)
        if "workerd serve" in arguments and pid != own
        for found in _inspectors(pid)
    ]
    # wrangler requires an Origin header, and does not close the socket.
    with connect(
        address, origin=Origin("http://localhost"), max_size=None, proxy=None, close_timeout=0
    ) as inspector:
        yield Isolate(inspector)


def _inspectors(pid: int) -> Iterator[str]:
    for port in listening_ports(pid):
        # The other ports are for requests and other services.
        with suppress(OSError, ValueError, KeyError, TypeError):
            with DIRECT.open(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                [target] = json.load(answer)
            yield target["webSocketDebuggerUrl"]
