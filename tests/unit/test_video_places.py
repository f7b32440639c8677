"""The place of a call, and the providers' signatures against the vectors of their documentation."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

import i18n
from domain import call_location
from domain.model import Role
from errors import WebhookRejectedError
from providers import (
    bigbluebutton,
    bigbluebutton_calls,
    plugnmeet,
    plugnmeet_room,
    plugnmeet_webhook,
)
from settings import Settings
from tests.fakes import plugnmeet as fake
from tests.fakes import plugnmeet_schema
from tests.unit.cast import START, session

SECRET = "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6"
BBB_SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


def settings(provider: str = "plugnmeet", **changes) -> Settings:
    return Settings(
        public_url="https://rooms.example",
        video_provider=provider,
        plugnmeet_url="https://plug.example",
        plugnmeet_api_key="plugnmeet",
        plugnmeet_api_secret=SECRET,
        bbb_url="https://bbb.example/bigbluebutton/api/",
        bbb_secret=BBB_SECRET,
        link_secrets=("k",),
        **changes,
    )


def provider(held_at, peer_first, *, recorded=False, url=None, configured="plugnmeet"):
    booked = session(provider=held_at, recording_enabled=recorded, bbb_meeting_url=url)
    return call_location.place_of(booked, settings(configured, peer_first=peer_first)).provider


def test_place_follows_settings_and_booking():
    assert provider(None, peer_first=False) == "plugnmeet"
    assert provider(None, peer_first=True) == "peer"
    assert provider("peer", peer_first=True) == "peer"
    assert provider(None, peer_first=True, recorded=True) == "plugnmeet"
    assert provider(None, peer_first=True, configured="peer") == "peer"
    assert provider(None, peer_first=False, recorded=True, configured="peer") == "peer"
    assert provider(None, peer_first=False, url="https://b.example/x") == "bigbluebutton"


def test_place_never_returns_to_peer():
    assert provider("plugnmeet", peer_first=True) == "plugnmeet"


def test_room_ids_differ_between_calls():
    names = {
        call_location.new_room_id(booked, settings())
        for booked in (
            session(),
            session(id="user_1-FIELD_"),
            session(scheduled_start=START + 60),
            session(sequence=2),  # moved away and back
            session(id="x" * 64),
        )
    }

    assert len(names) == 5
    assert all(re.fullmatch(r"lesson-[0-9a-f]{40}", name) for name in names)
    assert call_location.new_room_id(session(), settings()) in names


@pytest.mark.parametrize(
    ("held", "keeps"),
    [
        ({"provider": "plugnmeet", "provider_room_id": "lesson-1"}, True),
        ({"provider": "bigbluebutton", "provider_room_id": "lesson-1"}, False),
        (
            {
                "provider": "plugnmeet",
                "provider_room_id": "lesson-1",
                "provider_room_over": True,
            },
            False,
        ),
        ({}, False),
    ],
)
def test_call_keeps_its_room_while_it_is_in_use(held, keeps):
    moved = session(scheduled_start=START + 600, sequence=1, **held)
    place = call_location.place_of(moved, settings())

    assert (place.room_id == "lesson-1") is keeps


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            b'{"roomId":"room01"}',
            "496fdc50f71f8990b97827dcefd81ce6114e74e810c436a1fad74cc9b5d0321b",
        ),
        (
            b'{"room_id":"room01"}',
            "4b60a468df680c0739f6c7255626b31c8934efc1293b9e40667575b964bf24b5",
        ),
        (b"{}", "d2a7003d22b6b6f94519230776f45e19d2086b20d1711a8eae6b0ee24d51cfeb"),
    ],
)
def test_plugnmeet_signature_equals_documented_vector(body, signature):
    assert plugnmeet.sign(body, SECRET) == signature


def test_plugnmeet_webhook_digest_equals_documented_vector():
    body = (
        b'{"event":"room_started","room":{"sid":"e43f","room_id":"room01"},"id":"EV_x",'
        b'"created_at":"1787212800"}'
    )
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert digest == "RT0ZXnFr3vpPf2gUWQBrp/euGTlHH31nhhQkwZS5s08="
    headers = {name.lower(): value for name, value in fake.signed(body).items()}

    plugnmeet_webhook.verify(headers, body, key="plugnmeet", secret=SECRET)
    delivery = plugnmeet_webhook.parse(body)
    assert (delivery.id, delivery.room_id, delivery.event) == ("EV_x", "room01", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_700_000_000},
        {"nbf": 4_000_000_000},
        {"iss": "somebody"},
        {"sha256": None},  # a join token is signed with the same secret
        {"sha256": "x"},
        {"exp": None},
        {"secret": "another"},
    ],
)
def test_verify_refuses_forged_and_stale_webhooks(changes):
    body = b'{"event":"room_finished","room":{},"id":"1"}'
    headers = {name.lower(): value for name, value in fake.signed(body, **changes).items()}

    with pytest.raises(WebhookRejectedError):
        plugnmeet_webhook.verify(headers, body, key="plugnmeet", secret=SECRET)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"id":1}', b'{"id":1,"event":"participant_joined","room":7}', b"\xff"],
)
def test_parse_refuses_malformed_webhooks(body):
    with pytest.raises(WebhookRejectedError):
        plugnmeet_webhook.parse(body)


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("role", list(Role))
def test_plugnmeet_requests_fit_schema(recorded, role):
    booked = session(recording_enabled=recorded)
    create = plugnmeet_room.create_request(booked, "r", "https://rooms.example")
    token = plugnmeet_room.token_request(booked, "r", role, "https://rooms.example")

    assert plugnmeet_schema.create_problems(create) == []
    assert plugnmeet_schema.token_problems(token) == []


@pytest.mark.parametrize(
    ("chosen", "locale", "page", "expected"),
    [
        ("de", "en-US", "de", "de-DE"),
        (None, "de-AT", "de", "de-DE"),
        ("pt-BR", "", "pt-BR", "pt-PT"),
        # Not ours, but theirs.
        (None, "it", "en", "it-IT"),
        (None, "zh-TW", "en", "zh-TW"),
        # The browser's language, as on the page.
        (None, "", "uk", "uk-UA"),
        (None, "tlh", "en", "en"),
    ],
)
def test_a_call_at_a_provider_has_the_persons_language(chosen, locale, page, expected):
    booked = session()
    student = booked.student._replace(language=chosen, locale=locale)
    booked = booked._replace(student=student)
    with i18n.reading(page):
        token = plugnmeet_room.token_request(booked, "r", Role.STUDENT, "https://rooms.example")
        joining = bigbluebutton_calls.join_parameters(
            booked, "r", Role.STUDENT, create_time="1", public_url="https://rooms.example"
        )

    assert token["user_info"]["user_metadata"]["preferred_lang"] == expected
    # Its client reads all tags.
    assert joining["userdata-bbb_override_default_locale"] == (chosen or locale or page)


def test_not_in_effect_lists_differing_features():
    create = plugnmeet_room.create_request(session(), "r", "https://rooms.example")
    asked = create["metadata"]["room_features"]
    old = plugnmeet_schema.features_in_effect(asked, honours_false=True)
    new = plugnmeet_schema.features_in_effect(asked, honours_false=False)

    assert plugnmeet_room.not_in_effect(asked, old) == []
    differing = plugnmeet_room.not_in_effect(asked, new)
    assert "breakout_room_features.is_allow" in differing
    assert "recording_features.enable_auto_cloud_recording" not in differing


def test_bigbluebutton_checksum_equals_documented_vector():
    # sha256 over createname=Test&meetingID=abc123 and the secret
    url = bigbluebutton_calls.signed_url(
        "https://b.example/bigbluebutton",
        "create",
        {"name": "Test", "meetingID": "abc123"},
        BBB_SECRET,
    )

    assert url == (
        "https://b.example/bigbluebutton/api/create?name=Test&meetingID=abc123"
        "&checksum=b483ac19b926150ed225883a75699b4697e08623407efebf0d7d4c97e30987ce"
    )


def test_bigbluebutton_webhook_accepts_only_signed_token():
    token = (
        "eyJhbGciOiJIUzI1NiJ9.eyJtZWV0aW5nX2lkIjoiYWJjMTIzIiwicmVjb3JkX2lkIjoiaW50LTEifQ."
        "EoYlWP5680fJ88kHE0w_qduF2Ylan2SrPQ__R889rH4"
    )
    service = bigbluebutton.BigBlueButton(settings("bigbluebutton"), lambda: None)
    delivery = service.parse_webhook({}, f"signed_parameters={token}".encode(), now=START)

    assert (delivery.room_id, delivery.event.record_id) == ("abc123", "int-1")
    for forged in (token[:-3] + "abc", token.rpartition(".")[0] + ".", "", "x.y.z"):
        with pytest.raises(WebhookRejectedError):
            service.parse_webhook({}, f"signed_parameters={forged}".encode(), now=START)


def test_message_key_reads_both_forms_of_errors():
    one = b"<response><returncode>FAILED</returncode><messageKey>notFound</messageKey></response>"
    other = (
        b"<response><returncode>FAILED</returncode><messageKey/>"
        b'<errors><error key="checksumError" message="no"/></errors></response>'
    )

    assert bigbluebutton_calls.message_key(bigbluebutton_calls.parse_xml(one)) == "notFound"
    assert bigbluebutton_calls.message_key(bigbluebutton_calls.parse_xml(other)) == "checksumError"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html/>", b"<response/>", b"{}", b"<!DOCTYPE x [<!ENTITY a 'b'>]><response/>"],
)
def test_parse_xml_refuses_other_documents(body):
    with pytest.raises(ValueError, match=r"not|XML"):
        bigbluebutton_calls.parse_xml(body)


@pytest.mark.parametrize("provider", ["peer", "plugnmeet", "bigbluebutton"])
def test_frame_origins_are_configured_providers_only(provider):
    both = settings(provider)
    own = session(bbb_meeting_url="https://own.example:8443/rooms/x")

    assert call_location.frame_origins(session(), both) == (
        "https://plug.example",
        "https://bbb.example",
    )
    assert call_location.frame_origins(own, both) == ("https://own.example:8443",)
    assert call_location.frame_origins(session(), replace(both, plugnmeet_url="", bbb_url="")) == ()
    assert call_location.frame_origins(session(), replace(both, plugnmeet_url="")) == (
        "https://bbb.example",
    )
