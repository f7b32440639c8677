"""The words that people agree to before their browsers record a session."""

from __future__ import annotations

from typing import Final

# A version is never changed: rows of `recording_consents` name the words that a person has read.
WORDS: Final = {
    "1": "Picture and sound of you both, the board and what you share are recorded while you are"
    " both in this room. Both of you can watch the recording on this page afterwards. Either of"
    " you can stop it at any time.",
}
VERSION: Final = "1"
"""The version that pages show now."""
