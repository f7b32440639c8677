"""A TCP proxy that passes each byte on after a delay, like a long line to the server."""

import asyncio
import threading
from contextlib import suppress

CHUNK = 65_536


class SlowLine:
    """Listens on a free port of this machine until `close`."""

    def __init__(self, port: int, delay_s: float) -> None:
        """`port` is the server's; `delay_s` is added in each direction, half a round trip."""
        self._server_port, self._delay_s = port, delay_s
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self.port = 0
        threading.Thread(target=self._run, daemon=True).start()
        self._started.wait()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop)

    async def _stop(self) -> None:
        connections = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        self._loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The handshake of a new connection takes a round trip as well.
        await asyncio.sleep(2 * self._delay_s)
        there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Delay each piece alone: pieces are on the line at the same time."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                self._loop.call_later(self._delay_s, writer.write, data)
        self._loop.call_later(self._delay_s, writer.close)
