"""Another time: one person asks, the other decides; a yes moves the session and its mails."""

import re
import time

import pytest

from tests.worker.site import DAY, HOUR, MINUTE, Site, booking, error_of, person


@pytest.fixture(scope="module")
def site(site_with) -> Site:
    return site_with(MAIL_FROM="Reschedule <reschedule@example.com>")


def in_days(days: float) -> int:
    """A full hour, this far ahead."""
    return (int(time.time()) // HOUR + 1) * HOUR + int(days * DAY)


class Pair:
    """A session of two new people."""

    def __init__(self, site: Site, session_id: str, starts_in: int = 2 * DAY) -> None:
        self.site, self.id = site, session_id
        self.path = f"/session/{session_id}/reschedule"
        self.student, self.teacher = f"{session_id}-student", f"{session_id}-teacher"
        self.book(session_id, starts_in=starts_in)

    def book(self, session_id: str, *, starts_in: int = 0, start: int | None = None) -> None:
        times = {"scheduled_start": start, "scheduled_end": start + HOUR} if start else {}
        people = {"student": person(self.student), "teacher": person(self.teacher)}
        answer = self.site.put(session_id, booking(starts_in=starts_in, **(people | times)))
        assert answer.is_success, answer.text

    def ask(self, *times: int, user: str | None = None, reason: str = "I am ill.", **said):
        data = {"proposed_times": list(times), "reason": reason}
        return self.site.post(self.path, user=user or self.student, json=data, **said)

    def answer(self, request: str, choice: int | str, *, user: str | None = None):
        data = {"request": request, "choice": choice}
        return self.site.post(f"{self.path}/answer", user=user or self.teacher, json=data)

    def mails(self, state: str = "sent") -> list[tuple[str, str]]:
        with self.site.d1() as db:
            rows = db.execute(
                "SELECT kind, user_id FROM mails WHERE session_id = ? AND state = ? ORDER BY rowid",
                (self.id, state),
            ).fetchall()
        return [(row["kind"], row["user_id"].removeprefix(f"{self.id}-")) for row in rows]

    def sequence(self) -> int:
        text = self.site.get(f"/session/{self.id}/calendar.ics", user=self.student).text
        return int(re.search(r"SEQUENCE:(\d+)", text)[1])


@pytest.fixture
def pair(site, new_id) -> Pair:
    return Pair(site, new_id)


def test_an_accepted_request_moves_the_session(site, pair):
    times = [in_days(3), in_days(4)]
    asked = pair.ask(*times)
    assert asked.status_code == 201
    site.worker.scheduled()
    assert pair.mails() == [("reschedule_asked", "teacher")]
    before = pair.sequence()
    answered = pair.answer(asked.json()["id"], times[1])
    assert answered.json() == {"id": asked.json()["id"], "state": "accepted"}
    site.worker.scheduled()

    known = site.show(pair.id)
    assert (known["scheduled_start"], known["scheduled_end"]) == (times[1], times[1] + HOUR)
    assert pair.sequence() == before + 1
    assert pair.mails()[1:] == [
        ("reschedule_accepted", "student"),
        ("reschedule_accepted", "teacher"),
    ]


def test_a_declined_request_moves_nothing_and_is_mailed(site, pair):
    start = site.show(pair.id)["scheduled_start"]
    asked = pair.ask(in_days(3)).json()["id"]
    assert pair.answer(asked, "decline").json()["state"] == "declined"
    site.worker.scheduled()

    assert site.show(pair.id)["scheduled_start"] == start
    # The mail about the request is not sent: the request has an answer already.
    assert pair.mails() == [("reschedule_declined", "student")]
    error_of(pair.answer(asked, in_days(3)), 409)


def test_reminders_follow_the_new_time(site, new_id):
    pair = Pair(site, new_id, HOUR)
    site.worker.scheduled()
    assert ("1h", "student") in pair.mails()
    start = int(time.time()) + DAY
    asked = pair.ask(start).json()["id"]
    pair.answer(asked, start)
    site.worker.scheduled()

    assert ("24h", "student") in pair.mails()


@pytest.mark.parametrize("whose", ["student", "teacher"])
def test_a_clash_with_either_persons_other_session_is_refused(site, pair, whose):
    start = in_days(5)
    asked = pair.ask(start).json()["id"]
    other = booking(
        scheduled_start=start + HOUR // 2,
        scheduled_end=start + HOUR,
        **{
            "student": person(f"{pair.id}-other"),
            "teacher": person(f"{pair.id}-another"),
            whose: person(f"{pair.id}-{whose}"),
        },
    )
    assert site.put(f"{pair.id}-clash", other).is_success
    before = site.show(pair.id)["scheduled_start"]
    error = error_of(pair.answer(asked, start), 409)

    assert "another session at that time" in error["message"]
    assert ("You have" in error["message"]) == (whose == "teacher")
    assert site.show(pair.id)["scheduled_start"] == before
    site.cancel(f"{pair.id}-clash")
    assert pair.answer(asked, start).status_code == 200


def test_sessions_back_to_back_do_not_clash(site, pair):
    start = in_days(5)
    pair.book(f"{pair.id}-before", start=start - HOUR)
    pair.book(f"{pair.id}-after", start=start + HOUR)
    asked = pair.ask(start).json()["id"]

    assert pair.answer(asked, start).status_code == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"proposed_times": [], "reason": ""}, 422),
        ({"proposed_times": [1]}, 422),
        ({"proposed_times": [in_days(800)]}, 422),
        ({"proposed_times": [in_days(n) for n in range(3, 7)]}, 422),
        ({"proposed_times": "tomorrow"}, 422),
        ({"proposed_times": [in_days(3)], "reason": "x" * 501}, 422),
        ({"proposed_times": [in_days(3)], "surprise": 1}, 422),
        ({"reason": "Some other day?"}, 201),
    ],
)
def test_a_request_is_checked(site, pair, data, status):
    assert site.post(pair.path, user=pair.student, json=data).status_code == status


