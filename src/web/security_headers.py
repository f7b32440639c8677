"""The security headers of every answer of the Worker, with all content security policies.

A handler names one of the policies below where the usual one does not fit; who may frame the answer
is added to each. Static files never reach the Worker: their headers are in `public/_headers`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.messages import Request, Response

DATA: Final = "default-src 'none'"
"""The usual policy of answers that are no page."""
LEFT_FRAME: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""`/session/{id}/left`: our own page shows it in the frame of the call."""
# The browser draws media and PDF in a tab of their own with an inline style, and the document may
# load itself. It may load nothing else, and no script.
FILE_IN_TAB: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; object-src 'self'; "
    "style-src 'unsafe-inline'"
)
FILE_DOWNLOAD: Final = "default-src 'none'; sandbox"
BOARD_PICTURE: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""A page of the board as SVG: nothing in it runs, and it loads nothing."""
OUTBOX: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'"
)
"""`/dev/outbox`: frames with the mails."""
OUTBOX_MAIL: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""`/dev/outbox/{id}`: one mail's html, with the inline styles that mail programs need."""

_NONE: Final = "'none'"
_FEATURES_USED: Final = (
    "camera",
    "microphone",
    "display-capture",
    "autoplay",
    "fullscreen",
    "picture-in-picture",
    "screen-wake-lock",
    "speaker-selection",
    "clipboard-write",
)
_FEATURES_REFUSED: Final = ("geolocation", "payment", "usb", "serial", "midi")
_SAME_FOR_ALL: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Cache-Control", "private, no-store"),
    ("Vary", "Cookie, Accept-Language"),
)


def add(request: Request, response: Response, framers: Sequence[str] = ()) -> None:
    """Add the headers that the handler has not set itself, as a download sets its cache rules.

    `framers` are origins of other sites whose pages may show the answer in a frame.
    """
    given = {name.lower() for name, _ in response.headers}
    headers = _headers(
        urlsplit(request.url).netloc,
        response.policy,
        response.frames,
        ("'self'", *framers) if response.in_own_frame else tuple(framers),
        is_page=response.is_page,
        has_token=_has_token(request),
    )
    response.headers += [header for header in headers if header[0].lower() not in given]


# Most answers of a deployment have the same.
@functools.lru_cache
def _headers(
    host: str,
    policy: str | None,
    frames: tuple[str, ...],
    ancestors: tuple[str, ...],
    *,
    is_page: bool,
    has_token: bool,
) -> tuple[tuple[str, str], ...]:
    policy = policy or (_page_policy(host, frames) if is_page else DATA)
    headers = (
        ("Content-Security-Policy", f"{policy}; frame-ancestors {' '.join(ancestors) or _NONE}"),
        ("Permissions-Policy", _permissions(frames, is_page=is_page)),
        ("Referrer-Policy", "no-referrer" if has_token else "same-origin"),
        *_SAME_FOR_ALL,
    )
    # It knows no list of origins.
    return headers if ancestors else (*headers, ("X-Frame-Options", "DENY"))


def _permissions(frames: tuple[str, ...], *, is_page: bool) -> str:
    origins = "".join(f' "{frame}"' for frame in frames)
    allowed = f"(self{origins})"
    features = [f"{name}={allowed}" for name in _FEATURES_USED] if is_page else []
    features += [f"{name}=()" for name in _FEATURES_REFUSED]
    return ", ".join(features)


def _page_policy(host: str, frames: tuple[str, ...]) -> str:
    # Our own origin too: the provider's client leads its frame to `/session/{id}/left` at the end.
    framed = f"frame-src 'self' {' '.join(frames)}; " if frames else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
        f"media-src 'self' blob:; connect-src 'self' ws://{host} wss://{host}; {framed}"
        "form-action 'self'; base-uri 'none'"
    )


def _has_token(request: Request) -> bool:
    """Whether the address holds a token, which no Referer header may pass on."""
    return request.pieces[1:2] in (["r"], ["unsubscribe"], ["calendar"])
