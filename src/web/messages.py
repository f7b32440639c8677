"""Requests and responses without any type of the runtime."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import i18n
from errors import BadRequestError, BodyTooLargeError, LengthRequiredError
from i18n import languages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from files.storage import Stream

MAX_JSON_BYTES = 64 * 1024


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are lower case; `read(limit)` returns the body, once.

    For a body longer than `limit` it may return slightly more than `limit` bytes, never all of it.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    read: Callable[[int], Awaitable[bytes]]
    stream: Callable[[], Stream] = lambda: None
    """The body as a stream of the runtime; a request uses either this or `read`."""
    _forms: list[dict[str, list[str]]] = field(default_factory=list, init=False, compare=False)
    """The form after its first read. If the handler fails, the error page needs it again."""

    @cached_property
    def pieces(self) -> list[str]:
        """The path, split at its slashes; each piece is decoded afterwards.

        So a `%2F` stays part of its piece and cannot lead to another route.
        """
        return [unquote(piece) for piece in urlsplit(self.url).path.split("/")]

    @cached_property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies. SimpleCookie is not used: it stops at an invalid cookie of another app.

        The first of two cookies with one name counts: browsers send the longer path first.
        """
        pairs = [part.strip().partition("=") for part in self.headers.get("cookie", "").split(";")]
        return {name: value.strip('"') for name, _, value in reversed(pairs) if name}

    @property
    def accepts_json(self) -> bool:
        """Whether an error must be JSON, even for a form."""
        return "application/json" in self.headers.get("accept", "")

    def language(self, *wishes: str | None, everything: bool) -> str:
        """The language of the first wish that can be met, else the browser's; see `i18n`."""
        accepted = self.headers.get("accept-language", "")
        return languages.choose(*wishes, accepted=accepted, everything=everything)

    @property
    def is_framed(self) -> bool:
        """Whether a frame opens this page. Browsers say so since Safari 16.4."""
        return self.headers.get("sec-fetch-dest") in ("iframe", "frame")

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def length(self) -> int:
        """The Content-Length of the body. Raises: LengthRequiredError."""
        announced = self.headers.get("content-length", "")
        if not re.fullmatch(r"[0-9]{1,15}", announced):
            raise LengthRequiredError
        return int(announced)

    async def body(self, limit: int = MAX_JSON_BYTES) -> bytes:
        """The body, refused above `limit` bytes. Raises: BodyTooLargeError."""
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise BodyTooLargeError
        raw = await self.read(limit)
        if len(raw) > limit:
            raise BodyTooLargeError
        return raw

    async def form(self) -> dict[str, str]:
        """The fields of a plain HTML form. Raises: BodyTooLargeError."""
        return {name: values[-1] for name, values in (await self.form_lists()).items()}

    async def json(self, limit: int = MAX_JSON_BYTES) -> Any:
        """The body as JSON. Raises: BadRequestError, BodyTooLargeError."""
        raw = await self.body(limit)
        import pydantic_core  # noqa: PLC0415

        try:
            # Not json.loads: in WebAssembly some thousand nested brackets overflow CPython's stack
            # and end the isolate with all its requests. This parser limits the depth.
            return pydantic_core.from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            raise BadRequestError("The body must be JSON.") from error

    @property
    def is_form(self) -> bool:
        """Whether a page's form sent this, and not a script."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "application/x-www-form-urlencoded"

    async def form_lists(self) -> dict[str, list[str]]:
        """The fields of a form, each with all its values. Raises: BodyTooLargeError."""
        if not self._forms:
            raw = await self.body()
            self._forms.append(parse_qs(raw.decode(errors="replace"), keep_blank_values=True))
        return self._forms[0]


@dataclass
class Response:
    """One HTTP response. `headers` are pairs, since Set-Cookie may repeat."""

    body: str | bytes | Stream | None = None
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    upgrade: Any = None
    """The runtime's own response with a WebSocket, returned as it is."""
    policy: str | None = None
    """A policy of `web.security_headers` in place of the usual one."""
    in_own_frame: bool = False
    """Whether pages of ours show it in a frame."""
    frames: tuple[str, ...] = ()
    """Other origins whose pages this page may show in a frame, with access to the camera."""

    @property
    def is_page(self) -> bool:
        """Whether it is HTML, for people."""
        return any(
            name.lower() == "content-type" and value.startswith("text/html")
            for name, value in self.headers
        )


def json_response(data: Any, status: int = 200) -> Response:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, [("Content-Type", "application/json; charset=utf-8")])


def html_response(body: str, status: int = 200) -> Response:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Language", i18n.current())]
    return Response(body, status, headers)


def redirect(location: str, status: int = 303) -> Response:
    return Response(None, status, [("Location", location)])
