"""The board as a page that people read and print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from domain import rules, times
from domain.human_text import isolated
from i18n import _, ngettext
from pages.environment import fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auth.access import Access
    from settings import Settings


class Sheet(NamedTuple):
    """One page of the board. `about` and `texts` are for people who do not see the picture."""

    id: str
    number: int
    title: str
    about: str
    texts: list[str]


def board_page(access: Access, settings: Settings, pages: Sequence[Mapping[str, Any]]) -> str:
    """`pages` are in their order, as `GET /session/{id}/board` answers them."""
    session, sheets = access.session, [_sheet(page, at) for at, page in enumerate(pages, 1)]
    heading = _("The board")
    return fill(
        "session/board_page.html",
        settings,
        title=f"{heading} · {isolated(session.course.title)}",
        session=session,
        span=times.span(session.scheduled_start, session.scheduled_end, access.viewer),
        sheets=sheets,
        has_formulas=any("$" in text for sheet in sheets for text in sheet.texts),
        is_deleted=rules.is_deleted(session, settings.resources_kept_days, access.now),
    )


def _sheet(page: Mapping[str, Any], number: int) -> Sheet:
    title = page["title"].strip() or _("Page {number}", number=number)
    elements = page["elements"]
    texts = [element["text"] for element in elements if element["kind"] == "text"]
    texts += [each["label"] for each in elements if each["kind"] == "image" and each["label"]]
    # Translators: what a screen reader says of a page of the board; {title} is its title.
    about = ngettext(
        "{title}: {count} thing drawn",
        "{title}: {count} things drawn",
        len(elements),
        title=isolated(title),
    )
    return Sheet(page["id"], number, title, about, texts)
