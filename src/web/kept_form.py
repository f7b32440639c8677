"""A form that could not be sent: its answer keeps what was written, so that it can be sent again.

The text stays in the page. Nothing of it is stored here or put into an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from errors import InvalidError, NotParticipantError, SignedOutError

if TYPE_CHECKING:
    from errors import AppError
    from web.messages import Request

_TEXTS: Final[tuple[str, ...]] = ("reason", "comment", "note")
# The form fits its person after another sign-in. A form of another site must not be offered again,
# so not every 403 counts.
_OTHER_ACCOUNT: Final = (SignedOutError, NotParticipantError)
# Wrong, too often; and every failure of ours.
_KEPT_FOR: Final = (422, 429)
_OURS: Final = 500


class KeptForm(NamedTuple):
    """Where the form goes, its fields, and where people come back to after they have signed in.

    `problems` maps the names of texts that must be changed first to what is wrong with them.
    """

    action: str
    fields: list[tuple[str, str]]
    page: str
    problems: dict[str, str]


async def keep(request: Request, failure: AppError) -> KeptForm | None:
    """The form of this request; None when it is none, or sending it again would be no use."""
    is_kept = isinstance(failure, _OTHER_ACCOUNT) or failure.status in _KEPT_FOR
    is_ours = failure.status >= _OURS
    if not ((is_kept or is_ours) and request.method == "POST" and request.is_form):
        return None
    try:
        lists = await request.form_lists()
    except Exception:  # noqa: BLE001 (the failure itself is what has to be said)
        return None
    path = urlsplit(request.url).path
    fields = [(name, value) for name, values in lists.items() for value in values]
    wrong = failure.fields if isinstance(failure, InvalidError) else {}
    problems = {name: wrong[name] for name in _TEXTS if name in wrong and name in lists}
    return KeptForm(path, fields, _page_of(path), problems)


def _page_of(path: str) -> str:
    """The page that this form is on: `/session/{id}`, or its page for another time."""
    pieces = path.split("/")
    return "/".join(pieces[: 4 if pieces[3:4] == ["reschedule"] else 3])
