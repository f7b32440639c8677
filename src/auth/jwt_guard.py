"""What a JWT must not exceed before it is read at all, whoever made it."""

from typing import Final

MAX_TOKEN_CHARACTERS: Final = 8_192
# The one part that is parsed before it is verified. In WebAssembly, json.loads of some thousand
# nested brackets overflows the stack and ends the isolate: this many characters hold too few.
MAX_HEADER_CHARACTERS: Final = 2_048


def is_too_long(token: str) -> bool:
    """Whether a token must not even be read."""
    return len(token) > MAX_TOKEN_CHARACTERS or token.find(".") > MAX_HEADER_CHARACTERS