def test_only_the_other_person_answers_with_a_proposed_time(site, pair):
    asked = pair.ask(in_days(3)).json()["id"]

    error_of(pair.answer(asked, in_days(3), user=pair.student), 409)
    error_of(pair.answer(asked, in_days(4)), 409)
    error_of(pair.answer("unknown", in_days(3)), 409)
    error_of(pair.answer(asked, in_days(3), user="demo-stranger"), 403)
    error_of(site.post(pair.path, json={"reason": "x"}), 401)


def test_a_counter_proposal_replaces_the_request(site, pair):
    first = pair.ask(in_days(3)).json()["id"]
    second = pair.ask(in_days(4), user=pair.teacher).json()["id"]

    error_of(pair.answer(first, in_days(3)), 409)
    assert pair.answer(second, in_days(4), user=pair.student).status_code == 200


def test_requests_are_limited_per_day(site, pair):
    answers = [pair.ask(in_days(3 + n)).status_code for n in range(6)]

    assert answers == [201] * 5 + [409]
    state = site.get(f"/session/{pair.id}/state", user=pair.teacher).json()
    assert state["reschedule_asked_by"] == "student"


def test_a_move_by_the_platform_closes_the_request(site, pair):
    asked = pair.ask(in_days(3)).json()["id"]
    pair.book(pair.id, starts_in=4 * DAY)

    error_of(pair.answer(asked, in_days(3)), 409)
    assert (
        site.get(f"/session/{pair.id}/state", user=pair.teacher).json()["reschedule_asked_by"]
        is None
    )


def test_an_ended_session_is_not_moved(site, pair):
    asked = pair.ask(in_days(3)).json()["id"]
    site.cancel(pair.id)

    error_of(pair.answer(asked, in_days(3)), 409)
    error_of(pair.ask(in_days(4)), 409)
    assert "can't be moved" in site.page(pair.path, user=pair.student).text


