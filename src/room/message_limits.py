"""How often a socket may send each type of message: token buckets, refilled by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from errors import RefusedMessageError


@dataclass(slots=True)
class Bucket:
    """Contains up to `burst` tokens and gains `per_second`. Starts full."""

    burst: float
    per_second: float
    tokens: float
    at: float

    @classmethod
    def full(cls, burst: float, per_second: float, now: float) -> Bucket:
        return cls(burst, per_second, burst, now)

    def consume(self, now: float) -> bool:
        """Remove a token. Returns False if there is none."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


# (burst, per second). A negotiation is a burst of candidates; people type and click slower.
LIMITS: Final = {
    "signal": (150.0, 20.0),
    "chat": (12.0, 1.0),
    "media": (30.0, 3.0),
    "enter": (4.0, 0.2),
    "move": (4.0, 0.2),
    "recording_consent": (10.0, 0.5),
    "recorder": (30.0, 1.0),
    "board": (120.0, 60.0),
    "board_live": (120.0, 60.0),
    "board_mode": (30.0, 3.0),
    "board_since": (20.0, 1.0),
}
# A refused message is a strike. A socket with too many strikes is closed for abuse.
STRIKES: Final = (25.0, 0.5)


class MessageLimits:
    """The limits of one socket."""

    def __init__(self, now: float) -> None:
        self._buckets = {kind: Bucket.full(*limit, now) for kind, limit in LIMITS.items()}
        self._strikes = Bucket.full(*STRIKES, now)

    def count(self, kind: str, now: float) -> None:
        """Count a message of this type. Raises: RefusedMessageError beyond its limit."""
        bucket = self._buckets.get(kind)
        if bucket is not None and not bucket.consume(now):
            raise RefusedMessageError("too_frequent", f"Too many {kind} messages.")

    def record_strike(self, now: float) -> bool:
        """Count a refused message. Returns True if there are too many."""
        return not self._strikes.consume(now)
