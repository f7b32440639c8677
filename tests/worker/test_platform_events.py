"""The real Worker and its rooms tell a platform that fails, is slow or loses answers."""

import time

import pytest

from events import sending
from tests.fakes import platform as fake
from tests.worker.live_room import rooms_on
from tests.worker.site import HOUR, booking, error_of, eventually


@pytest.fixture(scope="module")
def platform():
    with fake.running() as server:
        yield server


@pytest.fixture(scope="module")
def site(platform, site_with):
    return site_with(
        PLATFORM_WEBHOOK_URL=platform.url, PLATFORM_WEBHOOK_SECRET=",".join(fake.SECRETS)
    )


@pytest.fixture(autouse=True)
def no_faults_left(platform):
    yield
    platform.faults.clear()


def events(site, **query):
    answer = site.get("/platform/events", params=query, token=site.settings["PLATFORM_TOKEN"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def let_time_pass(site):
    """End all pauses and leases."""
    with site.d1() as db:
        db.execute("UPDATE platform_events SET not_before = 0 WHERE state = 'pending'")


def test_a_booking_is_told_at_once(site, platform, new_id):
    site.put(new_id, booking())
    [event] = eventually(lambda: platform.of(new_id))

    assert event["type"] == "session.booked"
    assert event["sequence"] == 1
    assert event["data"]["student_id"] == "student"
    assert event["data"]["recording_enabled"] is False
    assert platform.headers[event["id"]]["webhook-id"] == event["id"]
    assert platform.refused == 0


def test_a_change_that_changes_nothing_is_not_told(site, platform, new_id):
    same = booking()
    site.put(new_id, same)
    site.put(new_id, same)
    site.cancel(new_id)
    site.cancel(new_id)
    eventually(lambda: len(platform.of(new_id)) == 2)

    assert platform.types(new_id) == ["session.booked", "session.cancelled"]


async def test_a_room_tells_who_came_and_left(site, platform):
    async with rooms_on(site.worker) as book:
        room = book(starts_in=0)
        student = await room.enter("demo-student")
        teacher = await room.enter("demo-teacher")
        await teacher.receive("session", status="in_progress")
        await student.leave()
        types = eventually(
            lambda: (found := platform.types(room.id)) and "participant.left" in found and found
        )
        assert types == [
            "session.booked",
            "participant.joined",
            "participant.joined",
            "session.started",
            "participant.left",
        ]


@pytest.mark.parametrize("fault", [500, 302, "cut off"])
def test_a_failed_event_comes_again_with_the_same_id(site, platform, new_id, fault):
    platform.faults.append(fault)
    site.put(new_id, booking())
    eventually(lambda: not platform.faults)
    site.cancel(new_id)
    assert platform.of(new_id) == []
    eventually(lambda: events_of(site, new_id)[0]["delivery"]["last_error"])

    let_time_pass(site)
    site.worker.scheduled()

    assert platform.types(new_id) == ["session.booked", "session.cancelled"]
    told = [event["id"] for event in platform.of(new_id)]
    assert told == [event["id"] for event in events_of(site, new_id)]


def test_an_event_that_is_gone_is_dead_until_it_is_retried(site, platform, new_id):
    platform.faults.append(410)
    site.put(new_id, booking())
    eventually(lambda: events_of(site, new_id)[0]["delivery"]["state"] == "dead")
    [dead] = events_of(site, new_id)
    listed = events(site, state="dead")["events"]
    assert dead["id"] in [event["id"] for event in listed]

    again = site.post(f"/platform/events/{dead['id']}/retry", token=site.settings["PLATFORM_TOKEN"])

    assert again.status_code == 202
    assert eventually(lambda: platform.types(new_id)) == ["session.booked"]


def test_a_platform_that_is_down_for_three_days_gets_what_it_missed_from_an_operator(
    site, platform, new_id
):
    """What docs/failures.md says, with pauses that a test does not wait for."""
    platform.down_for.add(new_id)
    asked = int(time.time())
    site.put(new_id, booking())
    for attempt, pause in enumerate(sending.PAUSES_S, 1):
        told = eventually(lambda attempt=attempt: attempt_of(site, new_id, attempt))
        assert asked + pause <= told["not_before"] <= time.time() + pause
        asked = int(time.time())
        let_time_pass(site)
        site.worker.scheduled()
    told = eventually(lambda: attempt_of(site, new_id, len(sending.PAUSES_S) + 1))
    platform.down_for.remove(new_id)
    site.cancel(new_id)
    assert eventually(lambda: platform.types(new_id)) == ["session.cancelled"]

    assert told["state"] == "dead"
    assert sending.PAUSES_S[:5] == (5, 30, 120, 600, 1800)
    assert sum(sending.PAUSES_S) == pytest.approx(72 * HOUR, rel=0.03)
    [dead] = [each for each in events_of(site, new_id) if each["type"] == "session.booked"]
    assert f"/ops/events/{dead['id']}/retry" in site.page("/ops").text
    assert site.post(f"/ops/events/{dead['id']}/retry").status_code == 303
    eventually(lambda: len(platform.of(new_id)) == 2)
    assert platform.types(new_id) == ["session.cancelled", "session.booked"]
    assert f"/ops/events/{dead['id']}/retry" not in site.page("/ops").text


def attempt_of(site, session_id, attempt):
    """The session's first event once this attempt has failed, with the moment of the next one."""
    with site.d1() as db:
        row = db.execute(
            "SELECT attempts, state, not_before, last_error FROM platform_events"
            " WHERE session_id = ? AND sequence = 1",
            [session_id],
        ).fetchone()
    if row is None or row["attempts"] != attempt:
        return None
    return row if row["last_error"] else None


def test_a_slow_platform_delays_no_answer(site, platform, new_id):
    platform.faults.append("slow")
    answer = site.put(new_id, booking())

    assert answer.elapsed.total_seconds() < fake.SLOW_S
    assert eventually(lambda: platform.types(new_id)) == ["session.booked"]


def test_many_bookings_are_told_at_once_and_wait_for_no_slow_platform(site, platform, new_id):
    platform.faults.append("slow")
    many = [booking(id=f"{new_id}-{number}") for number in range(12)]
    answer = site.request(
        "PUT",
        "/platform/sessions",
        token=site.settings["PLATFORM_TOKEN"],
        json={"sessions": many},
    )

    assert answer.status_code == 200, answer.text
    assert answer.elapsed.total_seconds() < fake.SLOW_S
    for each in many:
        assert eventually(lambda each=each: platform.types(each["id"])) == ["session.booked"]


def test_a_deletion_that_cancels_sessions_is_told_at_once(site, platform, new_id):
    person = {"id": new_id, "name": "Lena", "email": f"{new_id}@example.com"}
    site.put(new_id, booking(starts_in=HOUR, student=person))
    site.request(
        "DELETE", f"/platform/people/{new_id}?cancel=true", token=site.settings["PLATFORM_TOKEN"]
    )
    eventually(lambda: len(platform.of(new_id)) == 2)

    assert platform.types(new_id) == ["session.booked", "session.cancelled"]


def test_the_log_has_all_events_in_pages(site, new_id):
    start = events(site, limit=500)["next"]
    for number in range(3):
        site.put(f"{new_id}-{number}", booking(starts_in=HOUR))
    first = events(site, after=start, limit=2)
    rest = events(site, after=first["next"], limit=2)

    found = [event["session_id"] for event in first["events"] + rest["events"]]
    assert found == [f"{new_id}-{number}" for number in range(3)]
    assert events(site, after=rest["next"])["events"] == []


def test_only_the_platform_reads_the_log(site):
    error_of(site.get("/platform/events"), 401)
    error_of(site.get("/platform/events", user="student"), 401)
    error_of(site.post("/platform/events/evt_0/retry", user="student"), 401)
    token = site.settings["PLATFORM_TOKEN"]
    error_of(site.post("/platform/events/evt_0/retry", token=token), 404)
    error_of(site.get("/platform/events?limit=9999", token=token), 422)


def events_of(site, session_id):
    return [
        event for event in events(site, limit=500)["events"] if event["session_id"] == session_id
    ]
