"""Resend's webhooks: the check of their signature, and their effect on mails and addresses."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import mail_events as mail_events_db
from mail import delivery_events
from providers import svix
from tests.unit.cast import START

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
# Computed by two independent implementations of Standard Webhooks.
VECTORS = [
    (
        1_768_478_400,
        (
            b'{"type":"email.delivered","created_at":"2026-01-15T12:00:00.000Z",'
            b'"data":{"email_id":"56761188-7520-42d8-8898-ff6fc54ce618"}}'
        ),
        "v1,H0N7TSEAZAtWq8P8wL/w5GYznkRglLrPpsBegFJzAmI=",
    ),
    (1_614_265_330, b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
]
AT, BODY, SIGNATURE = VECTORS[1]


def verified(**changes):
    headers = {"svix-id": ID, "svix-timestamp": str(AT), "svix-signature": SIGNATURE}
    now = changes.pop("now", AT)
    body = changes.pop("body", BODY)
    headers |= {f"svix-{name}": value for name, value in changes.items()}
    return svix.message_id(headers, body, SECRET, now=now)


@pytest.mark.parametrize(("at", "body", "signature"), VECTORS)
def test_signature_is_valid_for_known_vectors(at, body, signature):
    assert verified(timestamp=str(at), body=body, signature=signature, now=at) == ID


def test_signature_is_valid_among_several():
    other = "v1," + base64.b64encode(b"x" * 32).decode()

    assert verified(signature=f"{other} v2,abc {SIGNATURE}") == ID


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b'{"test": 2432232315}'},
        {"id": "msg_another"},
        {"timestamp": str(AT + 1)},
        {"timestamp": "soon"},
        {"timestamp": ""},
        {"timestamp": "²"},
        {"signature": ""},
        {"signature": SIGNATURE.removeprefix("v1,")},
        {"signature": SIGNATURE.replace("v1,", "v2,")},
        {"signature": "v1,ü"},
        {"id": ""},
        {"now": AT + 301},
        {"now": AT - 301},
    ],
)
def test_signature_is_invalid_after_any_change(changes):
    assert verified(**changes) is None


@pytest.mark.parametrize("now", [AT - 300, AT + 300])
def test_signature_is_valid_within_five_minutes(now):
    assert verified(now=now) == ID


@given(
    st.dictionaries(st.sampled_from(["id", "timestamp", "signature"]), st.text(), min_size=1),
    st.binary(),
)
def test_signature_check_rejects_garbage_without_raising(headers, body):
    assert verified(**headers, body=body) is None


def event(kind: str, **data: object) -> dict[str, object]:
    return {
        "type": f"email.{kind}",
        "data": {"email_id": "resend-1", "to": ["Lena@Example.com"], "tags": {"mail": "m1"}} | data,
    }


@pytest.mark.parametrize(
    ("kind", "data", "delivery", "suppresses"),
    [
        ("delivered", {}, "delivered", False),
        ("delivery_delayed", {}, "delayed", False),
        ("bounced", {"bounce": {"type": "Permanent", "message": "No such user"}}, "bounced", True),
        ("bounced", {"bounce": {"type": "Transient", "message": "Full"}}, "bounced", False),
        ("bounced", {}, "bounced", True),
        ("complained", {}, "complained", True),
        ("suppressed", {"suppressed": {"reason": "x"}}, "suppressed", True),
        ("failed", {"failed": {"reason": "reached_daily_quota"}}, "failed", False),
    ],
)
def test_parse_reads_delivery_events(kind, data, delivery, suppresses):
    found = delivery_events.parse(event(kind, **data))

    assert (found.delivery, found.suppresses) == (delivery, suppresses)
    assert found.addresses == ("lena@example.com",)
    assert (found.message_id, found.mail_id) == ("resend-1", "m1")


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        [],
        {},
        {"type": "email.opened", "data": {}},
        {"type": "contact.created", "data": {}},
        {"type": "email.bounced", "data": None},
        {"type": ["email.bounced"], "data": {}},
    ],
)
def test_parse_ignores_other_events(data):
    assert delivery_events.parse(data) is None


@pytest.mark.parametrize(
    "data",
    [
        {"to": None, "tags": None},
        {"to": "lena@example.com", "tags": [{"name": "mail", "value": "m1"}, 5]},
        {"to": [5, None, {}], "tags": "x", "bounce": "odd"},
    ],
)
def test_parse_never_raises_for_malformed_data(data):
    assert delivery_events.parse(event("bounced", **data)).delivery == "bounced"


@pytest.fixture
def sent(connection, db):
    """One mail that Resend accepted as resend-1."""
    connection.execute("INSERT INTO courses VALUES ('c', 'Algebra', 0)")
    for user_id in ("student", "teacher"):
        connection.execute(
            "INSERT INTO users (id, name, email, updated_at) VALUES (?, 'N', 'n@example.com', 0)",
            (user_id,),
        )
    connection.execute("INSERT INTO enrollments VALUES ('student', 'c', 0)")
    connection.execute(
        "INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start,"
        " scheduled_end, created_at, updated_at)"
        " VALUES ('s1', 'c', 'student', 'teacher', ?, ? + 1, 0, 0)",
        (START, START),
    )
    connection.execute(
        "INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, state,"
        " message_id, created_at)"
        " VALUES ('m1', '1h', 's1', 'student', ?, 0, 'sent', 'resend-1', 0)",
        (START,),
    )
    return db


async def record(db, event_id: str, data: dict[str, object]) -> tuple[str, list[str]]:
    await mail_events_db.record(db, event_id, delivery_events.parse(data), now=START)
    (mail,) = await db.all("SELECT delivery FROM mails")
    rows = await db.all("SELECT email FROM suppressions")
    return mail["delivery"], [row["email"] for row in rows]


async def test_complaint_outranks_later_events(sent):
    assert await record(sent, "e1", event("delivered")) == ("delivered", [])
    assert await record(sent, "e2", event("complained")) == ("complained", ["lena@example.com"])
    assert (await record(sent, "e3", event("delivered")))[0] == "complained"


async def test_event_finds_mail_by_tag_without_message_id(sent):
    await sent.all("UPDATE mails SET message_id = NULL")

    assert (await record(sent, "e1", event("bounced")))[0] == "bounced"


async def test_repeated_event_keeps_operators_change(sent):
    await record(sent, "e1", event("bounced"))
    await sent.all("DELETE FROM suppressions")

    assert await record(sent, "e1", event("bounced")) == ("bounced", [])
    assert await record(sent, "e2", event("bounced")) == ("bounced", ["lena@example.com"])


async def test_event_of_unknown_mail_is_recorded(sent):
    data = event("bounced", email_id="other", tags={})

    assert await record(sent, "e1", json.loads(json.dumps(data))) == (None, ["lena@example.com"])
    assert await sent.all("SELECT event_id FROM webhook_events") == [{"event_id": "e1"}]
