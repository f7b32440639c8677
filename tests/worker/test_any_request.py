"""Any request to any route gets an answer that the OpenAPI document describes.

schemathesis makes the requests from our own /openapi.json: such as fit it and such as do not. The
same ones each time, unless `EXAMPLES=1000` asks for that many of each route, all new.
"""

import copy
import os
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from routes import ROUTES
from tests.worker.attacked import Prey, lay_out, unsubscribe_link
from tests.worker.site import BROWSER, Site, error_of

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PEOPLE = ("student", "teacher", "platform", "nobody")
FAILED = 400

many = settings(
    max_examples=EXAMPLES or 8,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.normal,
)


@pytest.fixture(scope="module")
def document(attacked: Site) -> dict[str, Any]:
    found: dict[str, Any] = attacked.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def read_only(attacked: Site) -> Prey:
    """Sessions for requests that change nothing."""
    return lay_out(attacked)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield session


def headers_of(site: Site, prey: Prey) -> dict[str, dict[str, str]]:
    """The credentials of each person."""
    name = site.settings["AUTH_COOKIE"]
    return {
        "student": {"Cookie": f"{name}={site.token(prey.student)}"},
        "teacher": {"Cookie": f"{name}={site.token(prey.teacher)}"},
        "platform": {"Authorization": f"Bearer {site.settings['PLATFORM_TOKEN']}"},
        "nobody": {},
    }


def with_ids(document: dict[str, Any], site: Site, prey: Prey) -> dict[str, Any]:
    """The document with parameters of existing things."""
    known = {
        "session_id": [*prey.sessions, "no-such-session"],
        "resource_id": [prey.ready, prey.uploading, prey.deleted, "no-such-file"],
        "person_id": [prey.student, prey.teacher, "no-such-person"],
        "number": ["1", "4", "0", "99999", "two"],
        "token": [
            *(site.link(session_id, prey.student) for session_id in prey.sessions),
            unsubscribe_link(site, prey.early, prey.teacher),
            "no-such-token",
        ],
        "calendar": [site.calendar_file(prey.student), "no-such.ics", "no-such"],
        "record_id": [prey.recording, prey.sent, "no-such-recording"],
        "start_byte": ["0", "8", "99999999999", "two"],
        "mail_id": [prey.mail, "no-such-mail"],
        "event_id": ["evt_0"],
        "release": ["0123456789abcdef", "no-such-release"],
        "kind": ["css", "js", "icons"],
        "folder": ["shared", "no-such-folder"],
        "file": ["app.css", "no-such-file.js"],
        "image_id": ["0123456789abcdef0123456789abcdef", "no-such-picture"],
        "page": ["page0000.svg", "no-such-page"],
    }
    changed = copy.deepcopy(document)
    for operations in changed["paths"].values():
        for operation in operations.values():
            # The test chooses the person.
            operation["security"] = []
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    return changed


def test_the_generated_requests_reach_their_handlers(attacked):
    """Otherwise every answer could be 401 or 404, and no handler would run."""
    prey = lay_out(attacked)
    headers = headers_of(attacked, prey)
    door = f"/platform/sessions/{prey.ended}"

    for who in ("student", "teacher"):
        for path in ("", "/state", "/resources", f"/resources/{prey.ready}", "/chat.txt"):
            answer = attacked.get(f"/session/{prey.ended}{path}", headers=headers[who])
            assert answer.status_code == 200
    assert attacked.get(door, headers=headers["platform"]).status_code == 200
    assert attacked.get(door, headers=headers["nobody"]).status_code == 401


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_any_request_gets_a_documented_answer(attacked, document, session, read_only, route):
    prey = read_only if route.method == "GET" else lay_out(attacked)
    headers = headers_of(attacked, prey)
    schema = schemathesis.openapi.from_dict(with_ids(document, attacked, prey))
    operation = schema[route.path][route.method]
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @many
    @given(cases, st.sampled_from(PEOPLE), st.booleans())
    def ask(case: Case, who: str, as_browser: bool) -> None:
        accept = BROWSER if as_browser else {"Accept": "application/json"}
        said = {**headers[who], **accept}
        answer = case.call(
            attacked.url, session=session, headers=said, allow_redirects=False, timeout=60
        )
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= FAILED and not as_browser:
            error_of(as_httpx(answer), answer.status_code)

    ask()


def as_httpx(answer: schemathesis.Response) -> httpx.Response:
    headers = [(name, value) for name, values in answer.headers.items() for value in values]
    kept = [(name, value) for name, value in headers if name.lower() != "content-encoding"]
    return httpx.Response(answer.status_code, headers=kept, content=answer.content)
