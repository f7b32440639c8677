"""Bookings in bulk: `PUT /platform/sessions` in the real D1."""

import asyncio
import json

import pytest

from sessions import booking_body
from tests.people import STUDENT, both
from tests.worker.site import HOUR, MINUTE, booking, error_of, person
from tests.worker.test_round_trips import round_trips

MANY = booking_body.MAX_BOOKINGS


def put_many(site, items, **said):
    token = {"token": site.settings["PLATFORM_TOKEN"]} | said
    return site.request("PUT", "/platform/sessions", json={"sessions": items}, **token)


def results(site, items):
    answer = put_many(site, items)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_each_booking_is_answered_by_itself(site, new_id):
    booked = booking()
    site.put(f"{new_id}-over", booked)
    site.cancel(f"{new_id}-over")
    late = {
        "scheduled_start": booked["scheduled_start"] + HOUR,
        "scheduled_end": booked["scheduled_end"] + HOUR,
    }
    site.put(f"{new_id}-moved", booked)
    wrong = booking(student=person("student", email="nobody"))
    found = results(
        site,
        [
            {"id": f"{new_id}-a", **booked},
            {"id": f"{new_id}-wrong", **wrong},
            {"id": f"{new_id}-over", **booked, **late},
            {"id": f"{new_id}-moved", **booked, **late},
            {"id": f"{new_id}-a", **booked},
        ],
    )

    assert [(each["id"].removeprefix(new_id), each["status"]) for each in found] == [
        ("-a", 201),
        ("-wrong", 422),
        ("-over", 409),
        ("-moved", 200),
        ("-a", 422),
    ]
    assert found[0] == {
        "id": f"{new_id}-a",
        "status": 201,
        "url": f"{site.url}/session/{new_id}-a",
    }
    assert set(found[1]["error"]["fields"]) == {"student.email"}
    assert found[2]["error"]["code"] == "conflict"
    assert "twice" in found[4]["error"]["fields"]["id"]
    error_of(site.platform("GET", f"{new_id}-wrong"), 404)
    assert site.show(f"{new_id}-moved")["scheduled_start"] == late["scheduled_start"]


def test_as_many_as_are_accepted_cost_two_round_trips(site, new_id):
    """Each with other people, and with all fields as long as most platforms have them."""
    items = [
        {
            "id": f"{new_id}-{number}",
            **booking(
                starts_in=number * HOUR,
                student=person(f"{new_id}-s{number}", avatar=f"https://x.example/{'s' * 500}"),
                teacher=person(f"{new_id}-t{number}", avatar=f"https://x.example/{'t' * 500}"),
            ),
        }
        for number in range(1, MANY + 1)
    ]
    created, again = put_many(site, items), put_many(site, items)

    assert len(json.dumps(items)) > 500_000, "several parameters"
    assert [each["status"] for each in created.json()["results"]] == [201] * MANY
    assert [each["status"] for each in again.json()["results"]] == [200] * MANY
    assert (round_trips(created), round_trips(again)) == (2, 2)
    assert site.show(f"{new_id}-{MANY}")["student"]["id"] == f"{new_id}-s{MANY}"


async def test_the_room_of_a_changed_session_is_told(site, book):
    room = book(starts_in=5 * MINUTE)
    student = await room.enter(STUDENT)
    first = await student.receive("session")
    moved = {
        "id": room.id,
        **booking(**both()),
        "scheduled_start": room.start,
        "scheduled_end": room.end + HOUR,
    }
    (found,) = await asyncio.to_thread(results, site, [moved])
    told = await student.receive("session")

    assert (found["status"], first["scheduled_end"]) == (200, room.end)
    assert told["scheduled_end"] == room.end + HOUR


@pytest.mark.parametrize("token", [None, "wrong"])
def test_only_the_platforms_token_is_accepted(site, new_id, token):
    refused = put_many(site, [{"id": new_id, **booking()}], token=token)

    assert error_of(refused, 401)["message"] == "The platform's token is missing or wrong."
    error_of(site.platform("GET", new_id), 404)


@pytest.mark.parametrize("count", [0, MANY + 1])
def test_too_few_and_too_many_bookings_are_refused(site, count):
    refused = error_of(put_many(site, [{}] * count), 422)

    assert set(refused["fields"]) == {"sessions"}


def test_a_huge_body_is_refused(site):
    body = b'"' + b"x" * booking_body.MAX_BODY_BYTES + b'"'
    said = {"token": site.settings["PLATFORM_TOKEN"], "content": body}

    assert error_of(site.request("PUT", "/platform/sessions", **said), 413)["code"] == "too_large"
