"""The settings of a local Worker: development defaults < `.dev.vars` < the environment."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

# The line format of .dev.vars, as in the dotenv package that wrangler uses.
DOTENV_LINE = re.compile(
    r"""^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)"""
    r"""(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:\#.*)?$""",
    re.MULTILINE,
)

SERVER_URLS = {"plugnmeet": "PLUGNMEET_URL", "bigbluebutton": "BBB_URL"}
# Production rejects a secret that starts like these.
SECRETS = {
    "AUTH_JWT_SECRET": "development-only-jwt-secret-of-the-platform",
    "PLATFORM_TOKEN": "development-only-token-of-the-platform",
    "LINK_SECRETS": "development-only-key-of-links-in-mails",
}
# "development-only-secret!" in base64.
WEBHOOK_SECRET = "whsec_ZGV2ZWxvcG1lbnQtb25seS1zZWNyZXQh"  # noqa: S105


def development(origin: str) -> dict[str, str]:
    """Return settings for a Worker at `origin` that needs no other service."""
    return {
        "ENVIRONMENT": "development",
        "PUBLIC_URL": origin,
        "SIGN_IN_URL": f"{origin}/dev/sign-in",
        "STUDENT_DASHBOARD_URL": f"{origin}/dev",
        "TEACHER_DASHBOARD_URL": f"{origin}/dev",
        "COURSE_URL": f"{origin}/dev?course={{course_id}}",
        "AUTH_COOKIE": "session_room_dev",
        **SECRETS,
        "VIDEO_PROVIDER": "peer",
        "MAIL_FROM": "Session Room <sessions@localhost>",
        # Two browsers on one machine need no STUN server.
        "ICE_SERVERS": "",
    }


def with_stand_in(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings with the stand-in of /dev as the platform, unless one is set."""
    if settings["ENVIRONMENT"] != "development":
        return dict(settings)
    # Browsers find this name on the machine itself, and take it for another site than `localhost`.
    page = settings["PUBLIC_URL"].replace("//localhost", "//platform.localhost")
    settings = {"EMBED_ORIGINS": page, **settings}
    if settings.get("PLATFORM_WEBHOOK_URL"):
        return settings
    return {
        **settings,
        "PLATFORM_WEBHOOK_URL": f"{settings['PUBLIC_URL']}/dev/platform/hooks",
        "PLATFORM_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }


def merged(
    origin: str, names: tuple[str, ...], dev_vars: Path, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return development's settings, overridden by `dev_vars`, overridden by `environment`."""
    own = parse_dotenv(dev_vars.read_text(encoding="utf-8")) if dev_vars.is_file() else {}
    everything = {**development(origin), **own, **environment}
    if everything["ENVIRONMENT"] == "production":
        # Random secrets in place of missing ones: a try of production needs no secrets.
        everything |= {
            name: secrets.token_hex(32) for name in SECRETS if everything[name] == SECRETS[name]
        }
    if "VIDEO_PROVIDER" not in own | dict(environment):
        # A server that is configured is used.
        named = [name for name, url in SERVER_URLS.items() if everything.get(url)]
        everything["VIDEO_PROVIDER"] = next(iter(named), "peer")
    return {name: everything[name] for name in names if name in everything}


def parse_dotenv(text: str) -> dict[str, str]:
    """Read `NAME=value` lines; quotes may enclose `#`, spaces and line breaks."""
    values = {}
    for match in DOTENV_LINE.finditer(text.replace("\r\n", "\n").replace("\r", "\n")):
        value = (match[2] or "").strip()
        quote = value[:1]
        if quote in ("'", '"', "`") and len(value) > 1 and value.endswith(quote):
            value = value[1:-1]
        if quote == '"':
            value = value.replace("\\n", "\n").replace("\\r", "\r")
        values[match[1]] = value
    return values
