"""The configuration: parsed strictly, with every problem named at once."""

import re
import subprocess
import sys
from dataclasses import replace
from email.headerregistry import AddressHeader

import pytest

from settings import DEVELOPMENT_MARK, NAMES, SECRETS, Settings, SettingsError
from tools.paths import ROOT

COMPLETE = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://sessions.example.com",
    "SIGN_IN_URL": "https://www.example.com/sign-in",
    "STUDENT_DASHBOARD_URL": "https://www.example.com/student",
    "TEACHER_DASHBOARD_URL": "https://www.example.com/teacher",
    "COURSE_URL": "https://www.example.com/courses/{course_id}",
    "AUTH_JWT_SECRET": "0123456789abcdef0123456789abcdef",
    "PLATFORM_TOKEN": "fedcba9876543210fedcba9876543210",
    "LINK_SECRETS": "the-older-key-of-links,the-newer-key-of-links",
}
REQUIRED = [name for name in COMPLETE if name != "ENVIRONMENT"]
DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "operations.md"]
# A row of a Markdown table whose first cell is the setting's name in backticks.
TABLE_ROW = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]*)`( \(secret\))?\s*\|", re.MULTILINE)


def problems(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(COMPLETE | changes)
    return caught.value.problems


def test_a_complete_configuration_is_read():
    settings = Settings.from_env(COMPLETE)

    assert settings.public_url == "https://sessions.example.com"
    assert settings.link_secrets == ("the-older-key-of-links", "the-newer-key-of-links")
    assert not settings.development


def test_settings_in_a_log_line_show_no_secret():
    shown = f"{Settings.from_env(COMPLETE)!r}"

    assert not [name for name in SECRETS if COMPLETE.get(name, "-none-") in shown]


def test_all_missing_settings_are_named_at_once():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"ENVIRONMENT": "production"})

    (problem,) = caught.value.problems
    assert problem.startswith("missing settings: ")
    assert set(problem.removeprefix("missing settings: ").split(", ")) == set(REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_setting_counts_as_missing(name, empty):
    assert problems(**{name: empty}) == [f"missing settings: {name}"]


@pytest.mark.parametrize("secret", ["whsec_", "whsec_***", "whsec_abc"])
def test_an_invalid_signing_secret_is_refused(secret):
    sentence = "RESEND_WEBHOOK_SECRET must be a signing secret such as whsec_..."

    assert problems(RESEND_WEBHOOK_SECRET=secret) == [sentence]


def test_problems_of_several_kinds_are_named_together():
    found = problems(
        ROOMS_JURISDICTION="mars",
        PEER_FIRST="maybe",
        VIDEO_PROVIDER="zoom",
        SIGN_IN_URL="",
        ICE_SERVERS="[",
    )

    assert len(found) == 5
    for name in (
        "ROOMS_JURISDICTION",
        "PEER_FIRST",
        "VIDEO_PROVIDER",
        "SIGN_IN_URL",
        "ICE_SERVERS",
    ):
        assert any(name in problem for problem in found)


@pytest.mark.parametrize(
    ("words", "value"), [(("true", "True", "1", "yes"), True), (("false", "0", "no", ""), False)]
)
def test_a_boolean_accepts_known_words(words, value):
    assert {Settings.from_env(COMPLETE | {"PEER_FIRST": w}).peer_first for w in words} == {value}


@pytest.mark.parametrize("word", ["on", "enabled", "ture", "2", "None"])
def test_a_boolean_refuses_other_words(word):
    assert problems(PEER_FIRST=word) == ["PEER_FIRST must be true or false"]


@pytest.mark.parametrize("environment", ["staging", "Production", "dev"])
def test_only_two_environments_exist(environment):
    assert "ENVIRONMENT must be development or production" in problems(ENVIRONMENT=environment)


@pytest.mark.parametrize("name", [name for name in SECRETS if name in COMPLETE])
def test_development_secrets_are_refused_in_production(name):
    secret = f"{DEVELOPMENT_MARK}secret-of-something"

    assert problems(**{name: secret}) == [f"development secrets in production: {name}"]


def test_one_development_key_among_production_keys_is_refused():
    found = problems(LINK_SECRETS=f"a-good-key-of-links,{DEVELOPMENT_MARK}key")

    assert found == ["development secrets in production: LINK_SECRETS"]


def test_development_accepts_development_secrets():
    changes = {"ENVIRONMENT": "development", "PLATFORM_TOKEN": f"{DEVELOPMENT_MARK}token"}

    assert Settings.from_env(COMPLETE | changes).development


@pytest.mark.parametrize(
    "raw", ["[", "{}", '"stun:x"', "[1]", '[{"url": "stun:x"}]', '[{"urls": 1}]', '[{"urls": [1]}]']
)
def test_ice_servers_are_a_json_list_of_servers(raw):
    (problem,) = problems(ICE_SERVERS=raw)

    assert problem.startswith("ICE_SERVERS must be a JSON list")


def test_ice_servers_keep_their_fields():
    raw = '[{"urls": ["stun:stun.example.com"]}, {"urls": "turn:t", "username": "u"}]'

    first, second = Settings.from_env(COMPLETE | {"ICE_SERVERS": raw}).ice_servers
    assert first == {"urls": ["stun:stun.example.com"]}
    assert second["username"] == "u"


@pytest.mark.parametrize(
    ("raw", "urls"),
    [
        ("turn:turn.example.com", ("turn:turn.example.com",)),
        (
            "turn:203.0.113.1:3478, turns:turn.example.com:443?transport=tcp,turn:[2001:db8::1]:80",
            (
                "turn:203.0.113.1:3478",
                "turns:turn.example.com:443?transport=tcp",
                "turn:[2001:db8::1]:80",
            ),
        ),
    ],
)
def test_turn_servers_are_separated_by_commas(raw, urls):
    settings = Settings.from_env(COMPLETE | {"TURN_URLS": raw, "TURN_SECRET": "s"})

    assert settings.turn_urls == urls


@pytest.mark.parametrize(
    "raw",
    [
        ",",
        "turn.example.com",
        "stun:stun.example.com",
        "turn://turn.example.com",
        "turn:turn.example.com?transport=sctp",
        "turn:turn.example.com:port",
        '["turn:turn.example.com"]',
    ],
)
def test_an_invalid_turn_server_is_refused_by_name(raw):
    (problem,) = problems(TURN_URLS=raw)

    assert problem.startswith("TURN_URLS must be like turn:")


@pytest.mark.parametrize(
    ("settings", "lacking"),
    [
        ({}, True),
        ({"ICE_SERVERS": '[{"urls": ["stun:stun.example.com"]}]'}, True),
        ({"ICE_SERVERS": '[{"urls": "turn:turn.example.com"}]'}, False),
        ({"ICE_SERVERS": '[{"urls": ["stun:s.example.com", "turns:t.example.com"]}]'}, False),
        ({"TURN_KEY_ID": "k", "TURN_KEY_API_TOKEN": "t"}, False),
        ({"TURN_URLS": "turn:turn.example.com", "TURN_SECRET": "s"}, False),
        # A call that cannot connect moves to the provider.
        (
            {
                "VIDEO_PROVIDER": "bigbluebutton",
                "BBB_URL": "https://b.example/api",
                "BBB_SECRET": "s",
                "PEER_FIRST": "true",
            },
            False,
        ),
        ({"ENVIRONMENT": "development"}, False),
    ],
)
def test_a_missing_relay_is_named(settings, lacking):
    sentence = "without TURN some pairs of networks cannot connect"

    assert (sentence in Settings.from_env(COMPLETE | settings).lacks()) is lacking


@pytest.mark.parametrize(
    ("raw", "origin"),
    [
        ("https://sessions.example.com/", "https://sessions.example.com"),
        ("http://localhost:8787/x?y", "http://localhost:8787"),
    ],
)
def test_the_public_url_is_an_origin(raw, origin):
    assert Settings.from_env(COMPLETE | {"PUBLIC_URL": raw}).public_url == origin


@pytest.mark.parametrize("raw", ["sessions.example.com", "ftp://example.com", "https://"])
def test_an_invalid_public_url_is_refused(raw):
    assert any(
        problem.startswith("PUBLIC_URL must be a URL") for problem in problems(PUBLIC_URL=raw)
    )


def test_a_jwks_replaces_the_shared_secret():
    changes = {"AUTH_JWT_SECRET": "", "AUTH_JWKS_URL": "https://www.example.com/jwks.json"}

    assert Settings.from_env(COMPLETE | changes).auth_jwt_secret == ""


@pytest.mark.parametrize(
    ("switch", "needed"),
    [
        (
            {"VIDEO_PROVIDER": "plugnmeet"},
            {"PLUGNMEET_URL", "PLUGNMEET_API_KEY", "PLUGNMEET_API_SECRET"},
        ),
        ({"VIDEO_PROVIDER": "bigbluebutton"}, {"BBB_URL", "BBB_SECRET"}),
        ({"TURN_KEY_ID": "key"}, {"TURN_KEY_API_TOKEN"}),
        ({"TURN_URLS": "turn:turn.example.com"}, {"TURN_SECRET"}),
    ],
)
def test_a_feature_requires_its_settings(switch, needed):
    (problem,) = problems(**switch)

    assert set(problem.removeprefix("missing settings: ").split(", ")) == needed


def test_problems_never_repeat_a_secret():
    secrets = {name: f"{DEVELOPMENT_MARK}hush-{name}" for name in SECRETS}

    assert "hush" not in str(problems(**secrets))


def test_every_setting_is_documented_and_secrets_are_marked():
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS if path.is_file()]
    rows = dict(row for text in texts for row in TABLE_ROW.findall(text))

    assert set(NAMES) - set(rows) == set()
    assert {name for name, mark in rows.items() if mark} == set(SECRETS)


def test_a_weak_setting_is_named_without_its_value():
    strong = Settings(
        public_url="https://sessions.example.com",
        platform_token="p" * 32,
        link_secrets=("k" * 32,),
        auth_jwks_url="https://example.com/jwks",
        resend_api_key="re_1",
        resend_webhook_secret="whsec_MTIz",
        turn_urls=("turn:turn.example.com",),
        turn_secret="t" * 32,
    )
    weak = replace(
        strong,
        public_url="http://x",
        link_secrets=("k" * 32, "leaked"),
        resend_api_key="",
        turn_secret="short",
    )

    assert strong.weaknesses() == []
    assert replace(weak, environment="development").weaknesses() == []
    assert weak.weaknesses() == [
        "LINK_SECRETS is shorter than 32 characters",
        "TURN_SECRET is shorter than 32 characters",
        "PUBLIC_URL is not https",
        "without RESEND_API_KEY nobody gets mail",
    ]
    without_webhooks = replace(strong, resend_webhook_secret="")
    sentence = "without RESEND_WEBHOOK_SECRET bounces and complaints are not heard of"
    assert without_webhooks.weaknesses() == without_webhooks.lacks() == [sentence]
    # Anybody can read it, so it tells nothing about the strength of secrets.
    assert weak.lacks() == ["without RESEND_API_KEY nobody gets mail"]
    assert strong.lacks() == []


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        ("sessions@example.com", "sessions@example.com"),
        ("Session Room <sessions@localhost>", "Session Room <sessions@localhost>"),
        ("Café Zoë <x@example.com>", "Café Zoë <x@example.com>"),
        ("<x@example.com>", "x@example.com"),
        ("Care Team, Billing <x@example.com>", '"Care Team, Billing" <x@example.com>'),
        ("Dr. Who (Care) <x@example.com>", '"Dr. Who (Care)" <x@example.com>'),
        ("Back\\slash <x@example.com>", '"Back\\\\slash" <x@example.com>'),
        ('"Care Team, Billing" <x@example.com>', '"Care Team, Billing" <x@example.com>'),
        ('"The \\"Room\\"" <x@example.com>', '"The \\"Room\\"" <x@example.com>'),
    ],
)
def test_the_sender_is_formatted_as_rfc_5322(raw, sender):
    assert Settings.from_env(COMPLETE | {"MAIL_FROM": raw}).mail_from == sender


def test_any_sender_is_formatted_as_one_address():
    """Parsed as mail programs parse it."""
    raw = "Care Team, Billing <x@example.com>"
    sender = Settings.from_env(COMPLETE | {"MAIL_FROM": raw}).mail_from

    (address,) = AddressHeader.value_parser(sender).mailboxes
    assert (address.display_name, address.addr_spec) == ("Care Team, Billing", "x@example.com")


@pytest.mark.parametrize(
    "raw",
    [
        "Session Room",
        "a@example.com, Billing <x@example.com>",
        "a@example.com, x@example.com",
        '"Care Team <x@example.com>',
        'Care "Team <x@example.com>',
        'Care "Team" <x@example.com>',
        '"Care" Team <x@example.com>',
        '"Care\\" <x@example.com>',
        "Care\x07Team <x@example.com>",
        "Care\x85Team <x@example.com>",
        "Care\nTeam <x@example.com>",
        "Care\u202eTeam <x@example.com>",
        "Care <x@example.com> Team",
        "Care <x@example.com",
        "Care <a..b@example.com>",
        "Care <.a@example.com>",
        "Care <a@-example.com>",
        "Care <a@example..com>",
        "Care <a b@example.com>",
        "Care <a@exämple.com>",
        'Care <"a@example.com>',
    ],
)
def test_an_invalid_sender_is_refused_by_name(raw):
    sentence = "MAIL_FROM must be like Session Room <sessions@example.com>"

    assert problems(MAIL_FROM=raw) == [sentence]


ADDRESSES = [
    *("SIGN_IN_URL", "STUDENT_DASHBOARD_URL", "TEACHER_DASHBOARD_URL", "COURSE_URL"),
    *("RESCHEDULE_URL", "BOOK_URL", "AUTH_JWKS_URL", "PLUGNMEET_URL", "BBB_URL", "RESEND_API_URL"),
]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "raw", ["www.example.com", "javascript:alert(1)", "https://x.example/\x07"]
)
def test_an_invalid_address_is_refused_by_name(name, raw):
    (problem,) = problems(**{name: raw})

    assert problem.startswith(f"{name} must be a URL")


def test_framing_origins_are_read_as_browsers_write_them():
    raw = "https://www.Example.com , https://app.example.com:443,http://localhost:8080,"
    settings = Settings.from_env(COMPLETE | {"EMBED_ORIGINS": raw})

    assert settings.embed_origins == (
        "https://www.example.com",
        "https://app.example.com",
        "http://localhost:8080",
    )
    assert "EMBED_ORIGINS is not https" in settings.weaknesses()


@pytest.mark.parametrize(
    "raw",
    [
        "*",
        "https:",
        "https://*.example.com",
        "https://www.example.com/",
        "www.example.com",
        "https://a.example 'self'",
        "https://a.example;script-src *",
        "https://a@b.example",
        "'self'",
        "https://bücher.example",
    ],
)
def test_what_is_no_origin_is_refused(raw):
    assert problems(EMBED_ORIGINS=raw) == [
        "EMBED_ORIGINS must be like https://www.example.com,https://app.example.com"
    ]


def test_tools_read_the_names_before_a_package_is_installed():
    script = "from tools.project_settings import names; print(*names())"
    # Without site-packages and without paths of the environment.
    python = [sys.executable, "-S", "-E", "-c", script]
    read = subprocess.run(python, cwd=ROOT, capture_output=True, text=True, check=True)

    assert tuple(read.stdout.split()) == NAMES
