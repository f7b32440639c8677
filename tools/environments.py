"""The configuration of one environment: wrangler.toml with the values of a file in environments/.

The names of all resources begin with the Worker's name, so no environment reaches another's.
"""

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools import project_settings, site
from tools.paths import ROOT
from tools.steps import StepFailedError

FOLDER: Final = ROOT / "environments"
EXAMPLE: Final = "example"
# Only whole labels: bestexample.com and example.com.au are real domains.
PLACEHOLDERS: Final = (
    re.compile(r"00000000-0000-0000-0000-000000000000"),
    re.compile(r"(?<![\w-])example\.com(?!\.?[\w-])", re.IGNORECASE),
)
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")
REQUIRED: Final = ("name", "domain", "database_id")
OPTIONAL: Final = (
    *("account_id", "files_jurisdiction", "rooms_jurisdiction", "rate_limit_namespace", "vars"),
)
# Each environment needs its own value of these.
NOT_SHARED: Final = (*REQUIRED, "rate_limit_namespace")
# With this setting, the Worker needs this secret.
SECRET_OF_SETTING: Final = {
    "PLATFORM_WEBHOOK_URL": "PLATFORM_WEBHOOK_SECRET",
    "PLUGNMEET_URL": "PLUGNMEET_API_SECRET",
    "BBB_URL": "BBB_SECRET",
    "TURN_KEY_ID": "TURN_KEY_API_TOKEN",
    "TURN_URLS": "TURN_SECRET",
}


@dataclass(frozen=True)
class Environment:
    """The content of environments/LABEL.toml."""

    label: str
    name: str
    domain: str
    database_id: str
    account_id: str = ""
    files_jurisdiction: str = ""
    rooms_jurisdiction: str = ""
    rate_limit_namespace: str = ""
    vars: dict[str, str] = field(default_factory=dict)


def chosen() -> str:
    """Return the label in ENV, by default production."""
    return os.environ.get("ENV") or "production"


def options() -> list[str]:
    """Return wrangler's option for the chosen environment. Raises: StepFailedError.

    Before environments/production.toml exists, wrangler uses wrangler.toml: `d1 create` needs no
    environment.
    """
    if not os.environ.get("ENV") and not (FOLDER / "production.toml").is_file():
        return []
    return [f"--config={write_config(load(chosen(), FOLDER))}"]


def load(label: str, folder: Path) -> Environment:
    """Read an environment. Raises: StepFailedError, which lists all faults of its file."""
    if not NAME.fullmatch(label) or label == EXAMPLE:
        raise StepFailedError(f"ENV must be the name of a file in environments/, not {label!r}.")
    path = folder / f"{label}.toml"
    if not path.is_file():
        raise StepFailedError(
            f"environments/{label}.toml is missing; copy environments/{EXAMPLE}.toml and edit it."
        )
    content = read(path)
    if faults := faults_of(content):
        raise StepFailedError(f"environments/{label}.toml: {'; '.join(faults)}.")
    environment = Environment(label, **content)
    refuse_shared(environment, folder)
    return environment


def read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise StepFailedError(f"environments/{path.name} is not valid TOML: {error}") from error


def faults_of(content: dict[str, Any]) -> list[str]:
    """Return all faults at once, so that one edit can correct them."""
    settings = content.get("vars", {})
    values = {key: value for key, value in content.items() if key != "vars"} | settings
    known, secrets = project_settings.names(), project_settings.secret_names()
    faults = [f"{key} is missing" for key in REQUIRED if not content.get(key)]
    faults += [f"{key} is unknown" for key in content if key not in (*REQUIRED, *OPTIONAL)]
    faults += [f"{key} is not a setting" for key in settings if key not in (*known, *secrets)]
    faults += [f"{key} is a secret, see `make secrets`" for key in settings if key in secrets]
    faults += [f"{key} is not text" for key, value in values.items() if not isinstance(value, str)]
    faults += [
        f"{key} still has the placeholder {found}"
        for key, value in values.items()
        for found in placeholders_of(str(value))
    ]
    if content.get("name") and not NAME.fullmatch(str(content["name"])):
        faults.append("name must have small letters, digits and hyphens only")
    return faults


