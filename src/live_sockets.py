"""One hibernating WebSocket. What must survive the object's sleep is in its attachment."""

from __future__ import annotations

import json
from typing import Any, Final

from model import Role

OPEN: Final = 1

# Close codes; docs/protocol.md says what a browser does on each.
RESUMED: Final = 4000
REPLACED: Final = 4001
LEFT: Final = 4002
ENDED: Final = 4003
SILENT: Final = 4004
ABUSIVE: Final = 4008


class LiveSocket:
    """A socket of the runtime, with who is at its other end."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._about: dict[str, Any] = json.loads(raw.deserializeAttachment() or "{}")

    @classmethod
    def introduce(cls, raw: Any, **about: Any) -> LiveSocket:
        """Write down who it is, on a socket just accepted."""
        raw.serializeAttachment(json.dumps(about))
        return cls(raw)

    @property
    def id(self) -> str:
        return str(self._about["id"])

    @property
    def role(self) -> Role:
        return Role(self._about["role"])

    @property
    def page(self) -> str:
        return str(self._about["page"])

    @property
    def watching(self) -> bool:
        return bool(self._about["watching"])

    @property
    def opened_at(self) -> float:
        """Epoch seconds of the real clock."""
        return float(self._about["opened_at"])

    @property
    def media(self) -> dict[str, bool] | None:
        """What its person has switched on, as they said last."""
        return self._about.get("media")

    @media.setter
    def media(self, value: dict[str, bool]) -> None:
        self._note(media=value)

    @property
    def live(self) -> bool:
        return not self._about.get("retired") and self.raw.readyState == OPEN

    def send(self, message: dict[str, Any]) -> None:
        if self.raw.readyState == OPEN:
            self.raw.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def retire(self, code: int, reason: str) -> None:
        """Close it; whatever still comes from it or happens to it means nothing any more."""
        self._note(retired=True)
        if self.raw.readyState == OPEN:
            self.raw.close(code, reason)

    def _note(self, **about: Any) -> None:
        self._about |= about
        self.raw.serializeAttachment(json.dumps(self._about))
