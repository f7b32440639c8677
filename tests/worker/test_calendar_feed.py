"""A person's calendar, as a calendar program reads it from the real Worker."""

from icalendar import Calendar

from tests.worker.site import DAY, HOUR, booking, error_of, person


def book(site, session_id, **changes):
    booked = booking(
        starts_in=DAY, student=person(f"s-{session_id}"), teacher=person(f"t-{session_id}")
    )
    assert site.put(session_id, booked | changes).is_success
    return booked


def address(site, person_id):
    """As the platform is told it."""
    where = f"/platform/people/{person_id}/calendar"
    told = site.get(where, token=site.settings["PLATFORM_TOKEN"])
    assert told.status_code == 200, told.text
    return told.json()["url"].removeprefix(site.url)


def test_a_calendar_follows_the_session_without_a_sign_in(site, new_id):
    booked = book(site, new_id)
    where = address(site, f"s-{new_id}")
    first = site.get(where)
    known = {"If-None-Match": first.headers["ETag"]}
    unchanged = site.get(where, headers=known)
    site.put(new_id, booked | {"scheduled_end": booked["scheduled_end"] + HOUR})
    moved = site.get(where, headers=known)
    site.cancel(new_id)
    cancelled = site.get(where, headers=known)
    entries = [
        Calendar.from_ical(answer.content).walk("VEVENT") for answer in (first, moved, cancelled)
    ]

    assert [int(entry["SEQUENCE"]) for [entry] in entries] == [0, 1, 2]
    assert [str(entry["STATUS"]) for [entry] in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert "example.com" not in first.text


def test_an_unknown_person_has_no_calendar(site):
    refused = site.get("/platform/people/nobody/calendar", token=site.settings["PLATFORM_TOKEN"])

    assert error_of(refused, 404)["code"] == "person_not_found"
    assert error_of(site.get(f"/calendar/{site.calendar_file('nobody')}"), 404)["code"] == (
        "link_broken"
    )


def test_the_lobby_offers_it_to_who_is_signed_in(site, new_id):
    book(site, new_id)
    who = f"s-{new_id}"
    link = f"webcal:{site.url.partition(':')[2]}{address(site, who)}"

    assert link in site.page(f"/session/{new_id}", user=who).text
    by_link = site.page(f"/session/{new_id}", cookie=site.room_cookie(new_id, who))
    assert (by_link.status_code, "webcal:" in by_link.text) == (200, False)
