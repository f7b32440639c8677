"""Every route for every kind of person: the status, and that a refusal changes nothing."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from routes import ROUTES
from tests.pictures import png
from tests.worker.attacked import Prey, address, dump, lay_out
from tests.worker.lesson import PDF
from tests.worker.site import Site

# `elsewhere` comes with the room cookie of the student's other session, `by link` with this one's.
TABLE = """
                                                           student teacher stranger nobody elsewhere by_link
GET    /                                                       303     303      303    303       303     303
GET    /session/{session_id}                                   200     200      403    302       302     200
GET    /session/{session_id}/state                             200     200      403    401       401     200
POST   /session/{session_id}/join                              200     200      403    401       401     200
GET    /session/{session_id}/left                              200     200      200    200       200     200
GET    /session/{session_id}/live                              101     101      403    401       401     101
POST   /session/{session_id}/end                               403     200      403    401       401     403
POST   /session/{session_id}/waiting                           409     409      403    401       401     409
POST   /session/{session_id}/events                            204     204      403    401       401     204
GET    /session/{session_id}/leave-link                        303     303      303    303       303     303
POST   /session/{session_id}/language                          303     303      403    401       401     303
POST   /session/{session_id}/feedback                          200     200      403    401       401     200
GET    /session/{session_id}/resources                         200     200      403    401       401     200
POST   /session/{session_id}/resources                         403     201      403    401       401     403
GET    /session/{session_id}/resources/{resource_id}           200     200      403    401       401     200
DELETE /session/{session_id}/resources/{resource_id}           403     200      403    401       401     403
POST   /session/{session_id}/resources/{resource_id}/restore   403     200      403    401       401     403
GET    /session/{session_id}/uploads                           403     200      403    401       401     403
POST   /session/{session_id}/uploads                           403     201      403    401       401     403
PUT    /session/{session_id}/uploads/{resource_id}/parts/{number} 403  200      403    401       401     403
POST   /session/{session_id}/uploads/{resource_id}/complete    403     201      403    401       401     403
DELETE /session/{session_id}/uploads/{resource_id}             403     204      403    401       401     403
POST   /session/{session_id}/recordings                        201     201      403    401       401     201
GET    /session/{session_id}/recordings/{record_id}            200     403      403    401       401     200
PUT    /session/{session_id}/recordings/{record_id}/bytes/{start_byte} 200 403  403    401       401     200
POST   /session/{session_id}/recordings/{record_id}/finish     202     403      403    401       401     202
GET    /session/{session_id}/chat.txt                          200     200      403    302       302     200
GET    /session/{session_id}/board                             200     200      403    302       302     200
POST   /session/{session_id}/board/images                      201     201      403    401       401     201
GET    /session/{session_id}/board/images/{image_id}           404     404      403    401       401     404
POST   /session/{session_id}/board/continue                    404     404      403    401       401     404
GET    /session/{session_id}/board/{page}                      404     404      403    401       401     404
GET    /session/{session_id}/reschedule                        200     200      403    302       302     200
POST   /session/{session_id}/reschedule                        201     201      403    401       401     201
POST   /session/{session_id}/reschedule/answer                 200     409      403    401       401     200
POST   /session/{session_id}/reschedule/withdraw               303     303      403    401       401     303
GET    /session/{session_id}/calendar.ics                      200     200      403    302       302     200
GET    /r/{token}                                              303     303      303    303       303     303
GET    /r/{token}/calendar                                     303     303      303    303       303     303
GET    /r/{token}/reschedule                                   303     303      303    303       303     303
GET    /calendar/{calendar}                                    200     200      200    200       200     200
GET    /unsubscribe/{token}                                    200     200      200    200       200     200
POST   /unsubscribe/{token}                                    200     200      200    200       200     200
POST   /webhooks/resend                                        401     401      401    401       401     401
POST   /webhooks/plugnmeet                                     401     401      401    401       401     401
POST   /webhooks/bigbluebutton                                 401     401      401    401       401     401
GET    /webhooks/bigbluebutton                                 401     401      401    401       401     401
PUT    /platform/sessions                                      401     401      401    401       401     401
PUT    /platform/sessions/{session_id}                         401     401      401    401       401     401
GET    /platform/sessions/{session_id}                         401     401      401    401       401     401
POST   /platform/sessions/{session_id}/cancel                  401     401      401    401       401     401
DELETE /platform/people/{person_id}                            401     401      401    401       401     401
GET    /platform/people/{person_id}/calendar                   401     401      401    401       401     401
POST   /platform/sessions/{session_id}/links                   401     401      401    401       401     401
GET    /platform/recordings                                    401     401      401    401       401     401
POST   /platform/recordings/{record_id}/retry                  401     401      401    401       401     401
GET    /platform/attendance                                    401     401      401    401       401     401
GET    /platform/sessions/{session_id}/timeline                401     401      401    401       401     401
GET    /platform/events                                        401     401      401    401       401     401
POST   /platform/events/{event_id}/retry                       401     401      401    401       401     401
GET    /ops                                                    403     403      403    403       403     403
GET    /ops/sessions/{session_id}                              403     403      403    403       403     403
POST   /ops/mails/{mail_id}/retry                              403     403      403    403       403     403
POST   /ops/events/{event_id}/retry                            403     403      403    403       403     403
POST   /ops/recordings/{record_id}/retry                       403     403      403    403       403     403
GET    /a/{release}/{kind}/{folder}/{file}                     200     200      200    200       200     200
GET    /healthz                                                200     200      200    200       200     200
GET    /openapi.json                                           200     200      200    200       200     200
GET    /dev                                                    200     200      200    200       200     200
GET    /dev/sign-in                                            200     200      200    200       200     200
GET    /dev/sign-out                                           303     303      303    303       303     303
GET    /dev/outbox                                             200     200      200    200       200     200
GET    /dev/framed                                             200     200      200    200       200     200
GET    /dev/outbox/{mail_id}                                   200     200      200    200       200     200
GET    /dev/platform                                           200     200      200    200       200     200
POST   /dev/platform/hooks                                     401     401      401    401       401     401
POST   /dev/seed                                               200     200      200    200       200     200
POST   /dev/book                                               303     303      303    303       303     303
POST   /dev/recordings                                         204     204      204    204       204     204
POST   /dev/clock/{session_id}                                 204     204      204    204       204     204
"""  # noqa: E501
HEADING, *LINES = [line.split() for line in TABLE.strip("\n").splitlines()]
EXPECTED = {
    (method, path): dict(zip(HEADING, map(int, statuses), strict=True))
    for method, path, *statuses in LINES
}
REFUSED = (302, 401, 403)
# What these change is of no use to the next person, and in nobody's way.
REPEATABLE = re.compile(
    r"/(dev|webhooks|platform|unsubscribe)/|/(events|feedback|language|waiting|join)$"
)
NEXT_WEEK = {"reason": "I am away."}

Body = Callable[[Prey], dict[str, Any]]


def as_json(content: Any) -> Body:
    return lambda _prey: {"json": content}


# The query or body, where the path is not enough.
BODIES: dict[tuple[str, str], Body] = {
    ("POST", "/session/{session_id}/events"): as_json({"event": "tech_issue", "error_type": "x"}),
    ("POST", "/session/{session_id}/feedback"): as_json({"rating": 5}),
    ("POST", "/session/{session_id}/language"): lambda _: {"data": {"language": "en"}},
    ("POST", "/session/{session_id}/resources"): lambda _: {
        "content": PDF,
        "params": {"name": "more.pdf"},
    },
    ("POST", "/session/{session_id}/board/images"): lambda _: {"content": png()},
    ("POST", "/session/{session_id}/board/continue"): as_json({"session_id": "unknown"}),
    ("POST", "/session/{session_id}/uploads"): as_json(
        {"name": "b.pdf", "size_bytes": 9, "key": "another-key"}
    ),
    ("PUT", "/session/{session_id}/uploads/{resource_id}/parts/{number}"): lambda _: {
        "content": PDF
    },
    ("POST", "/session/{session_id}/recordings"): as_json({"device": "ab" * 8, "format": "mp4"}),
    ("PUT", "/session/{session_id}/recordings/{record_id}/bytes/{start_byte}"): lambda _: {
        "content": PDF
    },
    ("POST", "/session/{session_id}/reschedule"): as_json(NEXT_WEEK),
    ("POST", "/unsubscribe/{token}"): lambda _: {"data": {"reminders": "off"}},
    ("POST", "/dev/recordings"): lambda prey: {
        "json": {"session_id": prey.ended, "record_id": f"new-{prey.name}"}
    },
    ("POST", "/dev/clock/{session_id}"): as_json({"seconds": 0}),
}


def with_an_open_request(site: Site, prey: Prey) -> dict[str, Any]:
    """The teacher has requested another time."""
    asked = site.post(f"/session/{prey.early}/reschedule", user=prey.teacher, json=NEXT_WEEK)
    return {"json": {"request": asked.json()["id"], "choice": "decline"}}


def with_all_parts(site: Site, prey: Prey) -> dict[str, Any]:
    """All of the upload has arrived."""
    part = f"/session/{prey.ended}/uploads/{prey.uploading}/parts/1"
    assert site.request("PUT", part, user=prey.teacher, content=PDF).is_success
    return {}


PREPARED = {
    ("POST", "/session/{session_id}/reschedule/answer"): with_an_open_request,
    ("POST", "/session/{session_id}/uploads/{resource_id}/complete"): with_all_parts,
}


def known_as(site: Site, prey: Prey, who: str, here: str) -> dict[str, str]:
    """The cookie of this person; `here` is the session of the request."""
    elsewhere = prey.cancelled if here != prey.cancelled else prey.early
    cookies = {
        "student": sign_in(site, prey.student),
        "teacher": sign_in(site, prey.teacher),
        "stranger": sign_in(site, f"stranger-{prey.name}"),
        "elsewhere": site.room_cookie(elsewhere, prey.student),
        "by_link": site.room_cookie(here, prey.student),
    }
    return {"Cookie": cookies[who]} if who in cookies else {}


def sign_in(site: Site, user_id: str) -> str:
    return f"{site.settings['AUTH_COOKIE']}={site.token(user_id)}"


def ask(site: Site, prey: Prey, route: tuple[str, str], who: str, said: dict[str, Any]) -> int:
    """The status that this person gets."""
    method, path = route
    where = address(site, prey, path)
    found = re.match(r"/session/([^/]+)", where)
    headers = known_as(site, prey, who, found[1] if found else prey.joinable)
    if path.endswith("/live"):
        return knock(site.url.replace("http", "ws", 1) + where, headers)
    try:
        return site.request(method, where, headers=headers, **said).status_code
    except httpx.TransportError:
        # An upload that is refused unread may lose its connection.
        return site.request(method, where, headers=headers, **said).status_code


def knock(url: str, headers: dict[str, str]) -> int:
    """Try to open a live socket."""
    try:
        with websockets.sync.client.connect(url, additional_headers=headers, proxy=None):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


@pytest.fixture(scope="module")
def prey(attacked: Site) -> Prey:
    return lay_out(attacked)


def test_every_route_has_a_row():
    assert sorted(EXPECTED) == sorted((route.method, route.path) for route in ROUTES)
    assert len(EXPECTED) == len(LINES)


@pytest.mark.parametrize("route", EXPECTED, ids=" ".join)
def test_every_route_admits_the_right_people(attacked, prey, route):
    found = {}
    for who, expected in EXPECTED[route].items():
        # A request that changes data gets a session of its own.
        harmless = (route[0] == "GET" and expected != 101) or REPEATABLE.search(route[1])
        shared = expected in REFUSED or harmless
        own = prey if shared else lay_out(attacked)
        said = BODIES.get(route, lambda _: {})(own)
        if not shared and route in PREPARED:
            said = PREPARED[route](attacked, own)
        before = dump(attacked, own) if expected in REFUSED else None
        found[who] = ask(attacked, own, route, who, said)
        if before:
            assert dump(attacked, own) == before, who

    assert found == EXPECTED[route]


OTHERS_FILES = [(route.method, route.path) for route in ROUTES if "{resource_id}" in route.path]


@pytest.mark.parametrize("route", OTHERS_FILES, ids=" ".join)
def test_a_file_is_found_only_in_its_session(attacked, prey, route):
    """A teacher requests another lesson's file by the id of their own session and of that one."""
    method, path = route
    own = lay_out(attacked)
    mixed = {**vars(prey), "ended": own.ended, "name": own.name}
    before = dump(attacked, prey)
    said = BODIES.get(route, lambda _: {})(prey)
    at_mine = ask(attacked, Prey(**mixed), route, "teacher", said)
    at_theirs = attacked.request(method, address(attacked, prey, path), user=own.teacher, **said)

    assert (at_mine, at_theirs.status_code) == (404, 403)
    assert dump(attacked, prey) == before


def test_answers_to_strangers_hold_no_data_of_the_session(attacked, prey):
    for who in ("stranger", "nobody", "elsewhere"):
        asked = 0
        for method, path in EXPECTED:
            if method != "GET" or EXPECTED[method, path][who] not in REFUSED:
                continue
            if path.endswith("/live"):
                continue
            where = address(attacked, prey, path)
            headers = known_as(attacked, prey, who, prey.joinable)
            answer = attacked.get(where, headers=headers)
            asked += 1
            said = answer.text + json.dumps(dict(answer.headers))
            assert "Linear Algebra" not in said
            assert f"{prey.student}@example.com" not in said
        assert asked > 1, who
