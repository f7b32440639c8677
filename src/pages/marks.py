"""Marks in the code of compiled templates: no template and no message has these characters."""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "\ue000{}\ue001"
"""Around the English of a message. It may begin with a context and CONTEXT, and end with BEFORE or
AFTER: then it stands for the part before or after the one value that the message has."""
CONTEXT: Final = "\4"
BEFORE: Final = "\ue003"
AFTER: Final = "\ue004"
RELEASE: Final = "\ue002"
"""In place of the release, which addresses of scripts and styles begin with."""
