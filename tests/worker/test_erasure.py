"""A person is deleted, in the real D1 and with people in the room."""

from tests.worker.live_room import until
from tests.worker.site import DAY, HOUR, booking, error_of, person
from tests.worker.test_round_trips import round_trips


def erase(site, person_id, **said):
    token = {"token": site.settings["PLATFORM_TOKEN"]} | said
    return site.request("DELETE", f"/platform/people/{person_id}", **token)


def people(new_id):
    return {
        "student": person(f"s-{new_id}", name="Lena Fischer", given_name="Lena"),
        "teacher": person(f"t-{new_id}"),
    }


def account(site, person_id):
    with site.d1() as db:
        [row] = db.execute("SELECT name, given_name, email FROM users WHERE id = ?", [person_id])
    return tuple(row)


def mails(site, session_id):
    """To whom the session's mails went, and how they begin."""
    with site.d1() as db:
        rows = db.execute(
            "SELECT o.to_email, o.subject FROM outbox o JOIN mails m ON m.id = o.id"
            " WHERE m.session_id = ?",
            [session_id],
        ).fetchall()
    return [tuple(row) for row in rows]


def test_a_person_with_a_session_ahead_is_not_deleted(site, new_id):
    site.put(new_id, booking(starts_in=DAY, **people(new_id)))
    refused = erase(site, f"s-{new_id}")

    assert error_of(refused, 409) == {
        "code": "upcoming_sessions",
        "message": "This person has sessions ahead. Cancel them first, or add ?cancel=true.",
        "session_ids": [new_id],
    }
    assert account(site, f"s-{new_id}")[0] == "Lena Fischer"


def test_the_sessions_are_cancelled_and_the_mail_has_the_name(site, new_id):
    site.put(new_id, booking(starts_in=DAY, **people(new_id)))
    first = erase(site, f"s-{new_id}", params={"cancel": "true"})
    again = erase(site, f"s-{new_id}", params={"cancel": "true"})
    site.worker.scheduled()

    assert (first.status_code, first.json()) == (200, {"id": f"s-{new_id}", "status": "deleted"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert account(site, f"s-{new_id}") == ("Deleted person", None, "deleted@person.invalid")
    assert site.show(new_id)["status"] == "cancelled"
    [(to, subject)] = mails(site, new_id)
    assert to == f"t-{new_id}@example.com"
    assert "Lena Fischer" in subject
    assert round_trips(first) == 4


def test_the_other_person_still_reads_the_lesson(site, new_id):
    site.put(new_id, booking(starts_in=-2 * HOUR, **people(new_id)))
    site.worker.scheduled()
    answer = erase(site, f"s-{new_id}")
    page = site.page(f"/session/{new_id}", user=f"t-{new_id}")

    assert (answer.status_code, page.status_code) == (200, 200)
    assert "Lena" not in page.text


async def test_people_in_the_room_are_sent_out(site, book):
    """The people of a room are those of other tests, so this one gets another student."""
    room = book(starts_in=300, student=person("s-in-room"))
    teacher = await room.enter("demo-teacher")
    await until(room.present, {"demo-teacher"})
    answer = erase(site, "s-in-room", params={"cancel": "true"})
    ended = await teacher.receive("ended")

    assert (answer.status_code, ended["reason"]) == (200, "cancelled")


def test_an_unknown_person_and_a_wrong_token_are_refused(site, new_id):
    site.put(new_id, booking(starts_in=DAY, **people(new_id)))

    assert error_of(erase(site, "nobody"), 404)["code"] == "person_not_found"
    error_of(erase(site, f"s-{new_id}", token="wrong", params={"cancel": "true"}), 401)
    assert account(site, f"s-{new_id}")[0] == "Lena Fischer"
