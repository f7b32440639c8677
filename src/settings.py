"""Every setting: name, type, default, meaning. An error names all missing settings at once.

Standard library only: the tools read the names before any package is installed.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEVELOPMENT_MARK: Final = "development-only-"
MAX_TIMEOUT_S: Final = 120
# The length of an HS256 signature in bytes.
SHORTEST_SECRET: Final = 32
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
# Names that never lead to the public internet: RFC 6761, RFC 6762, RFC 8375 and `.internal`.
_PRIVATE_ENDINGS: Final = (".localhost", ".local", ".internal", ".home.arpa", ".test", ".invalid")
PROVIDERS: Final = ("peer", "plugnmeet", "bigbluebutton")
# Of Durable Objects. Empty: the room starts near its first visitor.
JURISDICTIONS: Final = ("", "eu", "us", "fedramp")


class SettingsError(Exception):
    """The configuration cannot work. `problems` has one sentence for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def setting(meaning: str, default: Any = "", *, secret: bool = False) -> Any:
    """Declare one setting; the field's name in upper case is the variable's name."""
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Settings:
    """The configuration of one deployment. The rules of a session are in `domain.rules`.

    It has no repr, which would show secrets.
    """

    environment: str = setting("`development` or `production`; development adds /dev", "production")
    public_url: str = setting("origin people reach us at, without a path")
    sign_in_url: str = setting("where signed-out people are sent; gets `?return_to=`")
    student_dashboard_url: str = setting("the student's way back")
    teacher_dashboard_url: str = setting("the teacher's way back")
    course_url: str = setting("the course's page; `{course_id}` is replaced")
    reschedule_url: str = setting("the platform's own reschedule page; `{session_id}` is replaced")
    book_url: str = setting(
        "where the next session is booked; `{course_id}` is replaced; else the course's page"
    )
    auth_cookie: str = setting("cookie that carries the platform's JWT", "session_token")
    auth_jwt_secret: str = setting("HS256 secret of the platform's JWTs", secret=True)
    auth_jwks_url: str = setting("JWKS with the platform's RS256, ES256 or EdDSA keys")
    auth_issuer: str = setting("required `iss`, when set")
    auth_audience: str = setting("required `aud`, when set")
    platform_token: str = setting("bearer token of /platform", secret=True)
    platform_webhook_url: str = setting("where the platform hears of its sessions; empty: nowhere")
    platform_webhook_secret: tuple[str, ...] = setting(
        "signing secrets of that webhook, comma-separated, newest last", (), secret=True
    )
    ops_access_team: str = setting(
        "Cloudflare Access in front of /ops: https://<team>.cloudflareaccess.com; else no /ops"
    )
    ops_access_aud: str = setting("the audience tag of that Access application")
    embed_origins: tuple[str, ...] = setting(
        "origins whose pages may show a session in a frame, comma-separated; empty: none", ()
    )
    link_secrets: tuple[str, ...] = setting(
        "keys of e-mail links, comma-separated, newest last", (), secret=True
    )
    video_provider: str = setting("`peer`, `plugnmeet` or `bigbluebutton`", "peer")
    peer_first: bool = setting(
        "start peer to peer, move to the provider when needed", default=False
    )
    peer_recording: bool = setting(
        "calls between two browsers are recorded too, by one of them, if both people agree",
        default=True,
    )
    plugnmeet_url: str = setting("PlugNmeet server")
    plugnmeet_api_key: str = setting("PlugNmeet API key")
    plugnmeet_api_secret: str = setting("PlugNmeet API secret", secret=True)
    bbb_url: str = setting("BigBlueButton server, up to /api")
    bbb_secret: str = setting("BigBlueButton shared secret", secret=True)
    # PlugNmeet may hold a room's lock for 15 s before it answers.
    provider_timeout_s: float = setting("how long to wait for a video provider", 30.0)
    resend_api_key: str = setting("Resend key; without it mail goes to the outbox", secret=True)
    resend_api_url: str = setting("Resend's address", "https://api.resend.com")
    resend_webhook_secret: str = setting("signing secret of Resend's webhooks", secret=True)
    mail_from: str = setting("sender of all mail", "Session Room <sessions@localhost>")
    ice_servers: tuple[dict[str, Any], ...] = setting("JSON list of STUN/TURN servers", ())
    upload_max_mb: int = setting("largest file a teacher may upload, in MB", 2000)
    upload_quota_mb: int = setting("all uploaded files of one session together, in MB", 5000)
    recordings_kept_days: int = setting("days recordings are kept; 0 keeps them for ever", 180)
    resources_kept_days: int = setting("days uploaded files and boards are kept; 0: for ever", 365)
    chat_kept_days: int = setting("days chats are kept; 0: for ever", 90)
    mail_kept_days: int = setting("days what was mailed about a session is kept; 0: for ever", 90)
    analytics_kept_days: int = setting("days analytics events are kept in D1; 0: for ever", 90)
    recording_retry_s: int = setting(
        "seconds before a recording is tried again, doubled each time", 30
    )
    dev_recordings_url: str = setting("development only: a server that stands in for a provider")
    rooms_jurisdiction: str = setting(
        "`eu`, `us` or `fedramp`: rooms, with their chats, stay there; never changed later"
    )
    turn_key_id: str = setting("Cloudflare TURN key id")
    turn_key_api_token: str = setting("Cloudflare TURN API token", secret=True)
    turn_urls: tuple[str, ...] = setting("your own TURN servers, comma-separated", ())
    turn_secret: str = setting("secret that your TURN servers share with us", secret=True)
    release: str = setting("address of this release's scripts and styles; `make deploy` sets it")

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine."""
        return self.environment == "development"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read and check all settings.

        Raises: SettingsError, which lists every problem.
        """
        problems: list[str] = []
        refused: set[str] = set()
        values: dict[str, Any] = {}
        for item in fields(cls):
            name, raw = item.name.upper(), env.get(item.name.upper(), "").strip()
            if not raw:
                continue
            try:
                values[item.name] = _PARSERS.get(item.name, str)(raw)
            except ValueError as error:
                problems.append(f"{name} {error}")
                refused.add(name)
        settings = cls(**values)
        problems += settings._problems(refused)
        if problems:
            raise SettingsError(problems)
        return settings

    def _problems(self, refused: set[str]) -> list[str]:
        """Problems of settings that are not in `refused`, which have a sentence already."""
        problems = []
        if missing := [name for name in self._missing() if name not in refused]:
            problems.append("missing settings: " + ", ".join(missing))
        if self.environment not in ("development", "production"):
            problems.append("ENVIRONMENT must be development or production")
        if self.video_provider not in PROVIDERS:
            problems.append(f"VIDEO_PROVIDER must be one of {', '.join(PROVIDERS)}")
        if self.rooms_jurisdiction not in JURISDICTIONS:
            problems.append(f"ROOMS_JURISDICTION must be one of {', '.join(JURISDICTIONS[1:])}")
        if not self.development:
            if self.platform_webhook_url and not _is_public(self.platform_webhook_url):
                problems.append("PLATFORM_WEBHOOK_URL must be https, at a public name")
            placeholders = [
                name for name in SECRETS if DEVELOPMENT_MARK in str(getattr(self, name.lower()))
            ]
            if placeholders:
                problems.append("development secrets in production: " + ", ".join(placeholders))
        return problems

    def weaknesses(self) -> list[str]:
        """Weak settings, which work but should change in production. Names only, never values."""
        if self.development:
            return []
        found = [
            f"{name.upper()} is shorter than {SHORTEST_SECRET} characters"
            for name in ("platform_token", "auth_jwt_secret", "link_secrets", "turn_secret")
            if any(len(secret) < SHORTEST_SECRET for secret in _each(getattr(self, name)))
        ]
        found += [
            f"{name.upper()} is not https"
            for name in ("public_url", "sign_in_url", "auth_jwks_url", "plugnmeet_url", "bbb_url")
            if getattr(self, name).startswith("http:")
        ]
        if any(origin.startswith("http:") for origin in self.embed_origins):
            found.append("EMBED_ORIGINS is not https")
        return found + self.lacks()

    def lacks(self) -> list[str]:
        """Features that a missing setting turns off in production. It names no values."""
        if self.development:
            return []
        lacks = []
        if not self.resend_api_key:
            lacks.append("without RESEND_API_KEY nobody gets mail")
        elif not self.resend_webhook_secret:
            lacks.append("without RESEND_WEBHOOK_SECRET bounces and complaints are not heard of")
        if self.video_provider == "peer" and not self.has_relay:
            lacks.append("without TURN some pairs of networks cannot connect")
        return lacks

    @property
    def has_relay(self) -> bool:
        """Whether browsers that cannot reach each other have a server that relays the call."""
        return bool(self.turn_key_id or self.turn_urls) or any(
            url.startswith(("turn:", "turns:")) for url in self._ice_urls()
        )

    @property
    def stun_urls(self) -> list[str]:
        """The servers that tell a browser its address as others see it."""
        return [url for url in self._ice_urls() if url.startswith("stun:")]

    def _ice_urls(self) -> list[str]:
        return [url for server in self.ice_servers for url in urls_of(server)]

    def _missing(self) -> list[str]:
        required = [
            "public_url",
            "sign_in_url",
            "student_dashboard_url",
            "teacher_dashboard_url",
            "course_url",
            "platform_token",
            "link_secrets",
        ]
        if not self.auth_jwks_url:
            required.append("auth_jwt_secret")
        if self.video_provider == "plugnmeet":
            required += ["plugnmeet_url", "plugnmeet_api_key", "plugnmeet_api_secret"]
        if self.video_provider == "bigbluebutton":
            required += ["bbb_url", "bbb_secret"]
        if self.platform_webhook_url:
            required.append("platform_webhook_secret")
        if self.turn_key_id:
            required.append("turn_key_api_token")
        if self.turn_urls:
            required.append("turn_secret")
        return [name.upper() for name in required if not getattr(self, name)]


