"""Limits of a JWT's length, checked before any part of it is parsed."""

from typing import Final

MAX_TOKEN_CHARACTERS: Final = 8_192
# The header is parsed before the signature is verified. In WebAssembly, json.loads of some
# thousand nested brackets overflows the stack and ends the isolate. A header within this limit
# cannot hold so many.
MAX_HEADER_CHARACTERS: Final = 2_048


def is_too_long(token: str) -> bool:
    """Whether a token must be refused unread."""
    return len(token) > MAX_TOKEN_CHARACTERS or token.find(".") > MAX_HEADER_CHARACTERS
