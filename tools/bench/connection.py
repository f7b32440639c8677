"""A small HTTP/1.1 client for load: httpx's pool takes more time than the Worker."""

import asyncio


class Connection:
    """One kept-alive connection to this machine, like a browser's."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str) -> tuple[int, bytes]:
        """Status and body. Raises: OSError, asyncio.IncompleteReadError."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
            f"Cookie: {self._cookie}\r\nAccept: text/html, application/json\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        return int(head.split(" ", 2)[1]), await _body(reader, head)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


async def _body(reader: asyncio.StreamReader, head: str) -> bytes:
    if "transfer-encoding: chunked" not in head:
        return await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
