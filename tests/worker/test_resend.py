"""The real Worker against a fake Resend that limits rates, fails and loses responses."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from tests.fakes.resend import API_KEY, Resend, running
from tests.worker.lesson import until
from tests.worker.site import DAY, HOUR, Site, booking, error_of, person

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PEOPLE = 60


@pytest.fixture(scope="module")
def resend():
    return Resend(limit=5)


@pytest.fixture(scope="module")
def site(resend, site_with):
    with running(resend) as address:
        yield site_with(
            RESEND_API_KEY=API_KEY, RESEND_API_URL=address, RESEND_WEBHOOK_SECRET=SECRET
        )


@pytest.fixture(autouse=True)
def no_faults_left(resend):
    yield
    resend.faults.clear()


def book(site: Site, session_id: str, starts_in: int = HOUR) -> str:
    people = {role: person(f"{session_id}-{role}") for role in ("student", "teacher")}
    assert site.put(session_id, booking(starts_in=starts_in, **people)).is_success
    return session_id


def rows(site: Site, session_id: str) -> list[dict]:
    with site.d1() as db:
        found = db.execute(
            "SELECT * FROM mails WHERE session_id = ? AND state <> 'skipped' ORDER BY user_id",
            (session_id,),
        ).fetchall()
    return [dict(row) for row in found]


def let_time_pass(site: Site) -> None:
    """End all leases and delays."""
    with site.d1() as db:
        db.execute("UPDATE mails SET not_before = 0 WHERE state IN ('pending', 'sending')")


def test_reminder_is_sent_to_resend_once(site, resend, new_id):
    book(site, new_id)
    site.worker.scheduled()
    site.worker.scheduled()

    mails = rows(site, new_id)
    assert [mail["state"] for mail in mails] == ["sent", "sent"]
    assert [resend.times_mailed()[mail["id"]] for mail in mails] == [1, 1]
    accepted = {mail["message_id"]: mail for mail in resend.mails}
    assert accepted[mails[0]["message_id"]]["to"] == [f"{new_id}-student@example.com"]
    # The text is deleted in a final state.
    assert [mail["payload"] for mail in mails] == [None, None]


@pytest.mark.parametrize(
    "faults",
    [
        ["answer_lost"],
        ["taken_then_error"],
        ["cut_off"],
        ["server_error"],
        ["unavailable"],
        ["not_json"],
        ["concurrent"],
        ["rate_limited"],
        ["quota"],
        ["forbidden"],
        ["answer_lost", "concurrent", "server_error"],
    ],
)
def test_mail_is_sent_once_with_any_fault(site, resend, new_id, faults):
    book(site, new_id)
    resend.faults.extend(faults)
    for _ in range(len(faults) + 2):
        site.worker.scheduled()
        let_time_pass(site)

    mails = rows(site, new_id)
    assert [mail["state"] for mail in mails] == ["sent", "sent"], mails
    assert [resend.times_mailed()[mail["id"]] for mail in mails] == [1, 1]


def test_cancellation_before_a_repeated_call_withdraws_its_mails(site, resend, new_id):
    book(site, f"{new_id}-a")
    book(site, f"{new_id}-b")
    resend.faults.append("cut_off")
    site.worker.scheduled()
    site.cancel(f"{new_id}-a")
    let_time_pass(site)
    site.worker.scheduled()

    reminders = [mail for mail in rows(site, f"{new_id}-a") if mail["kind"] == "1h"]
    assert [mail["state"] for mail in reminders] == ["withdrawn", "withdrawn"]
    assert [resend.times_mailed()[mail["id"]] for mail in reminders] == [0, 0]
    others = rows(site, f"{new_id}-b")
    assert [resend.times_mailed()[mail["id"]] for mail in others] == [1, 1]


def test_rejected_address_is_dead_and_others_are_sent(site, resend, new_id):
    resend.refused_addresses.add(f"{new_id}-student@example.com")
    book(site, new_id)
    site.worker.scheduled()

    student, teacher = rows(site, new_id)
    assert (student["state"], teacher["state"]) == ("dead", "sent")
    assert "Invalid `to` field" in student["last_error"]
    until(lambda: '"event": "mail_dead"' in site.worker.logs(), wanted=True)


def test_many_mails_are_sent_once_within_the_rate_limit(site, resend, new_id):
    for number in range(PEOPLE):
        book(site, f"{new_id}-{number}", DAY)
    before = len(resend.calls)
    site.worker.scheduled()
    site.worker.scheduled()

    with site.d1() as db:
        ids = [
            row["id"]
            for row in db.execute(
                "SELECT id FROM mails WHERE state = 'sent' AND kind = '24h' AND session_id LIKE ?",
                (f"{new_id}-%",),
            )
        ]
    assert len(ids) == 2 * PEOPLE
    assert {resend.times_mailed()[mail_id] for mail_id in ids} == {1}
    assert len(resend.calls) - before <= 3


def signed(body: bytes, *, event_id: str, at: int | None = None, secret: str = SECRET) -> dict:
    timestamp = str(int(time.time()) if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{event_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {"svix-id": event_id, "svix-timestamp": timestamp, "svix-signature": f"v1,{signature}"}


def event(kind: str, mail: dict, address: str) -> bytes:
    data = {"email_id": mail["message_id"], "to": [address], "bounce": {"type": "Permanent"}}
    return json.dumps({"type": f"email.{kind}", "data": data}).encode()


def test_bounce_is_recorded_and_suppresses_the_address(site, resend, new_id):
    book(site, new_id)
    site.worker.scheduled()
    student, _ = rows(site, new_id)
    body = event("bounced", student, f"{new_id}-student@example.com")
    for _ in range(2):
        answer = site.post("/webhooks/resend", content=body, headers=signed(body, event_id=new_id))
        assert answer.status_code == 204
    book(site, new_id, 15 * 60)
    site.worker.scheduled()

    assert rows(site, new_id)[0]["delivery"] == "bounced"
    sent = [mail["user_id"] for mail in rows(site, new_id) if mail["kind"] == "15min"]
    assert sent == [f"{new_id}-teacher"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers: headers | {"svix-signature": "v1,AAAA"},
        lambda headers: headers | {"svix-timestamp": "1"},
        lambda headers: headers | {"svix-id": "other"},
        lambda _: {},
    ],
)
def test_webhook_with_a_wrong_signature_is_rejected(site, new_id, spoil):
    body = b'{"type": "email.bounced", "data": {"to": ["victim@example.com"]}}'
    headers = spoil(signed(body, event_id=new_id))

    error_of(site.post("/webhooks/resend", content=body, headers=headers), 401)
    with site.d1() as db:
        assert db.execute("SELECT * FROM suppressions WHERE email LIKE 'victim%'").fetchall() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"type": "email.opened"}'])
def test_signed_webhook_with_odd_content_is_ignored(site, new_id, body):
    answer = site.post("/webhooks/resend", content=body, headers=signed(body, event_id=new_id))

    assert answer.status_code == 204
