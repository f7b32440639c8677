"""English in disguise, a third longer: what is not translated on a page stands out, and so does
what has no room. For tests and development; set-up copies this file (tools/messages.py)."""

import re

from i18n.made.en import CITIES, FORMS, plural

__all__ = ["CITIES", "FORMS", "MESSAGES", "plural"]

_LETTERS = str.maketrans("aceinouyACEINOUSY", "åçéîñöüýÅÇÉÎÑÖÛŠÝ")
# Placeholders and marks of HTML stay.
_KEPT = re.compile(r"(\{[^}]*\}|%\(\w+\)s|%%|<[^>]*>|&\w+;)")


class Disguised(dict):
    """A disguised form of every message that it is asked for."""

    def get(self, message, default=None):
        parts = _KEPT.split(message.rpartition("\4")[2])
        parts[::2] = [part.translate(_LETTERS) for part in parts[::2]]
        more = " ".join(["one", "two", "three"] * len(message))[: len(message) * 2 // 5]
        return f"[{''.join(parts)} {more}]"


MESSAGES = Disguised()
