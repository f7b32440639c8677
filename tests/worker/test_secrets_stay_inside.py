"""No output holds a secret or a token that opens something: answers, mails, logs, D1.

A production Worker with every secret set is asked everything by everybody while its services fail
in every way; then all that has come out is searched for what must not be in it.
"""

import base64
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import websockets.sync.client
from websockets.exceptions import WebSocketException

import schedule
from routes import ROUTES
from settings import SECRETS
from tests.conftest import PRODUCTION_SECRETS
from tests.fakes import bigbluebutton, plugnmeet, resend
from tests.fakes.faults import KINDS
from tests.fakes.resend import CONNECTION_FAULTS, STATUS_FAULTS, Resend
from tests.worker.attacked import Prey, address, dump, lay_out, unsubscribe_link
from tests.worker.site import BROWSER, Site, booking
from tests.worker.webhook_messages import (
    RESEND_SECRET,
    bigbluebutton_message,
    plugnmeet_message,
    resend_message,
)
from tools.paths import ROOT

OLD_KEY = "test-older-link-secret-0123456789abcdef01"
TURN_TOKEN = "test-turn-key-token-0123456789abcdef01234"
TURN_SECRET = "test-secret-of-own-turn-servers-0123456789"
PLATFORM_SECRET = "whsec_dGVzdC1zZWNyZXQtb2YtdGhlLXBsYXRmb3JtLTEyMzQ1Ng=="
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"content": b'{"half":'},
    {"data": {"a": "b"}},
)


class Overheard:
    """A site, with all its output."""

    def __init__(self, site: Site, mail: Resend, server: Any) -> None:
        self.site = site
        self.mail = mail
        self.server = server
        self.tokens: set[str] = set()
        self._answers: list[str] = []
        site.client.event_hooks = {"request": [self._asked], "response": [self._answered]}

    def _asked(self, request: httpx.Request) -> None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        cookies = request.headers.get("cookie", "").split("; ")
        self.tokens |= {found for found in (bearer, *cookies) if found}

    def _answered(self, answer: httpx.Response) -> None:
        answer.read()
        self._answers.append(f"{answer.status_code} {answer.headers!r} {answer.text}")

    @property
    def answers(self) -> str:
        return "\n".join(self._answers)

    @property
    def mails(self) -> str:
        return json.dumps(self.mail.mails)

    @property
    def logs(self) -> str:
        return self.site.worker.logs()

    def secrets(self) -> list[str]:
        """Every key, one by one."""
        return [key for name in SECRETS for key in self.site.settings[name].split(",")]


@pytest.fixture(scope="module", params=["plugnmeet", "bigbluebutton"])
def overheard(
    request: pytest.FixtureRequest, site_with: Callable[..., Site]
) -> Iterator[Overheard]:
    """Each service in turn has the calls; both secrets are set."""
    with ExitStack() as stack:
        servers = {
            "plugnmeet": stack.enter_context(plugnmeet.running()),
            "bigbluebutton": stack.enter_context(bigbluebutton.running()),
        }
        mail = Resend(limit=100, per_s=100)
        mail.slow_s = 0.5
        address_of_mail = stack.enter_context(resend.running(mail))
        settings = servers["bigbluebutton"].settings | servers["plugnmeet"].settings
        site = site_with(
            **settings
            | PRODUCTION_SECRETS
            | {
                "ENVIRONMENT": "production",
                "LINK_SECRETS": f"{OLD_KEY},{PRODUCTION_SECRETS['LINK_SECRETS']}",
                "VIDEO_PROVIDER": request.param,
                "PEER_FIRST": "true",
                "PROVIDER_TIMEOUT_S": "0.5",
                "TURN_KEY_ID": "turn-key",
                "TURN_KEY_API_TOKEN": TURN_TOKEN,
                "TURN_URLS": "turn:turn.example.com",
                "TURN_SECRET": TURN_SECRET,
                "RESEND_API_KEY": resend.API_KEY,
                "RESEND_API_URL": address_of_mail,
                "RESEND_WEBHOOK_SECRET": RESEND_SECRET,
                "PLATFORM_WEBHOOK_SECRET": PLATFORM_SECRET,
                "RECORDING_RETRY_S": "1",
            }
        )
        overheard = Overheard(site, mail, servers[request.param])
        # Few routes differ by service: all people use the first site, two the second.
        people = None if request.param == "plugnmeet" else 2
        prey = lay_out(site)
        with site.d1() as database:
            # The call begins between two browsers, which need TURN.
            database.execute(
                "UPDATE sessions SET recording_enabled = 0 WHERE id = ?", [prey.joinable]
            )
        ask_everything(overheard, prey, people)
        yield overheard


