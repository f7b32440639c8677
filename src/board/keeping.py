"""The board in R2: its room saves it while people draw, and at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from errors import ServiceUnavailableError
from files import saved_boards
from files.storage import StreamBrokenError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from board.store import BoardStore
    from context import Context

SAVE_AFTER_S: Final = 55
"""A change is saved at most a minute later; alarms may be some seconds late."""
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
        store, state, now = self.store, self.store.state, self.now()
        if self.is_saving or state.save_at is None or not (is_over or now >= state.save_at):
            return
        self.is_saving, version = True, state.version
        try:
            page = next(iter(store.pages()), None)
            await saved_boards.save(self.context(), session_id, store.snapshot(), version, page)
            state.save_at = None if state.version == version else now + SAVE_AFTER_S
        except (ServiceUnavailableError, StreamBrokenError) as error:
            log("board_save_failed", session_id=session_id, error=repr(error))
            state.save_at = now + RETRY_S
        finally:
            self.is_saving = False
        if store.state is state:  # else the room has forgotten the board meanwhile
            store.save_state()
