"""The form with which a person chooses the language of their pages and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import BadRequestError
from i18n import languages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settings import Settings


def options(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Tag and name of each language; empty where there is nothing to choose."""
    tags = languages.offered(everything=settings.development)
    return tuple((tag, languages.NAMES[tag]) for tag in tags) if len(tags) > 1 else ()


def chosen(form: Mapping[str, str], settings: Settings) -> str:
    """The tag that the form names. Raises: BadRequestError if that language is not offered."""
    tag = form.get("language", "")
    if tag not in languages.offered(everything=settings.development):
        raise BadRequestError
    return tag
