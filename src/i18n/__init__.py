"""The language in which words reach a person: which one, its words, and its forms of times.

Words are marked where they stand, in English: `_("Join session")`. See docs/translating.md.
"""

from i18n.languages import ENGLISH, current, direction, reading, use
from i18n.words import N_, gettext, ngettext, number, pgettext

_ = gettext

__all__ = [
    "ENGLISH",
    "N_",
    "_",
    "current",
    "direction",
    "gettext",
    "ngettext",
    "number",
    "pgettext",
    "reading",
    "use",
]
