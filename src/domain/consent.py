"""What people agree to before their browsers record a session, and when both agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A version is never changed: rows of `recording_consents` name the words that a person has read.
WORDS: Final = {
    "1": "Picture and sound of you both, the board and what you share are recorded while you are"
    " both in this room. Both of you can watch the recording on this page afterwards. Either of"
    " you can stop it at any time.",
}
VERSION: Final = "1"
"""The version that pages show now."""
# A person's word takes a moment to reach the browser that records, and clocks here count seconds.
ON_THE_WAY_S: Final = 2


def held_throughout(answers: Iterable[Mapping[str, Any]], begin: float, end: float) -> bool:
    """Whether both agreed from `begin` to `end`. `answers` are of one session, the oldest first."""
    agreed: dict[str, bool] = {}
    since: int | None = None
    for answer in answers:
        agreed[answer["role"]] = bool(answer["agreed"])
        both = all(agreed.get(role) for role in Role)
        if both and since is None:
            since = answer["decided_at"]
        elif not both and since is not None:
            if since - ON_THE_WAY_S <= begin and end <= answer["decided_at"] + ON_THE_WAY_S:
                return True
            since = None
    return since is not None and since - ON_THE_WAY_S <= begin
