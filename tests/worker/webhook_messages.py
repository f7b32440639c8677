"""Webhooks with genuine or forged signatures."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.fakes import bigbluebutton, hs256, plugnmeet
from tests.worker.site import Site

RESEND_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Message:
    """A webhook, ready to deliver."""

    path: str
    body: bytes
    headers: dict[str, Any]

    def deliver(self, site: Site) -> httpx.Response:
        return site.post(self.path, content=self.body, headers=self.headers)


def plugnmeet_message(content: Any, **claims: Any) -> Message:
    body = json.dumps(content).encode()
    return Message("/webhooks/plugnmeet", body, plugnmeet.signed(body, **claims))


def bigbluebutton_message(content: Any, secret: str = bigbluebutton.SECRET) -> Message:
    token = hs256.encode(content, secret)
    body = urlencode({"signed_parameters": token}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Message("/webhooks/bigbluebutton", body, headers)


def resend_message(content: Any, message_id: str = "msg_1", at: int | None = None) -> Message:
    body = json.dumps(content).encode()
    return Message("/webhooks/resend", body, resend_headers(body, message_id, at))


def resend_headers(body: bytes, message_id: str = "msg_1", at: int | None = None) -> dict[str, str]:
    timestamp = str(at or int(time.time()))
    key = base64.b64decode(RESEND_SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"svix-id": message_id, "svix-timestamp": timestamp, "svix-signature": signature}
