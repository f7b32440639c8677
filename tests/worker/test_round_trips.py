"""Budgets of D1 round trips a request, counted by the Worker in Server-Timing."""

import re

import pytest


def round_trips(response) -> int:
    told = re.fullmatch(r'd1;desc="round trips: (\d+)"', response.headers["Server-Timing"])
    return int(told[1])


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("GET", "/session/demo-joinable", 1),
        ("GET", "/session/demo-ended", 1),
        ("GET", "/session/demo-joinable/state", 1),
        ("GET", "/session/demo-joinable/calendar.ics", 1),
        ("POST", "/session/demo-joinable/join", 2),
        ("GET", "/session/no-such-session", 1),
        ("GET", "/nothing", 0),
    ],
)
def test_a_request_stays_within_its_budget(site, method, path, most):
    by_sign_in = site.request(method, path, user="demo-student")
    by_room_cookie = (
        site.request(method, path, cookie=site.room_cookie(path.split("/")[2], "demo-student"))
        if path.startswith("/session/demo")
        else by_sign_in
    )

    assert round_trips(by_sign_in) <= most
    assert round_trips(by_room_cookie) <= most


def test_a_signed_out_request_costs_no_query(site):
    assert round_trips(site.page("/session/demo-joinable")) == 0
    assert round_trips(site.get("/session/demo-joinable/state", token="garbage")) == 0


def test_a_room_link_costs_one_query(site):
    followed = site.page(f"/r/{site.link('demo-joinable', 'demo-student')}")
    forged = site.page("/r/forged")

    assert (round_trips(followed), round_trips(forged)) == (1, 0)


def test_a_calendar_costs_one_query(site):
    address = f"/calendar/{site.calendar_file('demo-student')}"
    read = site.get(address)
    unchanged = site.get(address, headers={"If-None-Match": read.headers["ETag"]})

    assert (round_trips(read), round_trips(unchanged)) == (1, 1)
    assert round_trips(site.get("/calendar/forged.ics")) == 0


def test_the_count_is_shown_only_in_development(production):
    assert "Server-Timing" not in production.get("/healthz").headers
