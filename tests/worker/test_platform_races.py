"""Many simultaneous calls of the platform: retries and conflicting changes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.worker.site import HOUR, booking

AT_ONCE = 20


def all_at_once(calls):
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [future.result() for future in [threads.submit(call) for call in calls]]


def test_of_many_identical_bookings_one_creates(site, new_id):
    booked = booking()
    answers = all_at_once([lambda: site.put(new_id, booked)] * AT_ONCE)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: AT_ONCE - 1}
    assert site.show(new_id)["sequence"] == 0


def test_changes_that_cross_each_other_never_mix(site, new_id):
    first = booking()
    site.put(new_id, first)
    wanted = [
        first
        | {
            "scheduled_start": first["scheduled_start"] + number * HOUR,
            "scheduled_end": first["scheduled_end"] + number * HOUR,
            "course": {"id": f"course-{number}", "title": f"Course {number}"},
        }
        for number in range(1, AT_ONCE + 1)
    ]
    answers = all_at_once([lambda body=body: site.put(new_id, body) for body in wanted])
    known = site.show(new_id)

    stored = Counter(answer.status_code for answer in answers)
    assert set(stored) <= {200, 409}
    assert known["sequence"] == stored[200] >= 1
    names = ("scheduled_start", "scheduled_end", "course")
    assert {name: known[name] for name in names} in [
        {name: body[name] for name in names} for body in wanted
    ]
    # In this race possibly no call is refused; a test of bookings checks the refusal.
    assert {answer.json()["error"]["code"] for answer in answers if answer.is_error} <= {"conflict"}


def test_a_cancellation_among_changes_is_final(site, new_id):
    first = booking()
    site.put(new_id, first)
    moves = [
        lambda hours=hours: site.put(
            new_id, first | {"scheduled_end": first["scheduled_end"] + hours * HOUR}
        )
        for hours in range(1, 10)
    ]
    answers = all_at_once([*moves[:5], lambda: site.cancel(new_id), *moves[5:]])

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert site.show(new_id)["status"] == "cancelled"
