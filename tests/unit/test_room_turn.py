"""TURN credentials, which each join creates."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from context import HTTPAnswer
from video import turn

STUN = {"urls": "stun:stun.example.com:3478"}
CREATED = {
    "iceServers": [
        {"urls": ["stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:53"]},
        {
            "urls": [
                "turn:turn.cloudflare.com:3478?transport=udp",
                "turn:turn.cloudflare.com:53?transport=udp",
            ],
            "username": "u",
            "credential": "c",
        },
    ]
}


def context(answer: HTTPAnswer | Exception, *, key: str = "key") -> Any:
    calls: list[tuple[Any, ...]] = []

    async def http(*call: Any) -> HTTPAnswer:
        calls.append(call)
        if isinstance(answer, Exception):
            raise answer
        return answer

    settings = SimpleNamespace(
        ice_servers=(STUN,), turn_key_id=key, turn_key_api_token="turn-token"
    )
    return SimpleNamespace(settings=settings, http=http, now=1000, request_id="r", calls=calls)


async def test_credentials_last_longer_than_room_without_blocked_ports() -> None:
    ctx = context(HTTPAnswer(201, [], json.dumps(CREATED).encode()))
    servers = await turn.ice_servers(ctx, until=4600)

    ((method, url, headers, body, _),) = ctx.calls
    assert (method, url) == ("POST", turn.URL.format(key_id="key"))
    assert ("Authorization", "Bearer turn-token") in headers
    assert json.loads(body) == {"ttl": 4500}
    assert servers == [
        STUN,
        {"urls": ["stun:stun.cloudflare.com:3478"]},
        {
            "urls": ["turn:turn.cloudflare.com:3478?transport=udp"],
            "username": "u",
            "credential": "c",
        },
    ]


async def test_without_key_cloudflare_is_not_called() -> None:
    ctx = context(TimeoutError(), key="")

    assert await turn.ice_servers(ctx, until=4600) == [STUN]
    assert ctx.calls == []


@pytest.mark.parametrize(
    "answer",
    [
        TimeoutError(),
        ConnectionError(),
        HTTPAnswer(401, [], b"{}"),
        HTTPAnswer(201, [], b"<html>"),
        HTTPAnswer(201, [], b"[]"),
        HTTPAnswer(201, [], b'{"iceServers": null}'),
    ],
)
async def test_without_valid_answer_configured_servers_are_used(
    answer: HTTPAnswer | Exception,
) -> None:
    assert await turn.ice_servers(context(answer), until=4600) == [STUN]
