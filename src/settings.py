"""Every setting: name, type, default, meaning. An error names all missing settings at once.

Standard library only: the tools read the names before any package is installed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import setting_values as values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEVELOPMENT_MARK: Final = "development-only-"
# The length of an HS256 signature in bytes.
SHORTEST_SECRET: Final = 32
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


def setting(
    meaning: str, default: Any = "", read: Callable[[str], Any] = str, *, secret: bool = False
) -> Any:
    """Declare one setting; the field's name in upper case is the variable's name.

    `read` makes the value of the variable's text. Raises: ValueError, with the problem.
    """
    return field(default=default, metadata={"meaning": meaning, "read": read, "secret": secret})


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Settings:
    """The configuration of one deployment. The rules of a session are in `domain.rules`.

    It has no repr, which would show secrets.
    """

    environment: str = setting("`development` or `production`; development adds /dev", "production")
    public_url: str = setting("origin people reach us at, without a path", read=values.origin)
    sign_in_url: str = setting(
        "where signed-out people are sent; gets `?return_to=`", read=values.web_address
    )
    student_dashboard_url: str = setting("the student's way back", read=values.web_address)
    teacher_dashboard_url: str = setting("the teacher's way back", read=values.web_address)
    course_url: str = setting(
        "the course's page; `{course_id}` is replaced", read=values.web_address
    )
    reschedule_url: str = setting(
        "the platform's own reschedule page; `{session_id}` is replaced", read=values.web_address
    )
    book_url: str = setting(
        "where the next session is booked; `{course_id}` is replaced; else the course's page",
        read=values.web_address,
    )
    auth_cookie: str = setting("cookie that carries the platform's JWT", "session_token")
    auth_jwt_secret: str = setting("HS256 secret of the platform's JWTs", secret=True)
    auth_jwks_url: str = setting(
        "JWKS with the platform's RS256, ES256 or EdDSA keys", read=values.web_address
    )
    auth_issuer: str = setting("required `iss`, when set")
    auth_audience: str = setting("required `aud`, when set")
    platform_token: str = setting("bearer token of /platform", secret=True)
    platform_webhook_url: str = setting(
        "where the platform hears of its sessions; empty: nowhere", read=values.web_address
    )
    platform_webhook_secret: tuple[str, ...] = setting(
        "signing secrets of that webhook, comma-separated, newest last",
        (),
        values.signing_secrets,
        secret=True,
    )
    ops_access_team: str = setting(
        "Cloudflare Access in front of /ops: https://<team>.cloudflareaccess.com; else no /ops",
        read=values.origin,
    )
    ops_access_aud: str = setting("the audience tag of that Access application")
    embed_origins: tuple[str, ...] = setting(
        "origins whose pages may show a session in a frame, comma-separated; empty: none",
        (),
        values.framing_origins,
    )
    link_secrets: tuple[str, ...] = setting(
        "keys of e-mail links, comma-separated, newest last", (), values.keys, secret=True
    )
    video_provider: str = setting("`peer`, `plugnmeet` or `bigbluebutton`", "peer")
    peer_first: bool = setting(
        "start peer to peer, move to the provider when needed", default=False, read=values.boolean
    )
    peer_recording: bool = setting(
        "calls between two browsers are recorded too, by one of them, if both people agree",
        default=True,
        read=values.boolean,
    )
    plugnmeet_url: str = setting("PlugNmeet server", read=values.web_address)
    plugnmeet_api_key: str = setting("PlugNmeet API key")
    plugnmeet_api_secret: str = setting("PlugNmeet API secret", secret=True)
    bbb_url: str = setting("BigBlueButton server, up to /api", read=values.web_address)
    bbb_secret: str = setting("BigBlueButton shared secret", secret=True)
    # PlugNmeet may hold a room's lock for 15 s before it answers.
    provider_timeout_s: float = setting(
        "how long to wait for a video provider", 30.0, values.seconds
    )
    resend_api_key: str = setting("Resend key; without it mail goes to the outbox", secret=True)
    resend_api_url: str = setting("Resend's address", "https://api.resend.com", values.web_address)
    resend_webhook_secret: str = setting(
        "signing secret of Resend's webhooks", read=values.signing_secret, secret=True
    )
    mail_from: str = setting(
        "sender of all mail", "Session Room <sessions@localhost>", values.sender
    )
    ice_servers: tuple[dict[str, Any], ...] = setting(
        "JSON list of STUN/TURN servers", (), values.ice_servers
    )
    upload_max_mb: int = setting("largest file a teacher may upload, in MB", 2000, values.whole)
    upload_quota_mb: int = setting(
        "all uploaded files of one session together, in MB", 5000, values.whole
    )
    recordings_kept_days: int = setting(
        "days recordings are kept; 0 keeps them for ever", 180, values.whole
    )
    resources_kept_days: int = setting(
        "days uploaded files and boards are kept; 0: for ever", 365, values.whole
    )
    chat_kept_days: int = setting("days chats are kept; 0: for ever", 90, values.whole)
    mail_kept_days: int = setting(
        "days what was mailed about a session is kept; 0: for ever", 90, values.whole
    )
    analytics_kept_days: int = setting(
        "days analytics events are kept in D1; 0: for ever", 90, values.whole
    )
    recording_retry_s: int = setting(
        "seconds before a recording is tried again, doubled each time", 30, values.whole
    )
    dev_recordings_url: str = setting("development only: a server that stands in for a provider")
    rooms_jurisdiction: str = setting(
        "`eu`, `us` or `fedramp`: rooms, with their chats, stay there; never changed later"
    )
    turn_key_id: str = setting("Cloudflare TURN key id")
    turn_key_api_token: str = setting("Cloudflare TURN API token", secret=True)
    turn_urls: tuple[str, ...] = setting(
        "your own TURN servers, comma-separated", (), values.turn_urls
    )
    turn_secret: str = setting("secret that your TURN servers share with us", secret=True)
    release: str = setting(
        "address of this release's scripts and styles; `make deploy` sets it", read=values.release
    )

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
        given: dict[str, Any] = {}
        for item in fields(cls):
            name, raw = item.name.upper(), env.get(item.name.upper(), "").strip()
            if not raw:
                continue
            try:
                given[item.name] = item.metadata["read"](raw)
            except ValueError as error:
                problems.append(f"{name} {error}")
                refused.add(name)
        settings = cls(**given)
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
        return [url for server in self.ice_servers for url in values.urls_of(server)]

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


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _is_public(url: str) -> bool:
    """True for https to a name. Cloudflare's fetch reaches no private network by a name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    is_name = "." in host and not host.rpartition(".")[2].isdigit()
    return parts.scheme == "https" and is_name and not host.endswith(_PRIVATE_ENDINGS)


NAMES: Final[tuple[str, ...]] = tuple(item.name.upper() for item in fields(Settings))
SECRETS: Final[tuple[str, ...]] = tuple(
    item.name.upper() for item in fields(Settings) if item.metadata["secret"]
)
