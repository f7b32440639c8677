"""TURN credentials, which each join creates."""

import base64
import json
import subprocess
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


def context(answer: HTTPAnswer | Exception, *, key: str = "key", **settings: Any) -> Any:
    calls: list[tuple[Any, ...]] = []

    async def http(*call: Any) -> HTTPAnswer:
        calls.append(call)
        if isinstance(answer, Exception):
            raise answer
        return answer

    usual = {
        "ice_servers": (STUN,),
        "turn_key_id": key,
        "turn_key_api_token": "turn-token",
        "turn_urls": (),
        "turn_secret": "",
    }
    return SimpleNamespace(
        settings=SimpleNamespace(**usual | settings),
        http=http,
        now=1000,
        request_id="r",
        calls=calls,
    )


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


OWN = {"turn_urls": ("turn:turn.example.com:3478",), "turn_secret": "shared with coturn"}


async def test_own_servers_get_a_signed_name_that_outlives_the_room() -> None:
    stun, server = await turn.ice_servers(context(TimeoutError(), key="", **OWN), until=4600)

    assert stun == STUN
    assert server["urls"] == ["turn:turn.example.com:3478"]
    expires_at, _, _ = server["username"].partition(":")
    assert int(expires_at) == 4600 + turn.MARGIN_S
    assert server["credential"] == signed_by_openssl(server["username"], "shared with coturn")


async def test_each_join_gets_another_name() -> None:
    ctx = context(TimeoutError(), key="", **OWN)
    (_, first), (_, second) = [await turn.ice_servers(ctx, until=4600) for _ in range(2)]

    assert first["username"] != second["username"]


async def test_own_servers_stand_beside_cloudflares() -> None:
    answer = HTTPAnswer(201, [], json.dumps(CREATED).encode())
    servers = await turn.ice_servers(context(answer, **OWN), until=4600)

    names = [server.get("username", "") for server in servers]
    assert [bool(name) for name in names] == [False, True, False, True]


async def test_own_servers_remain_when_cloudflare_does_not_answer() -> None:
    servers = await turn.ice_servers(context(TimeoutError(), **OWN), until=4600)

    assert [server["urls"] for server in servers] == [STUN["urls"], ["turn:turn.example.com:3478"]]


def signed_by_openssl(username: str, secret: str) -> str:
    """Return the credential as coturn's documentation computes it."""
    command = ["openssl", "dgst", "-binary", "-sha1", "-hmac", secret]
    done = subprocess.run(command, input=username.encode(), capture_output=True, check=True)
    return base64.b64encode(done.stdout).decode()
