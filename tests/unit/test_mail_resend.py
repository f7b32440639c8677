"""The Resend client against the Resend fake, and the fake against Resend's documentation."""

import json

import httpx
import pytest

from providers.mail import BatchRefusedError, KeyReusedError, Receipt, TryLaterError
from providers.resend import ACCOUNT_RETRY_S, QUOTA_RETRY_S, ResendMail
from tests.fakes.resend import API_KEY, KEY_LIFE_S, ConnectionLostError, Resend


class World:
    """A clock that only `sleep` moves, and a fake Resend that uses it."""

    def __init__(self, **limits: float) -> None:
        self.now = 1_800_000_000.0
        self.slept = 0.0
        self.requests: list[httpx.Request] = []
        self.service = Resend(clock=lambda: self.now, **limits)
        transport = httpx.MockTransport(self._answer)
        client = httpx.AsyncClient(transport=transport, base_url="https://api.resend.com")
        self.mail = ResendMail(client, API_KEY, clock=lambda: self.now, sleep=self._sleep)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        try:
            answer = self.service.call(
                request.method, request.url.path, dict(request.headers), await request.aread()
            )
        except ConnectionLostError as error:
            raise httpx.ReadError("cut off", request=request) from error
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def letter(number: int, **changes: object) -> str:
    return json.dumps(
        {
            "from": "Session Room <sessions@example.com>",
            "to": [f"u{number}@example.com"],
            "subject": "Tomorrow",
            "html": "<p>Tomorrow</p>",
            "text": "Tomorrow",
            "headers": {"X-Entity-Ref-ID": str(number)},
            "tags": [{"name": "mail", "value": str(number)}],
        }
        | changes
    )


async def test_send_makes_one_call_with_all_headers():
    world = World()
    receipts = await world.mail.send([letter(1), letter(2)], "key-1")

    assert receipts == [Receipt("resend-0"), Receipt("resend-1")]
    (request,) = world.requests
    assert (request.method, str(request.url)) == ("POST", "https://api.resend.com/emails/batch")
    assert request.headers["authorization"] == f"Bearer {API_KEY}"
    assert request.headers["idempotency-key"] == "key-1"
    assert request.headers["x-batch-validation"] == "permissive"
    assert request.headers["user-agent"].startswith("session-room/")
    assert request.headers["content-type"] == "application/json"


async def test_send_reports_a_wrong_address_and_sends_the_others():
    world = World()
    receipts = await world.mail.send([letter(1), letter(2, to=["nobody"]), letter(3)], "key")

    assert receipts == [
        Receipt("resend-0"),
        Receipt(refused="Invalid `to` field."),
        Receipt("resend-1"),
    ]
    assert sorted(world.service.times_mailed()) == ["1", "3"]


async def test_repeated_call_sends_nothing_again():
    world = World()
    first = await world.mail.send([letter(1)], "key")

    assert await world.mail.send([letter(1)], "key") == first
    assert world.service.times_mailed() == {"1": 1}


async def test_changed_call_with_a_known_key_is_rejected():
    world = World()
    await world.mail.send([letter(1), letter(2)], "key")

    with pytest.raises(KeyReusedError):
        await world.mail.send([letter(1)], "key")


async def test_fake_forgets_key_after_a_day():
    world = World()
    await world.mail.send([letter(1)], "key")
    world.now += KEY_LIFE_S
    await world.mail.send([letter(1)], "key")

    assert world.service.times_mailed() == {"1": 2}


@pytest.mark.parametrize(
    ("fault", "may_be_accepted", "was_taken"),
    [
        ("cut_off", True, False),
        ("answer_lost", True, True),
        ("taken_then_error", True, True),
        ("server_error", True, False),
        ("unavailable", True, False),
        ("not_json", True, False),
        ("concurrent", True, False),
        ("quota", False, False),
        ("forbidden", False, False),
    ],
)
async def test_send_distinguishes_failures(fault, may_be_accepted, was_taken):
    world = World()
    world.service.faults.append(fault)
    with pytest.raises(TryLaterError) as caught:
        await world.mail.send([letter(1)], "key")

    assert caught.value.may_be_accepted == may_be_accepted
    assert bool(world.service.mails) == was_taken
    await world.mail.send([letter(1)], "key")
    assert world.service.times_mailed() == {"1": 1}


@pytest.mark.parametrize(
    ("fault", "seconds"), [("quota", QUOTA_RETRY_S), ("forbidden", ACCOUNT_RETRY_S)]
)
async def test_account_problem_delays_the_retry(fault, seconds):
    world = World()
    world.service.faults.append(fault)
    with pytest.raises(TryLaterError) as caught:
        await world.mail.send([letter(1)], "key")

    assert caught.value.retry_after_s == seconds


async def test_wrong_batch_raises_refused():
    world = World()
    with pytest.raises(BatchRefusedError, match="422 validation_error: Invalid `to`"):
        await world.mail.send([letter(1, to=["nobody"])], "key")


async def test_wrong_sender_address_raises_try_later():
    world = World()
    wrong = letter(1).replace("sessions@example.com", "sessions")
    with pytest.raises(TryLaterError) as caught:
        await world.mail.send([wrong], "key")

    assert not caught.value.may_be_accepted


async def test_client_keeps_within_the_rate_limit():
    world = World(limit=5)
    for number in range(20):
        await world.mail.send([letter(number)], f"key-{number}")

    assert {status for _, status in world.service.calls} == {200}
    assert 3 <= world.slept < 5


async def test_client_waits_after_rate_limit_response():
    world = World()
    world.service.faults.extend(["rate_limited", "rate_limited"])
    receipts = await world.mail.send([letter(1)], "key")

    assert receipts == [Receipt("resend-0")]
    assert world.slept == pytest.approx(2)


async def test_client_gives_up_after_repeated_rate_limits():
    world = World()
    world.service.faults.extend(["rate_limited"] * 9)
    with pytest.raises(TryLaterError) as caught:
        await world.mail.send([letter(1)], "key")

    assert not caught.value.may_be_accepted
    assert len(world.requests) == 4
    assert world.slept < 5


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"data": 5}', b'{"data": [], "errors": "x"}', b'{"data": [{"id": 5}]}'],
)
async def test_success_with_malformed_body_is_success(body):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    client = httpx.AsyncClient(transport=transport, base_url="https://api.resend.com")

    async def sleep(_: float) -> None:
        """This test needs no clock."""

    mail = ResendMail(client, API_KEY, clock=lambda: 0.0, sleep=sleep)

    assert await mail.send([letter(1), letter(2)], "key") == [Receipt(), Receipt()]


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_malformed_retry_after_is_ignored(text):
    answer = httpx.Response(
        429, headers={"retry-after": text}, json={"name": "rate_limit_exceeded"}
    )
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: answer), base_url="https://api.resend.com"
    )

    async def sleep(_: float) -> None:
        """This test needs no clock."""

    mail = ResendMail(client, API_KEY, clock=lambda: 0.0, sleep=sleep)
    with pytest.raises(TryLaterError) as caught:
        await mail.send([letter(1)], "key")

    assert caught.value.retry_after_s is None