def test_a_missed_session_can_be_moved_and_is_open_again(site, new_id):
    pair = Pair(site, new_id, -11 * MINUTE)
    with site.d1() as db:
        db.execute(
            "UPDATE sessions SET status = 'no_show', no_show = 'student' WHERE id = ?", (new_id,)
        )
    asked = pair.ask(in_days(3), user=pair.teacher).json()["id"]
    assert pair.answer(asked, in_days(3), user=pair.student).status_code == 200

    known = site.show(new_id)
    assert (known["status"], known["no_show"], known["ended_at"]) == ("scheduled", None, None)


def test_the_form_works_without_script(site, pair):
    page = site.page(pair.path, user=pair.student)
    assert page.status_code == 200
    times = {"time1": "2027-03-28T02:30", "time2": "", "time3": "", "reason": "Exam"}
    refused = site.post(pair.path, user=pair.student, data=times)
    assert refused.status_code == 303 or "does not exist" in refused.text
    tomorrow = time.strftime("%Y-%m-%dT15:00", time.gmtime(time.time() + 3 * DAY))
    sent = site.post(pair.path, user=pair.student, data=times | {"time1": tomorrow})
    assert (sent.status_code, sent.headers["Location"]) == (303, pair.path)
    answer_page = site.page(pair.path, user=pair.teacher).text
    request = re.search(r'name="request" value="([^"]+)"', answer_page)[1]
    choice = re.search(r'name="choice" value="(\d+)"', answer_page)[1]
    assert "15:00" in answer_page
    done = site.post(
        f"{pair.path}/answer", user=pair.teacher, data={"request": request, "choice": choice}
    )
    assert (done.status_code, done.headers["Location"]) == (303, f"{pair.path}?moved")
    assert site.show(pair.id)["scheduled_start"] == int(choice)


def test_a_request_can_be_withdrawn(site, pair):
    asked = pair.ask(in_days(3)).json()["id"]
    back = site.post(f"{pair.path}/withdraw", user=pair.teacher)  # not hers
    assert back.status_code == 303
    assert site.post(f"{pair.path}/withdraw", user=pair.student).status_code == 303
    site.worker.scheduled()

    error_of(pair.answer(asked, in_days(3)), 409)
    assert pair.mails() == []


def test_another_sites_form_is_refused(site, pair):
    error_of(pair.ask(in_days(3), headers={"Sec-Fetch-Site": "cross-site"}), 403)


def test_the_link_in_the_mail_opens_the_page(site, pair):
    pair.ask(in_days(3))
    site.worker.scheduled()
    with site.d1() as db:
        (html,) = db.execute(
            "SELECT o.html FROM outbox o JOIN mails m ON m.id = o.id WHERE m.session_id = ?",
            (pair.id,),
        ).fetchone()
    path = re.search(r'class="button".*?href="http://[^/]+(/r/[^"]+)"', html, re.DOTALL)[1]
    followed = site.get(path)
    assert followed.headers["Location"] == pair.path
    cookie = followed.headers["Set-Cookie"].split(";")[0]

    assert "asks for another time" in site.page(pair.path, cookie=cookie).text


def test_the_platforms_own_page_is_used_if_configured(site_with, new_id):
    site = site_with(RESCHEDULE_URL="https://www.example.com/move/{session_id}")
    pair = Pair(site, new_id)
    address = f"https://www.example.com/move/{new_id}"

    assert site.page(pair.path, user=pair.student).headers["Location"] == address
    assert address in site.page(f"/session/{new_id}", user=pair.student).text
    error_of(pair.ask(in_days(3)), 409)


def test_a_form_sent_by_a_script_fails_in_json(site, new_id):
    pair = Pair(site, new_id)
    form = {"time1": "soon"}
    asked = site.post(
        pair.path, user=pair.student, data=form, headers={"Accept": "application/json"}
    )

    assert error_of(asked, 422)["fields"] == {"time1": "Please give a date and a time."}
