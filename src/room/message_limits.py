"""How often one socket may say what: token buckets, refilled by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from errors import RefusedMessageError


@dataclass(slots=True)
class Bucket:
    """Holds up to `burst` tokens and gains `per_second`. Starts full."""

    burst: float
    per_second: float
    tokens: float
    at: float

    @classmethod
    def full(cls, burst: float, per_second: float, now: float) -> Bucket:
        return cls(burst, per_second, burst, now)

    def take(self, now: float) -> bool:
        """Whether there was a token to take."""
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
    "move": (4.0, 0.2),
}
# What is refused counts as abuse; whoever keeps at it is disconnected.
STRIKES: Final = (25.0, 0.5)


class Allowance:
    """What one socket may still do."""

    def __init__(self, now: float) -> None:
        self._buckets = {kind: Bucket.full(*limit, now) for kind, limit in LIMITS.items()}
        self._strikes = Bucket.full(*STRIKES, now)

    def use(self, kind: str, now: float) -> None:
        """Count a message of this kind. Raises: RefusedMessageError when it is one too many."""
        bucket = self._buckets.get(kind)
        if bucket is not None and not bucket.take(now):
            raise RefusedMessageError("too_frequent", f"Too many {kind} messages.")

    def forgives(self, now: float) -> bool:
        """Count one refused message; False when it was one too many."""
        return self._strikes.take(now)
