"""Words in the current language, by their English. Placeholders are named: `{name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i18n.catalogues import catalogue
from i18n.languages import current

if TYPE_CHECKING:
    from typing import LiteralString


def N_(message: LiteralString) -> LiteralString:  # noqa: N802 (gettext's name)
    """Mark a constant for translation; `gettext` translates it where it is used."""
    return message


def gettext(message: str, /, **values: object) -> str:
    """The message in the current language, with its placeholders filled."""
    found = catalogue(current()).messages.get(message) or message
    return _filled(_one(found), values)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """The message as it reads in this context: one English word may need two elsewhere."""
    found = catalogue(current()).messages.get(f"{context}\4{message}") or message
    return _filled(_one(found), values)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The message for this count. `{count}` is written as the language writes numbers."""
    return _filled(form_for(one, many, count), {"count": number(count)} | values)


def form_for(one: str, many: str, count: int) -> str:
    """The message for this count, with its placeholders."""
    known = catalogue(current())
    found = known.messages.get(one)
    if isinstance(found, tuple):
        return found[known.plural(count)]
    english = one if count == 1 else many
    return _one(known.messages.get(english) or english)


def _one(found: str | tuple[str, ...]) -> str:
    """The singular of a message that other places use with a count."""
    return found if isinstance(found, str) else found[0]


def number(value: float, digits: int = 0) -> str:
    """`1,234`, `1.234` or `1234`; with `digits` after the decimal mark."""
    forms = catalogue(current()).forms[""]
    grouped = abs(value) >= forms["grouped_from"]
    marks = {",": forms["group"] if grouped else "", ".": forms["decimal"]}
    return f"{value:,.{digits}f}".translate(str.maketrans(marks))


def _filled(message: str, values: dict[str, object]) -> str:
    return message.format_map(values) if values else message
