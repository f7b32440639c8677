"""The configurations of environments: none has a resource of another one."""

import json
import tomllib
from dataclasses import fields, replace

import pytest

from settings import NAMES, PROVIDERS, SECRETS, Settings, SettingsError
from tools import environments
from tools.environments import Environment
from tools.paths import ROOT
from tools.steps import StepFailedError

FILE = """
name = "{name}"
domain = "{domain}"
database_id = "{database_id}"

[vars]
SIGN_IN_URL = "https://school.test/sign-in"
"""
BASE = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
STAGING = Environment("staging", "session-room-staging", "staging.school.test", "d-2")
PRODUCTION = Environment("production", "session-room", "sessions.school.test", "d-1")

# Of settings that take no address; whole numbers and so on have their default.
OTHER_VALUES = {
    **{item.name.upper(): "" for item in fields(Settings) if not isinstance(item.default, str)},
    "ENVIRONMENT": "production",
    "MAIL_FROM": "sessions@x.test",
    "PLATFORM_WEBHOOK_URL": "https://www.example.com",
    "RELEASE": "",
    "ROOMS_JURISDICTION": "",
    "TURN_URLS": "turn:x.test",
}


def write(folder, label, **values):
    found = {"name": f"room-{label}", "domain": f"{label}.school.test", "database_id": label}
    (folder / f"{label}.toml").write_text(FILE.format(**(found | values)))


