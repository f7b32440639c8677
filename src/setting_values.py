"""How the text of a setting becomes its value.

Each raises ValueError, whose sentence goes on after the setting's name: "must be a whole number".
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

MAX_TIMEOUT_S: Final = 120
# Parts of RFC 5322. The standard library's parser would slow every start.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
_QUOTED: Final = r'"(?:[^"\\]|\\["\\])+"'
_SENDER: Final = re.compile(
    rf'(?P<bare>{_ADDRESS})|(?:(?P<quoted>{_QUOTED})|(?P<name>[^"<>@]*?))\s*<(?P<address>{_ADDRESS})>'
)
# A name that needs no quotation marks; the mail service encodes letters beyond ASCII.
_PLAIN_NAME: Final = re.compile(rf"(?:{_ATOM}|[^\x00-\x7f]|\s)*")
# Control characters, and marks that change the direction of writing.
_NOT_IN_A_HEADER: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
# As in RFC 7065.
_TURN_URL: Final = re.compile(
    r"turns?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:\?transport=(?:udp|tcp))?"
)
# As a content security policy takes it: no path, no wildcard.
_FRAMING_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?"
)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


def boolean(raw: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if raw.lower() not in words:
        raise ValueError("must be true or false")
    return words[raw.lower()]


def seconds(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError as error:
        raise ValueError("must be a number of seconds") from error
    if not 0 < value <= MAX_TIMEOUT_S:
        raise ValueError(f"must be above 0 and at most {MAX_TIMEOUT_S}")
    return value


def whole(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:  # noqa: PLR2004
        raise ValueError("must be a whole number")
    return int(raw)


def keys(raw: str) -> tuple[str, ...]:
    return tuple(key for part in raw.split(",") if (key := part.strip()))


def origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be a URL such as https://sessions.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def framing_origins(raw: str) -> tuple[str, ...]:
    """Origins as browsers write them: in lower case, without the usual port."""
    origins = []
    for part in keys(raw):
        found = _FRAMING_ORIGIN.fullmatch(part.lower())
        if not found:
            raise ValueError("must be like https://www.example.com,https://app.example.com")
        scheme, host, port = found["scheme"], found["host"], found["port"]
        usual = port in (None, _DEFAULT_PORTS[scheme])
        origins.append(f"{scheme}://{host}" if usual else f"{scheme}://{host}:{port}")
    return tuple(origins)


def web_address(raw: str) -> str:
    origin(raw)
    if re.search(r"[\x00-\x20\x7f]", raw):
        raise ValueError("must be a URL without spaces and control characters")
    return raw


def ice_servers(raw: str) -> tuple[dict[str, Any], ...]:
    try:
        servers = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError("must be a JSON list of ICE servers") from error
    if not isinstance(servers, list) or not all(
        isinstance(server, dict)
        and "urls" in server
        and isinstance(urls := urls_of(server), list)
        and all(isinstance(url, str) for url in urls)
        for server in servers
    ):
        raise ValueError("must be a JSON list of objects with `urls`")
    return tuple(servers)


def turn_urls(raw: str) -> tuple[str, ...]:
    urls = keys(raw)
    if not urls or not all(_TURN_URL.fullmatch(url) for url in urls):
        raise ValueError("must be like turn:turn.example.com:3478,turns:turn.example.com:443")
    return urls


def release(raw: str) -> str:
    if not re.fullmatch(r"/a/[0-9a-f]+", raw):
        raise ValueError("must be like /a/0123456789abcdef, as `make deploy` writes it")
    return raw


def sender(raw: str) -> str:
    """A sender as in RFC 5322: a name with commas and the like gets quotation marks."""
    found = _SENDER.fullmatch(raw)
    if not found or _NOT_IN_A_HEADER.search(raw):
        raise ValueError("must be like Session Room <sessions@example.com>")
    name, address = found["quoted"] or found["name"], found["bare"] or found["address"]
    if not name:
        return address
    if not found["quoted"] and not _PLAIN_NAME.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\") + '"'
    return f"{name} <{address}>"


def signing_secret(raw: str) -> str:
    try:
        key = base64.b64decode(raw.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise ValueError("must be a signing secret such as whsec_...") from error
    if not key:
        raise ValueError("must be a signing secret such as whsec_...")
    return raw


def signing_secrets(raw: str) -> tuple[str, ...]:
    return tuple(signing_secret(key) for key in keys(raw))


def urls_of(server: dict[str, Any]) -> list[str]:
    """The addresses of an `RTCIceServer`, which may be one text."""
    urls = server["urls"]
    return [urls] if isinstance(urls, str) else urls