def placeholders_of(value: str) -> list[str]:
    """Return the example's placeholders in a value."""
    found = [placeholder.search(value) for placeholder in PLACEHOLDERS]
    return [match.group() for match in found if match]


def refuse_shared(environment: Environment, folder: Path) -> None:
    """Raises: StepFailedError if another environment has the same value of a NOT_SHARED key."""
    for path in sorted(folder.glob("*.toml")):
        if path.stem in (environment.label, EXAMPLE):
            continue
        other = read(path)
        shared = [
            key for key in NOT_SHARED if other.get(key) and other[key] == getattr(environment, key)
        ]
        if shared:
            raise StepFailedError(
                f"{environment.label} and {path.stem} have the same {', '.join(shared)}; "
                "each environment needs its own."
            )


def write_config(environment: Environment, *, with_domain: bool = True) -> Path:
    """Write wrangler.LABEL.json and return its path. Raises: StepFailedError.

    It makes the static files of a release, too: an upload cannot take those of another checkout.
    """
    base = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    config = config_of(base, environment, with_domain=with_domain)
    config["assets"]["directory"] = str(site.SITE)
    config["vars"]["RELEASE"] = site.build()
    if unset := [key for key, value in config["vars"].items() if placeholders_of(value)]:
        raise StepFailedError(f"environments/{environment.label}.toml lacks {', '.join(unset)}.")
    path = ROOT / f"wrangler.{environment.label}.json"
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return path


def config_of(
    base: dict[str, Any], environment: Environment, *, with_domain: bool = True
) -> dict[str, Any]:
    """Return the content of wrangler.toml with the values and resources of an environment.

    Without the domain, a deployment does not change the domain at Cloudflare.
    """
    name = environment.name
    settings = {
        **base["vars"],
        "PUBLIC_URL": f"https://{environment.domain}",
        **environment.vars,
    }
    if environment.rooms_jurisdiction:
        settings["ROOMS_JURISDICTION"] = environment.rooms_jurisdiction
    database = {"database_name": name, "database_id": environment.database_id}
    bucket = {"bucket_name": f"{name}-files"}
    if environment.files_jurisdiction:
        bucket["jurisdiction"] = environment.files_jurisdiction
    queues = base["queues"]
    config = {
        **base,
        "name": name,
        "vars": settings,
        "secrets": {"required": required_secrets(settings)},
        "d1_databases": [only(base["d1_databases"]) | database],
        "r2_buckets": [only(base["r2_buckets"]) | bucket],
        "queues": {
            "producers": [only(queues["producers"]) | {"queue": f"{name}-recordings"}],
            "consumers": [renamed(each, base["name"], name) for each in queues["consumers"]],
        },
        "analytics_engine_datasets": [
            only(base["analytics_engine_datasets"]) | {"dataset": name.replace("-", "_")}
        ],
    }
    if with_domain:
        config["routes"] = [{"pattern": environment.domain, "custom_domain": True}]
    if environment.account_id:
        config["account_id"] = environment.account_id
    if environment.rate_limit_namespace:
        config["ratelimits"] = [
            {
                "name": "RATE_LIMIT",
                "namespace_id": environment.rate_limit_namespace,
                "simple": {"limit": 60, "period": 60},
            }
        ]
    return config


def only(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the only item; fail if wrangler.toml has a second one, which would need a name."""
    [item] = items
    return item


def renamed(consumer: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a queue's consumer with the queue names of another Worker."""
    return {
        key: new + value.removeprefix(old) if key in ("queue", "dead_letter_queue") else value
        for key, value in consumer.items()
    }


def required_secrets(settings: dict[str, str]) -> list[str]:
    """Return the secrets without which Cloudflare must reject an upload."""
    required = ["PLATFORM_TOKEN", "LINK_SECRETS"]
    if not settings.get("AUTH_JWKS_URL"):
        required.append("AUTH_JWT_SECRET")
    return required + [secret for name, secret in SECRET_OF_SETTING.items() if settings.get(name)]