def texts(value):
    """All texts in a configuration."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in texts(each)}
    if isinstance(value, list):
        return {text for each in value for text in texts(each)}
    return {value} if isinstance(value, str) else set()


RESOURCES = ("name", "d1_databases", "r2_buckets", "queues", "analytics_engine_datasets", "routes")
SHARED = {"DB", "FILES", "RECORDINGS", "ANALYTICS", "migrations"}


def test_staging_and_production_share_no_resource():
    staging, production = (
        texts([environments.config_of(BASE, each)[key] for key in RESOURCES])
        for each in (STAGING, PRODUCTION)
    )

    assert staging & production == SHARED
    assert "session-room-staging-recordings-dead" in staging


def test_config_keeps_all_bindings_of_wrangler_toml():
    config = environments.config_of(BASE, STAGING)

    assert set(BASE) - set(config) == set()
    for key in set(BASE) - {*RESOURCES, "vars"}:
        assert config[key] == BASE[key]
    assert set(BASE["vars"]) == set(config["vars"])
    assert config["vars"]["PUBLIC_URL"] == "https://staging.school.test"
    assert [set(each) for each in config["queues"]["consumers"]] == [
        set(each) for each in BASE["queues"]["consumers"]
    ]


def test_production_keeps_its_resource_names():
    config = environments.config_of(BASE, PRODUCTION)

    assert config["queues"] == BASE["queues"]
    assert config["r2_buckets"] == BASE["r2_buckets"]
    assert config["analytics_engine_datasets"] == BASE["analytics_engine_datasets"]


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({}, "AUTH_JWT_SECRET"),
        ({"PLATFORM_WEBHOOK_URL": "https://w.test"}, "PLATFORM_WEBHOOK_SECRET"),
        ({"PLUGNMEET_URL": "https://p.test"}, "PLUGNMEET_API_SECRET"),
        ({"BBB_URL": "https://b.test"}, "BBB_SECRET"),
        ({"TURN_KEY_ID": "t"}, "TURN_KEY_API_TOKEN"),
        ({"TURN_URLS": "turn:t.test"}, "TURN_SECRET"),
    ],
)
def test_setting_requires_its_secret(settings, secret):
    assert secret in environments.required_secrets(settings)
    assert secret not in environments.required_secrets({"AUTH_JWKS_URL": "https://k.test"})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_upload_needs_each_secret_without_which_the_worker_answers_503(provider):
    settings = dict.fromkeys(NAMES, "https://x.test") | OTHER_VALUES | {"VIDEO_PROVIDER": provider}
    settings = {name: value for name, value in settings.items() if name not in SECRETS}
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(settings)
    problem, *others = caught.value.problems
    assert not others
    missing = problem.removeprefix("missing settings: ").split(", ")

    assert {*missing} <= {*environments.required_secrets(settings)}


@pytest.mark.parametrize(("key", "value"), [("name", "room-a"), ("domain", "a.school.test")])
def test_load_refuses_shared_values(tmp_path, key, value):
    write(tmp_path, "a")
    write(tmp_path, "b", **{key: value})

    with pytest.raises(StepFailedError, match=f"b and a have the same {key}"):
        environments.load("b", tmp_path)


def test_load_refuses_placeholders(tmp_path):
    (tmp_path / "staging.toml").write_text(
        (environments.FOLDER / "example.toml").read_text(encoding="utf-8")
    )

    with pytest.raises(StepFailedError, match="domain still has the placeholder") as refusal:
        environments.load("staging", tmp_path)
    assert "database_id still has" in str(refusal.value)


@pytest.mark.parametrize("domain", ["bestexample.com", "example.com.au", "example.community"])
def test_domain_that_resembles_the_example_is_accepted(tmp_path, monkeypatch, domain):
    write(tmp_path, "a", domain=f"sessions.{domain}")
    environment = environments.load("a", tmp_path)
    filled = {key: f"https://{domain}/{key}" for key in BASE["vars"]}
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    (tmp_path / "wrangler.toml").write_text((ROOT / "wrangler.toml").read_text(encoding="utf-8"))

    path = environments.write_config(replace(environment, vars=filled))
    assert json.loads(path.read_text())["routes"][0]["pattern"] == f"sessions.{domain}"


@pytest.mark.parametrize("value", ["example.com", "a@Example.com>", "https://a.example.com/b"])
def test_placeholder_domain_is_found_in_any_value(value):
    assert environments.placeholders_of(value) == [value[value.lower().index("example") :][:11]]


def test_config_has_the_environments_jurisdictions():
    somewhere = environments.config_of(BASE, STAGING)
    europe = replace(STAGING, files_jurisdiction="eu", rooms_jurisdiction="eu")
    config = environments.config_of(BASE, europe)

    assert "jurisdiction" not in somewhere["r2_buckets"][0]
    assert somewhere["vars"].get("ROOMS_JURISDICTION", "") == ""
    assert config["r2_buckets"][0]["jurisdiction"] == "eu"
    assert config["vars"]["ROOMS_JURISDICTION"] == "eu"


@pytest.mark.parametrize("label", ["../production", "example", "", "unknown"])
def test_load_refuses_other_labels(tmp_path, label):
    with pytest.raises(StepFailedError):
        environments.load(label, tmp_path)


def test_load_refuses_secrets_and_unknown_settings(tmp_path):
    write(tmp_path, "a")
    with (tmp_path / "a.toml").open("a") as file:
        file.write('PLATFORM_TOKEN = "x"\nSIGN_IN_ULR = "x"\n')

    with pytest.raises(StepFailedError, match="PLATFORM_TOKEN is a secret") as refusal:
        environments.load("a", tmp_path)
    assert "SIGN_IN_ULR is not a setting" in str(refusal.value)


def test_write_config_refuses_placeholders(tmp_path):
    write(tmp_path, "a")
    environment = environments.load("a", tmp_path)

    with pytest.raises(StepFailedError, match="lacks STUDENT_DASHBOARD_URL"):
        environments.write_config(environment)
    assert not (ROOT / "wrangler.a.json").exists()


def test_config_without_domain_has_no_routes():
    assert "routes" not in environments.config_of(BASE, STAGING, with_domain=False)
    assert json.dumps(environments.config_of(BASE, STAGING)["routes"]) == (
        '[{"pattern": "staging.school.test", "custom_domain": true}]'
    )
