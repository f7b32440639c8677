"""The route table names its handlers: each exists, and the start imports few of them."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import routes
from errors import MethodNotAllowedError, NotFoundError

SOURCE = Path(routes.__file__).parent
# The slowest imports, which page, state and join do not need.
HEAVY = ("pydantic", "httpx", "icalendar", "urllib.request", "http.client")


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_has_a_handler(route):
    taken = list(inspect.signature(route.handle).parameters)

    assert inspect.iscoroutinefunction(route.handle)
    assert len(taken) == 2 + route.path.count("{")


@pytest.mark.parametrize(
    "names",
    [
        "app, handlers.session, handlers.room",
        "room.relay, room.provider_call, room.message_limits, room.session_record",
    ],
)
def test_page_and_join_import_no_heavy_module(names):
    found = f"[name for name in {HEAVY} if name in sys.modules]"
    program = f"import abridged, sys, {names}; print({found})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=SOURCE, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_a_piece_of_the_path_becomes_an_argument():
    pieces = ["", "session", "s 1", "uploads", "r/2", "parts", "3"]
    route, taken = routes.match("PUT", pieces, development=False)

    assert route.handler == "uploads.put_part"
    assert taken == {"session_id": "s 1", "resource_id": "r/2", "number": "3"}


@pytest.mark.parametrize(
    "path", ["", "//", "/session/", "/session//state", "/session/a/state/", "/dev"]
)
def test_an_unknown_path_is_not_found(path):
    with pytest.raises(NotFoundError):
        routes.match("GET", path.split("/"), development=False)


def test_a_path_answers_its_methods_and_head_like_get():
    assert routes.match("HEAD", ["", "healthz"], development=False)[0].handler == "ops.healthz"
    with pytest.raises(MethodNotAllowedError) as refused:
        routes.match("PATCH", ["", "platform", "sessions", "s1"], development=False)

    assert ("Allow", "PUT, GET, HEAD") in refused.value.headers
