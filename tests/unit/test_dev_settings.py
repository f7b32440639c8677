"""The settings of a local Worker."""

from settings import DEVELOPMENT_MARK, SECRETS, Settings
from tools import dev_settings
from tools.project_settings import names

ORIGIN = "http://localhost:8787"


def merged(tmp_path, **environment):
    return dev_settings.merged(ORIGIN, names(), tmp_path / ".dev.vars", environment)


def test_environment_overrides_file_and_file_overrides_defaults(tmp_path):
    (tmp_path / ".dev.vars").write_text("PLATFORM_TOKEN='of # the file'\nMAIL_FROM=a@b.c\n")
    settings = merged(tmp_path, MAIL_FROM="d@e.f", NOT_A_SETTING="x")

    assert settings["PLATFORM_TOKEN"] == "of # the file"
    assert settings["MAIL_FROM"] == "d@e.f"
    assert settings["PUBLIC_URL"] == ORIGIN
    assert "NOT_A_SETTING" not in settings


def test_production_gets_random_secrets_for_missing_ones(tmp_path):
    settings = merged(tmp_path, ENVIRONMENT="production", PLATFORM_TOKEN="mine")

    assert not Settings.from_env(settings).development
    assert settings["PLATFORM_TOKEN"] == "mine"
    assert not [name for name in SECRETS if DEVELOPMENT_MARK in settings.get(name, "")]


def test_the_stand_in_frames_sessions_from_another_site(tmp_path):
    settings = dev_settings.with_stand_in(merged(tmp_path))
    chosen = dev_settings.with_stand_in(merged(tmp_path, EMBED_ORIGINS="https://a.example"))

    assert settings["EMBED_ORIGINS"] == "http://platform.localhost:8787"
    assert chosen["EMBED_ORIGINS"] == "https://a.example"
