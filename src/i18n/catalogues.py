"""The catalogues that set-up compiles (tools/messages.py), each imported by its first reader."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Catalogue(NamedTuple):
    """One language: its words, and its forms of numbers and times."""

    messages: Mapping[str, str | tuple[str, ...]]
    """By their English; a tuple has the forms of a plural. A context stands before it, with \\4."""
    plural: Callable[[int], int]
    """Which of the forms a count needs."""
    cities: Mapping[str, str]
    """Names of cities by their time zone, where they differ from the zone's own."""
    forms: Mapping[str, Mapping[str, Any]]
    """By region, each with what differs from the language's own, which is under the empty name."""


@functools.cache
def catalogue(language: str) -> Catalogue:
    name = language.replace("-", "_")
    made = importlib.import_module(f"i18n.made.{name}")
    return Catalogue(made.MESSAGES, made.plural, made.CITIES, made.FORMS)