def ask_everything(overheard: Overheard, prey: Prey, people: int | None) -> None:
    site = overheard.site
    recorded = booking(starts_in=15 * 60 - 30, **prey.people, recording_enabled=True)
    assert site.put(f"recorded-{prey.name}", recorded).is_success
    # Sessions of their own, which these requests end and cancel.
    for_every_route(site, lay_out(site), people)
    hold_calls(overheard, prey)
    # In this order: a webhook marks the student's address as bounced.
    send_mail(overheard, prey)
    deliver_webhooks(site, prey)
    talk(overheard, prey)
    for cron in (schedule.EACH_FIVE_MINUTES, schedule.HOURLY):
        site.worker.scheduled(cron)
    overheard.tokens |= {
        site.link(prey.joinable, prey.student),
        unsubscribe_link(site, prey.joinable, prey.student),
    }


def for_every_route(site: Site, prey: Prey, people: int | None) -> None:
    """As the first `people` or all of them, with various bodies, for pages and JSON."""
    everybody: tuple[dict[str, Any], ...] = (
        {},
        {"user": prey.student},
        {"user": prey.teacher},
        {"user": f"stranger-{prey.name}"},
        {"token": site.settings["PLATFORM_TOKEN"]},
        {"token": "x.y.z"},
        {"cookie": site.room_cookie(prey.joinable, prey.student)},
    )
    for route in ROUTES:
        if route.development:
            continue
        path = address(site, prey, route.path)
        for who in everybody[:people]:
            for number, body in enumerate(BODIES if route.method != "GET" else ({},)):
                headers = BROWSER if number % 2 else {"Accept": "application/json"}
                site.request(route.method, path, headers=headers, **who, **body)


def hold_calls(overheard: Overheard, prey: Prey) -> None:
    """Join with a working service, then with one that fails in every way."""
    site = overheard.site
    for session_id in (f"recorded-{prey.name}", prey.joinable):
        for who in (prey.student, prey.teacher):
            grant = site.post(f"/session/{session_id}/join", user=who)
            site.page(f"/session/{session_id}", user=who)
            assert grant.status_code == 200, grant.text
            # The grant is for its person only.
            overheard.tokens |= {grant.json().get("url", "").rpartition("=")[2]} - {""}
    for kind in KINDS:
        overheard.server.faults.plan(kind)
        answer = site.post(f"/session/recorded-{prey.name}/join", user=prey.student)
        assert answer.status_code == 503
        site.page(f"/session/recorded-{prey.name}", user=prey.student)
    site.post(f"/session/recorded-{prey.name}/end", user=prey.teacher)
    overheard.server.faults.clear()


def deliver_webhooks(site: Site, prey: Prey) -> None:
    with site.d1() as db:
        row = db.execute(
            "SELECT provider_room_id FROM sessions WHERE id = ?", [f"recorded-{prey.name}"]
        ).fetchone()
    room = {"room_id": row[0], "sid": "RM_1"}
    about = plugnmeet.recording_info(f"lost-{prey.name}")
    ready = {"event": "recording_proceeded", "room": room, "recording_info": about}
    to = [f"{prey.student}@example.com"]
    for said in (
        plugnmeet_message({"id": "1", **ready}),
        plugnmeet_message({"id": "2", **ready}, secret="x"),
        plugnmeet_message([]),
        bigbluebutton_message({"meeting_id": row[0], "record_id": f"bbb-{prey.name}"}),
        bigbluebutton_message({"meeting_id": row[0]}),
        resend_message({"type": "email.bounced", "data": {"to": to, "bounce": {"message": "No"}}}),
        resend_message({}, at=1),
    ):
        said.deliver(site)


