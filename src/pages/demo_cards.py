"""The sessions on the demo dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auth import links
from domain import times
from pages.wording import STATUS_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auth.access import Access
    from settings import Settings


def demo_cards(accesses: Iterable[Access], settings: Settings) -> list[dict[str, Any]]:
    """One card a session, with the room link of an e-mail."""
    return [
        {
            "access": access,
            "label": STATUS_LABELS[access.view],
            "countdown": times.distance(access.session.scheduled_start - access.now),
            "link": f"/r/{_token(access, settings)}",
        }
        for access in accesses
    ]


def _token(access: Access, settings: Settings) -> str:
    link = links.RoomLink(access.session.id, access.viewer.id)
    return links.sign(link, settings.link_secrets)