def urls_of(server: dict[str, Any]) -> list[str]:
    """The addresses of an `RTCIceServer`, which may be one text."""
    urls = server["urls"]
    return [urls] if isinstance(urls, str) else urls


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _is_public(url: str) -> bool:
    """True for https to a name. Cloudflare's fetch reaches no private network by a name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    is_name = "." in host and not host.rpartition(".")[2].isdigit()
    return parts.scheme == "https" and is_name and not host.endswith(_PRIVATE_ENDINGS)


def _boolean(raw: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if raw.lower() not in words:
        raise ValueError("must be true or false")
    return words[raw.lower()]


def _seconds(raw: str) -> float:
    try:
        seconds = float(raw)
    except ValueError as error:
        raise ValueError("must be a number of seconds") from error
    if not 0 < seconds <= MAX_TIMEOUT_S:
        raise ValueError(f"must be above 0 and at most {MAX_TIMEOUT_S}")
    return seconds


def _whole(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:  # noqa: PLR2004
        raise ValueError("must be a whole number")
    return int(raw)


def _keys(raw: str) -> tuple[str, ...]:
    return tuple(key for part in raw.split(",") if (key := part.strip()))


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be a URL such as https://sessions.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def _framing_origins(raw: str) -> tuple[str, ...]:
    """Origins as browsers write them: in lower case, without the usual port."""
    origins = []
    for part in _keys(raw):
        found = _FRAMING_ORIGIN.fullmatch(part.lower())
        if not found:
            raise ValueError("must be like https://www.example.com,https://app.example.com")
        scheme, host, port = found["scheme"], found["host"], found["port"]
        usual = port in (None, _DEFAULT_PORTS[scheme])
        origins.append(f"{scheme}://{host}" if usual else f"{scheme}://{host}:{port}")
    return tuple(origins)


def _web_address(raw: str) -> str:
    _origin(raw)
    if re.search(r"[\x00-\x20\x7f]", raw):
        raise ValueError("must be a URL without spaces and control characters")
    return raw


def _ice_servers(raw: str) -> tuple[dict[str, Any], ...]:
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


def _turn_urls(raw: str) -> tuple[str, ...]:
    urls = _keys(raw)
    if not urls or not all(_TURN_URL.fullmatch(url) for url in urls):
        raise ValueError("must be like turn:turn.example.com:3478,turns:turn.example.com:443")
    return urls


def _release(raw: str) -> str:
    if not re.fullmatch(r"/a/[0-9a-f]+", raw):
        raise ValueError("must be like /a/0123456789abcdef, as `make deploy` writes it")
    return raw


def _sender(raw: str) -> str:
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


def _signing_secret(raw: str) -> str:
    try:
        key = base64.b64decode(raw.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise ValueError("must be a signing secret such as whsec_...") from error
    if not key:
        raise ValueError("must be a signing secret such as whsec_...")
    return raw


def _signing_secrets(raw: str) -> tuple[str, ...]:
    return tuple(_signing_secret(key) for key in _keys(raw))


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "public_url": _origin,
    "sign_in_url": _web_address,
    "student_dashboard_url": _web_address,
    "teacher_dashboard_url": _web_address,
    "course_url": _web_address,
    "reschedule_url": _web_address,
    "book_url": _web_address,
    "auth_jwks_url": _web_address,
    "platform_webhook_url": _web_address,
    "ops_access_team": _origin,
    "platform_webhook_secret": _signing_secrets,
    "embed_origins": _framing_origins,
    "link_secrets": _keys,
    "mail_from": _sender,
    "resend_api_url": _web_address,
    "resend_webhook_secret": _signing_secret,
    "peer_first": _boolean,
    "peer_recording": _boolean,
    "plugnmeet_url": _web_address,
    "bbb_url": _web_address,
    "provider_timeout_s": _seconds,
    "ice_servers": _ice_servers,
    "turn_urls": _turn_urls,
    "release": _release,
    "recordings_kept_days": _whole,
    "resources_kept_days": _whole,
    "chat_kept_days": _whole,
    "mail_kept_days": _whole,
    "analytics_kept_days": _whole,
    "recording_retry_s": _whole,
    "upload_max_mb": _whole,
    "upload_quota_mb": _whole,
}

NAMES: Final[tuple[str, ...]] = tuple(item.name.upper() for item in fields(Settings))
SECRETS: Final[tuple[str, ...]] = tuple(
    item.name.upper() for item in fields(Settings) if item.metadata["secret"]
)
