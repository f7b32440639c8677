"""Where a deployment goes: an environment reaches nothing of another."""

import json
import tomllib
from dataclasses import replace

import pytest

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


def write(folder, label, **values):
    found = {"name": f"room-{label}", "domain": f"{label}.school.test", "database_id": label}
    (folder / f"{label}.toml").write_text(FILE.format(**(found | values)))


def texts(value):
    """Every text in a configuration."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in texts(each)}
    if isinstance(value, list):
        return {text for each in value for text in texts(each)}
    return {value} if isinstance(value, str) else set()


RESOURCES = ("name", "d1_databases", "r2_buckets", "queues", "analytics_engine_datasets", "routes")
SHARED = {"DB", "FILES", "RECORDINGS", "ANALYTICS", "migrations"}


def test_staging_has_no_resource_of_production():
    staging, production = (
        texts([environments.config_of(BASE, each)[key] for key in RESOURCES])
        for each in (STAGING, PRODUCTION)
    )

    assert staging & production == SHARED
    assert "session-room-staging-recordings-dead" in staging


def test_every_binding_of_wrangler_toml_is_kept():
    config = environments.config_of(BASE, STAGING)

    assert set(BASE) - set(config) == set()
    for key in set(BASE) - {*RESOURCES, "vars"}:
        assert config[key] == BASE[key]
    assert set(BASE["vars"]) == set(config["vars"])
    assert config["vars"]["PUBLIC_URL"] == "https://staging.school.test"
    assert [set(each) for each in config["queues"]["consumers"]] == [
        set(each) for each in BASE["queues"]["consumers"]
    ]


def test_the_names_of_production_are_those_it_always_had():
    config = environments.config_of(BASE, PRODUCTION)

    assert config["queues"] == BASE["queues"]
    assert config["r2_buckets"] == BASE["r2_buckets"]
    assert config["analytics_engine_datasets"] == BASE["analytics_engine_datasets"]


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({}, "AUTH_JWT_SECRET"),
        ({"PLUGNMEET_URL": "https://p.test"}, "PLUGNMEET_API_SECRET"),
        ({"BBB_URL": "https://b.test"}, "BBB_SECRET"),
        ({"TURN_KEY_ID": "t"}, "TURN_KEY_API_TOKEN"),
    ],
)
def test_a_setting_requires_its_secret(settings, secret):
    assert secret in environments.required_secrets(settings)
    assert secret not in environments.required_secrets({"AUTH_JWKS_URL": "https://k.test"})


@pytest.mark.parametrize(("key", "value"), [("name", "room-a"), ("domain", "a.school.test")])
def test_two_environments_may_not_share(tmp_path, key, value):
    write(tmp_path, "a")
    write(tmp_path, "b", **{key: value})

    with pytest.raises(StepFailedError, match=f"b and a have the same {key}"):
        environments.load("b", tmp_path)


def test_the_example_has_to_be_filled_in(tmp_path):
    (tmp_path / "staging.toml").write_text(
        (environments.FOLDER / "example.toml").read_text(encoding="utf-8")
    )

    with pytest.raises(StepFailedError, match="domain still has the placeholder") as refusal:
        environments.load("staging", tmp_path)
    assert "database_id still has" in str(refusal.value)


@pytest.mark.parametrize("domain", ["bestexample.com", "example.com.au", "example.community"])
def test_a_domain_that_only_resembles_the_example_is_deployed(tmp_path, monkeypatch, domain):
    write(tmp_path, "a", domain=f"sessions.{domain}")
    environment = environments.load("a", tmp_path)
    filled = {key: f"https://{domain}/{key}" for key in BASE["vars"]}
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    (tmp_path / "wrangler.toml").write_text((ROOT / "wrangler.toml").read_text(encoding="utf-8"))

    path = environments.write_config(replace(environment, vars=filled))
    assert json.loads(path.read_text())["routes"][0]["pattern"] == f"sessions.{domain}"


@pytest.mark.parametrize("value", ["example.com", "a@Example.com>", "https://a.example.com/b"])
def test_the_domain_of_the_example_is_found_wherever_it_stands(value):
    assert environments.placeholders_of(value) == [value[value.lower().index("example") :][:11]]


def test_files_and_rooms_lie_where_the_environment_says():
    somewhere = environments.config_of(BASE, STAGING)
    europe = replace(STAGING, files_jurisdiction="eu", rooms_jurisdiction="eu")
    config = environments.config_of(BASE, europe)

    assert "jurisdiction" not in somewhere["r2_buckets"][0]
    assert somewhere["vars"].get("ROOMS_JURISDICTION", "") == ""
    assert config["r2_buckets"][0]["jurisdiction"] == "eu"
    assert config["vars"]["ROOMS_JURISDICTION"] == "eu"


@pytest.mark.parametrize("label", ["../production", "example", "", "unknown"])
def test_only_a_file_of_its_own_is_deployed(tmp_path, label):
    with pytest.raises(StepFailedError):
        environments.load(label, tmp_path)


def test_secrets_and_misspelt_settings_are_refused(tmp_path):
    write(tmp_path, "a")
    with (tmp_path / "a.toml").open("a") as file:
        file.write('PLATFORM_TOKEN = "x"\nSIGN_IN_ULR = "x"\n')

    with pytest.raises(StepFailedError, match="PLATFORM_TOKEN is a secret") as refusal:
        environments.load("a", tmp_path)
    assert "SIGN_IN_ULR is not a setting" in str(refusal.value)


def test_settings_of_the_example_never_reach_cloudflare(tmp_path):
    write(tmp_path, "a")
    environment = environments.load("a", tmp_path)

    with pytest.raises(StepFailedError, match="lacks STUDENT_DASHBOARD_URL"):
        environments.write_config(environment)
    assert not (ROOT / "wrangler.a.json").exists()


def test_without_a_terminal_the_domain_is_left_as_it_is():
    assert "routes" not in environments.config_of(BASE, STAGING, with_domain=False)
    assert json.dumps(environments.config_of(BASE, STAGING)["routes"]) == (
        '[{"pattern": "staging.school.test", "custom_domain": true}]'
    )
