"""Firefox for Playwright: `bridge.py PORT FIREFOX OPTIONS...` in place of `FIREFOX OPTIONS...`.

Playwright speaks WebDriver BiDi with Firefox (its channel "moz-firefox"). It uses a command that
this Firefox does not know; the bridge answers that one itself. Tests may send commands of their own
to PORT, because Firefox has one session at a time.
"""

import asyncio
import json
import re
import sys
from contextlib import suppress
from itertools import count

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

# It sets the colour scheme; Firefox keeps its own.
UNKNOWN = "emulation.setMediaFeaturesOverride"
READY = "WebDriver BiDi listening on"


class Bridge:
    """Passes commands on, under numbers of its own; the first client also gets all events."""

    def __init__(self, firefox: ClientConnection) -> None:
        self._firefox = firefox
        self._numbers = count(1)
        self._asked: dict[int, tuple[ServerConnection, int]] = {}
        self._first: ServerConnection | None = None

    async def serve(self, client: ServerConnection) -> None:
        self._first = self._first or client
        async for text in client:
            command = json.loads(text)
            if command["method"] == UNKNOWN:
                answer = {"type": "success", "id": command["id"], "result": {}}
                await client.send(json.dumps(answer))
                continue
            number = next(self._numbers)
            self._asked[number] = client, command["id"]
            await self._firefox.send(json.dumps(command | {"id": number}))

    async def pass_back(self) -> None:
        """Until Firefox ends."""
        async for text in self._firefox:
            message = json.loads(text)
            client = self._first
            if (number := message.get("id")) is not None:
                client, message["id"] = self._asked.pop(number)
            if client:
                with suppress(ConnectionClosed):
                    await client.send(json.dumps(message))


async def main(port: str, *command: str) -> None:
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    async with connect(await address_of(firefox) + "/session", max_size=None) as connection:
        bridge = Bridge(connection)
        async with serve(bridge.serve, "127.0.0.1", int(port), max_size=None):
            # Playwright waits for this line.
            print(f"{READY} ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
            await bridge.pass_back()
    await firefox.wait()


async def address_of(firefox: asyncio.subprocess.Process) -> str:
    while line := await firefox.stderr.readline():
        if found := re.search(rf"{READY} (\S+)", line.decode()):
            return found[1]
    sys.exit("Firefox did not start.")


asyncio.run(main(*sys.argv[1:]))
