"""A form whose request failed: the error page keeps its fields and a button that sends it again.

The fields stay in the page. They are not stored, and not put into an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from errors import InvalidError, NotParticipantError, SignedOutError

if TYPE_CHECKING:
    from errors import AppError
    from web.messages import Request

_TEXTS: Final[tuple[str, ...]] = ("reason", "comment", "note")
# After another sign-in the same form can succeed. Not every 403 is in this list: the form of
# another site must not be offered again.
_OTHER_ACCOUNT: Final = (SignedOutError, NotParticipantError)
# Invalid fields, and too many requests.
_KEPT_STATUSES: Final = (422, 429)
_SERVER_ERROR: Final = 500


class KeptForm(NamedTuple):
    """A form: its address, its fields, and the page to which the sign-in leads back.

    `problems` maps the name of each invalid text to a sentence about it.
    """

    action: str
    fields: list[tuple[str, str]]
    page: str
    problems: dict[str, str]


async def keep(request: Request, failure: AppError) -> KeptForm | None:
    """The form of this request; None if it is no form, or sending it again cannot succeed."""
    is_kept = isinstance(failure, _OTHER_ACCOUNT) or failure.status in _KEPT_STATUSES
    is_server_error = failure.status >= _SERVER_ERROR
    if not ((is_kept or is_server_error) and request.method == "POST" and request.is_form):
        return None
    try:
        lists = await request.form_lists()
    except Exception:  # noqa: BLE001 (the first failure is the one to report)
        return None
    path = urlsplit(request.url).path
    fields = [(name, value) for name, values in lists.items() for value in values]
    wrong = failure.fields if isinstance(failure, InvalidError) else {}
    problems = {name: wrong[name] for name in _TEXTS if name in wrong and name in lists}
    return KeptForm(path, fields, _page_of(path), problems)


def _page_of(path: str) -> str:
    """The page of this form: `/session/{id}`, or its page for another time."""
    pieces = path.split("/")
    return "/".join(pieces[: 4 if pieces[3:4] == ["reschedule"] else 3])
