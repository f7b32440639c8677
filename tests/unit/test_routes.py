"""The route table names its handlers: each must be there, and starting must not need them all."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import routes

SOURCE = Path(routes.__file__).parent
# What costs most to import, and what no page, state or join needs.
HEAVY = ("pydantic", "httpx", "icalendar", "urllib.request", "http.client")


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_has_its_handler(route):
    taken = list(inspect.signature(route.handle).parameters)

    assert inspect.iscoroutinefunction(route.handle)
    assert len(taken) == 2 + route.path.count("{")


@pytest.mark.parametrize(
    "names", ["app, handlers.session, handlers.room", "conversation, held_call, rates, record"]
)
def test_people_in_a_hurry_wait_for_no_heavy_import(names):
    found = f"[name for name in {HEAVY} if name in sys.modules]"
    program = f"import abridged, sys, {names}; print({found})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=SOURCE, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
