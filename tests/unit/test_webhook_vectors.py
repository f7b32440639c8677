"""Signatures while secrets rotate, against two independent implementations: PyPI's and npm's.

The signatures below were made by OpenSSL, and the first one is the vector of Standard Webhooks.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from providers import platform_webhook
from tools.node import node_folder
from tools.paths import ROOT

OLD = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
NEW = "whsec_AgICAgICAgICAgICAgICAgICAgICAgIC"
ANOTHER = "whsec_AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD"
SPECS = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLERANCE_S = 5 * 60


class Vector(NamedTuple):
    """A delivery, and the header that these secrets give it."""

    id: str
    at: int
    body: str
    secrets: tuple[str, ...]
    header: str


BOOKED = (
    '{"type":"session.booked","id":"evt_1","sequence":1,"session_id":"lesson-42",'
    '"created_at":1788000000,"data":{}}'
)
ADDED = '{"type":"resource.added","data":{"name":"Übung – Zoë 🎻.pdf"}}'
BOOKED_BY_OLD = "v1,x+MDjlm9XRNL3GrgHDOqPTFKgySjYSjqpivRg+Z4WCY="
BOOKED_BY_NEW = "v1,ThsIDFhhKHzBX6V34FqRxQ4QrfMh2tJgtiBeiKniB5M="
ADDED_BY_BOTH = (
    "v1,eeG8uPNcHLmvwdRGYL33LmHii/Uercam4Qvs2fevv2U= "
    "v1,DoFNlnWSMZWP8BDJBsfExazxUWHVqO1W3HNUC+U3rs0="
)
VECTORS = {
    "of the specification": Vector(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
        (SPECS,),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    "before the rotation": Vector("evt_1", 1788000000, BOOKED, (OLD,), BOOKED_BY_OLD),
    "during the rotation": Vector(
        "evt_1", 1788000000, BOOKED, (OLD, NEW), f"{BOOKED_BY_OLD} {BOOKED_BY_NEW}"
    ),
    "after the rotation": Vector("evt_1", 1788000000, BOOKED, (NEW,), BOOKED_BY_NEW),
    "during the rotation, not ASCII": Vector("evt_1", 1788000000, ADDED, (OLD, NEW), ADDED_BY_BOTH),
}

Verify = Callable[[str, dict[str, str], str, int], bool]


@pytest.fixture(params=list(VECTORS.values()), ids=list(VECTORS))
def vector(request: pytest.FixtureRequest) -> Vector:
    found: Vector = request.param
    return found


@pytest.fixture(params=["PyPI", "npm"])
def verify(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Return whether this implementation takes a delivery with its secret, at this time."""

    def by_python(secret: str, headers: dict[str, str], body: str, now: int) -> bool:
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.fromtimestamp(now, tz or UTC)

        monkeypatch.setattr("standardwebhooks.webhooks.datetime", Clock)
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True

    def by_node(secret: str, headers: dict[str, str], body: str, now: int) -> bool:
        delivery = {"secret": secret, "headers": headers, "body": body, "now": now}
        script = ROOT / "tests" / "unit" / "verify_webhook.mjs"
        answer = subprocess.run(
            [str(node_folder() / "node"), str(script)],
            input=json.dumps(delivery),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert answer in ("taken\n", "refused\n")
        return answer == "taken\n"

    return by_python if request.param == "PyPI" else by_node


def headers_of(vector: Vector, **changes: str) -> dict[str, str]:
    return {
        "webhook-id": vector.id,
        "webhook-timestamp": str(vector.at),
        "webhook-signature": vector.header,
    } | {name.replace("_", "-"): value for name, value in changes.items()}


def test_each_secret_signs(vector: Vector):
    made = platform_webhook.signature(vector.id, vector.body, vector.secrets, now=vector.at)
    assert made == vector.header


def test_each_secret_verifies_and_no_other(vector: Vector, verify: Verify):
    headers = headers_of(vector)
    for secret in (OLD, NEW, ANOTHER, SPECS):
        takes = verify(secret, headers, vector.body, vector.at)
        assert takes == (secret in vector.secrets), secret


def test_a_changed_delivery_is_refused(verify: Verify):
    vector = VECTORS["during the rotation"]
    _, new = vector.secrets
    late = vector.at + TOLERANCE_S + 1
    assert verify(new, headers_of(vector), vector.body, vector.at + TOLERANCE_S)
    assert not verify(new, headers_of(vector), vector.body + " ", vector.at)
    assert not verify(new, headers_of(vector, webhook_id="evt_2"), vector.body, vector.at)
    assert not verify(
        new, headers_of(vector, webhook_timestamp="1788000001"), vector.body, vector.at
    )
    assert not verify(new, headers_of(vector), vector.body, late)
