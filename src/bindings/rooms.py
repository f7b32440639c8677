"""The Durable Objects as use cases see them."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from pyodide.ffi import to_js

from bindings.answers import answer_of

VISITOR_HEADER: Final = "X-Visitor"


class DurableRooms:
    """`context.Rooms` over the Durable Object binding. All raise ServiceUnavailableError."""

    def __init__(self, namespace: Any, jurisdiction: str = "") -> None:
        """With a jurisdiction, all rooms run and keep their data there, under ids of their own."""
        self._namespace = namespace.jurisdiction(jurisdiction) if jurisdiction else namespace

    async def connect(self, session_id: str, visitor: str) -> Any:
        # Headers of our own only: nothing that the browser sent reaches the object.
        headers = [["Upgrade", "websocket"], [VISITOR_HEADER, quote(visitor)]]
        call = self._room(session_id).fetch("https://room/", headers=to_js(headers))
        return await answer_of("ROOMS", call)

    async def end(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).end(session_id))

    async def refresh(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).refresh())

    async def hear(self, session_id: str, event: dict[str, Any]) -> None:
        await answer_of("ROOMS", self._room(session_id).hear(session_id, json.dumps(event)))

    async def look(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).look(session_id))

    async def files_changed(self, session_id: str, change: dict[str, Any]) -> None:
        await answer_of("ROOMS", self._room(session_id).files_changed(json.dumps(change)))

    async def chat(self, session_id: str) -> list[dict[str, Any]]:
        text = await answer_of("ROOMS", self._room(session_id).chat())
        lines: list[dict[str, Any]] = json.loads(text)
        return lines

    async def forget_chat(self, session_id: str) -> None:
        await answer_of("ROOMS", self._room(session_id).forget_chat())

    async def shift_clock(self, session_id: str, seconds: int) -> None:
        await answer_of("ROOMS", self._room(session_id).shift_clock(session_id, seconds))

    def _room(self, session_id: str) -> Any:
        return self._namespace.get(self._namespace.idFromName(session_id))
