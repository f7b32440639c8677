"""Running a fake beside the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from typing import TypeVar

# How soon a server notices that it is to stop.
POLL_S = 0.01

Server = TypeVar("Server", bound=HTTPServer)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Have it answer, in a thread of its own, until the end of the block."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=[POLL_S], daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
