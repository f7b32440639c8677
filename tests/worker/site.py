"""A Worker's site for browsers, the host platform and its database."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from auth import links
from auth.links import RoomLink
from settings import Settings
from tests import plain_http
from tests.people import token_of
from tools.local_worker import LocalWorker

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Site:
    """Cookies are passed with each request and not stored, so no sign-in carries over."""

    def __init__(self, worker: LocalWorker) -> None:
        self.worker = worker
        self.settings = worker.settings
        self.url = worker.settings["PUBLIC_URL"]
        self.client = plain_http.client(
            worker.url,
            timeout=60,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        user: str | None = None,
        token: str | None = None,
        cookie: str | None = None,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """Send a request as a signed-in `user`, with a bearer `token`, or with this `cookie`."""
        cookies = [cookie] if cookie else []
        if user:
            cookies.append(f"{self.settings['AUTH_COOKIE']}={self.token(user)}")
        own = {"Cookie": "; ".join(cookies)} if cookies else {}
        if token is not None:
            own["Authorization"] = f"Bearer {token}"
        return self.client.request(method, path, headers=own | (headers or {}), **body)

    def get(self, path: str, **said: Any) -> httpx.Response:
        return self.request("GET", path, **said)

    def post(self, path: str, **said: Any) -> httpx.Response:
        return self.request("POST", path, **said)

    def page(self, path: str, **said: Any) -> httpx.Response:
        """Open a page as a browser does."""
        return self.request("GET", path, headers=BROWSER, **said)

    def token(self, user_id: str, **claims: Any) -> str:
        """The platform's HS256 token of a signed-in person."""
        return token_of(user_id, self.settings, **claims)

    def link(self, session_id: str, user_id: str, *, purpose: str = links.LINK) -> str:
        """The token in the address of a room link."""
        keys = self.settings["LINK_SECRETS"].split(",")
        return links.sign(RoomLink(session_id, user_id), keys, purpose=purpose)

    def calendar_file(self, user_id: str) -> str:
        """The last piece of the address of a person's calendar."""
        settings = Settings(link_secrets=tuple(self.settings["LINK_SECRETS"].split(",")))
        return links.calendar_address(user_id, settings).rpartition("/")[2]

    def room_cookie(self, session_id: str, user_id: str) -> str:
        return f"{links.ROOM_COOKIE}={self.link(session_id, user_id, purpose=links.COOKIE)}"

    def put(self, session_id: str, booking: Any, **said: Any) -> httpx.Response:
        """Book or change a session, as the platform."""
        return self.platform("PUT", session_id, json=booking, **said)

    def cancel(self, session_id: str) -> httpx.Response:
        return self.platform("POST", f"{session_id}/cancel")

    def show(self, session_id: str) -> dict[str, Any]:
        """All data of a session, as the platform reads it."""
        response = self.platform("GET", session_id)
        assert response.status_code == 200, response.text
        known: dict[str, Any] = response.json()
        return known

    def platform(self, method: str, path: str, **said: Any) -> httpx.Response:
        address = f"/platform/sessions/{path}"
        return self.request(method, address, token=self.settings["PLATFORM_TOKEN"], **said)

    def book(self, session_id: str, *, starts_in: int = 5 * MINUTE, lasts: int = HOUR) -> str:
        """Insert a session; returns its id."""
        response = self.put(session_id, booking(starts_in=starts_in, lasts=lasts))
        assert response.status_code in (200, 201), response.text
        return session_id

    @contextmanager
    def d1(self) -> Iterator[sqlite3.Connection]:
        """The Worker's D1 as its local file."""
        folder = self.worker.state / "v3" / "d1" / "miniflare-D1DatabaseObject"
        (file,) = (path for path in folder.glob("*.sqlite") if path.stem != "metadata")
        with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection

    def close(self) -> None:
        self.client.close()


def booking(*, starts_in: int = 5 * MINUTE, lasts: int = HOUR, **changes: Any) -> dict[str, Any]:
    """The platform's booking of a session of student and teacher."""
    start = int(time.time()) + starts_in
    return {
        "course": {"id": "algebra", "title": "Linear Algebra"},
        "student": person("student", time_zone="Europe/Berlin"),
        "teacher": person("teacher", time_zone="America/New_York"),
        "scheduled_start": start,
        "scheduled_end": start + lasts,
    } | changes


def person(person_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": person_id,
        "name": f"{person_id.title()} Example",
        "given_name": person_id.title(),
        "email": f"{person_id}@example.com",
    } | changes


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error in an answer; checks the form of our JSON errors."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    answer = response.json()
    assert set(answer) == {"error"}
    error: dict[str, Any] = answer["error"]
    more = {"fields", "session_ids", "request_id"}
    assert {"code", "message"} <= set(error) <= {"code", "message", *more}
    assert all(isinstance(error[name], str) and error[name] for name in ("code", "message"))
    assert ("fields" in error) == (status == 422)
    assert ("session_ids" in error) == (error["code"] == "upcoming_sessions")
    return error


def eventually(read: Callable[[], Any], deadline_s: float = 20) -> Any:
    """The first non-empty result of `read`, for work that follows the answer."""
    give_up_at = time.monotonic() + deadline_s
    while not (found := read()):
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(0.02)
    return found