def send_mail(overheard: Overheard, prey: Prey) -> None:
    """Mails about requests for another time: every failure once, then all due mails."""
    for session_id in (prey.early, prey.joinable):
        path = f"/session/{session_id}/reschedule"
        asked = overheard.site.post(path, user=prey.teacher, json={"reason": "I am away."})
        assert asked.status_code == 201
    for fault in (*STATUS_FAULTS, *CONNECTION_FAULTS, None):
        # The maximum number of tries in one tick.
        overheard.mail.faults.extend([fault] * 20 if fault else [])
        with overheard.site.d1() as db:
            db.execute("UPDATE mails SET not_before = 0 WHERE state IN ('pending', 'sending')")
        overheard.site.worker.scheduled()
        overheard.mail.faults.clear()


def talk(overheard: Overheard, prey: Prey) -> None:
    """Valid and invalid messages on the live socket, and a move away from peer to peer."""
    site = overheard.site
    address = f"{site.url.replace('http', 'ws', 1)}/session/{prey.joinable}/live"
    for who in (prey.student, prey.teacher):
        cookie = f"{site.settings['AUTH_COOKIE']}={site.token(who)}"
        overheard.tokens.add(cookie)
        headers = {"Cookie": cookie}
        with (
            suppress(WebSocketException),
            websockets.sync.client.connect(address, additional_headers=headers, proxy=None) as live,
        ):
            overheard._answers.append(str(live.recv(5)))
            for frame in ("{", '{"type": "move", "epoch": 0, "reason": "asked"}', b"\x00"):
                live.send(frame)
                overheard._answers.append(str(live.recv(5)))


def shapes(secret: str) -> set[str]:
    """The forms that a secret may have in the output."""
    return {
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
        secret.encode().hex(),
    }


def found(secrets: set[str] | list[str], text: str) -> list[str]:
    """The secrets that a text contains, in any form."""
    return [secret for secret in secrets if any(shape in text for shape in shapes(secret))]


def test_every_secret_is_set_and_unique(overheard):
    secrets = overheard.secrets()

    assert len(set(secrets)) == len(secrets) == len(SECRETS) + 1
    assert min(map(len, secrets)) >= 16


@pytest.mark.parametrize("encoded", [str, lambda text: quote(text, safe=""), lambda text: (
    base64.b64encode(text.encode()).decode())])  # fmt: skip
def test_the_search_finds_what_is_there(encoded):
    assert found(["a secret: äöü/+"], f"before {encoded('a secret: äöü/+')} after") != []


def test_the_searched_output_is_large(overheard):
    """Otherwise the search would find nothing in any case."""
    events = set(re.findall(r'"event": "(\w+)"', overheard.logs))
    statuses = set(re.findall(r"^(\d{3}) Headers", overheard.answers, re.MULTILINE))

    assert {"request", "provider_failed", "turn_unavailable", "mail_call_failed"} <= events
    assert {"200", "303", "401", "403", "409", "422", "503"} <= statuses
    assert "Subject" in overheard.mails or "subject" in overheard.mails
    assert len(overheard.tokens) > 10


def test_no_answer_holds_a_secret(overheard):
    assert found(overheard.secrets(), overheard.answers) == []


def test_no_mail_holds_a_secret(overheard):
    assert found(overheard.secrets(), overheard.mails) == []


def test_no_log_holds_a_secret_or_a_token(overheard):
    assert found(overheard.secrets(), overheard.logs) == []
    assert found(overheard.tokens, overheard.logs) == []
    assert "@example.com" not in overheard.logs


def test_the_database_holds_no_secret(overheard):
    everything = json.dumps(dump(overheard.site, Prey(*[""] * 11)))

    assert found(overheard.secrets(), everything) == []


def test_cloudflares_own_logs_of_addresses_are_off():
    """They would hold the tokens of room links."""
    config = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))

    assert config["observability"]["logs"]["invocation_logs"] is False
