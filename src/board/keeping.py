"""The board in R2: its room saves it while people draw, and at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from db import boards
from errors import ServiceUnavailableError
from files.storage import StreamBrokenError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from board.store import BoardStore
    from context import Context

RETRY_S: Final = 20


@dataclass(slots=True)
class Keeper:
    """Saves the board of one room. `now` is the room's clock."""

    store: BoardStore
    context: Callable[[], Context]
    now: Callable[[], int]
    is_saving: bool = False

    @property
    def save_at(self) -> int | None:
        """When the board must be saved; None if nothing has changed."""
        return self.store.state.save_at

    async def save(self, session_id: str, *, is_over: bool = False) -> None:
        """Save the board if that is due; with `is_over` every change is saved at once.

        A failure plans the next attempt. A change during the saving is saved later.
        """
        state, now = self.store.state, self.now()
        if self.is_saving or state.save_at is None or not (is_over or now >= state.save_at):
            return
        self.is_saving, due = True, state.save_at
        # Changes that come from now on set it again.
        state.save_at = None
        try:
            await self._write(session_id)
        except (ServiceUnavailableError, StreamBrokenError) as error:
            log("board_save_failed", session_id=session_id, error=repr(error))
            state.save_at = now + RETRY_S
        except BaseException:
            state.save_at = due
            raise
        finally:
            self.is_saving = False
        self.store.save_state()

    async def _write(self, session_id: str) -> None:
        version, text = self.store.state.version, self.store.snapshot()
        content, key = text.encode(), key_of(session_id)
        ctx = self.context()
        await ctx.files.put(key, content)
        await boards.note(
            *(ctx.db, session_id, key),
            version=version,
            page=self.store.first_page(),
            size=len(content),
            now=ctx.now,
        )


def key_of(session_id: str) -> str:
    return f"sessions/{session_id}/board/board.json"
