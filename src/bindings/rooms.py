"""The Durable Objects, behind `context.Rooms`."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from pyodide.ffi import to_js

from bindings.answers import answer_of

# The name is part of the contract between the Worker and rooms of other releases.
IDENTITY_HEADER: Final = "X-Visitor"


class DurableRooms:
    """`context.Rooms` over the Durable Object binding. All raise ServiceUnavailableError.

    The RPC names and arguments are a contract: a room may run another release than its Worker.
    So `apply_event` and `check_provider` keep the RPC names `hear` and `look`.
    """

    def __init__(self, namespace: Any, jurisdiction: str = "") -> None:
        """With a jurisdiction all rooms run there and keep their data there, with other ids."""
        self._namespace = namespace.jurisdiction(jurisdiction) if jurisdiction else namespace

    async def connect(self, session_id: str, identity: str) -> Any:
        # No header of the browser reaches the object.
        headers = [["Upgrade", "websocket"], [IDENTITY_HEADER, quote(identity)]]
        call = self._room(session_id).fetch("https://room/", headers=to_js(headers))
        return await answer_of("ROOMS", call)

    async def end(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).end(session_id))

    async def refresh(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).refresh())

    async def apply_event(self, session_id: str, event: dict[str, Any]) -> None:
        await answer_of("ROOMS", self._room(session_id).hear(session_id, json.dumps(event)))

    async def check_provider(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).look(session_id))

    async def files_changed(self, session_id: str, change: dict[str, Any]) -> None:
        await answer_of("ROOMS", self._room(session_id).files_changed(json.dumps(change)))

    async def chat(self, session_id: str) -> list[dict[str, Any]]:
        text = await answer_of("ROOMS", self._room(session_id).chat())
        lines: list[dict[str, Any]] = json.loads(text)
        return lines

    async def board(self, session_id: str, page: str = "") -> str:
        text: str = await answer_of("ROOMS", self._room(session_id).board(session_id, page))
        return text

    async def board_image(self, session_id: str, image_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).board_image(session_id, image_id))

    async def board_fill(self, session_id: str, role: str, content: str) -> bool:
        filled = self._room(session_id).board_fill(session_id, role, content)
        return bool(await answer_of("ROOMS", filled))

    async def forget_chat(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).forget_chat())

    async def shift_clock(self, session_id: str, seconds: int) -> None:
        await answer_of("ROOMS", self._room(session_id).shift_clock(session_id, seconds))

    def _room(self, session_id: str) -> Any:
        return self._namespace.get(self._namespace.idFromName(session_id))
