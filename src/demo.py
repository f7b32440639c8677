"""The demo people and sessions of a development deployment: one session for each state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import jwt

from db import demo as demo_db
from db.demo import DemoPerson, DemoReport, DemoSession
from errors import BadRequestError
from files import saved_boards
from sessions import booking
from sessions.booking_body import BookedCourse, BookedPerson, Booking

if TYPE_CHECKING:
    from context import Context

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
SIGNED_IN_FOR_S: Final = 12 * HOUR


PEOPLE: Final = (
    DemoPerson(
        "demo-student",
        "Lena Fischer",
        "Lena",
        "lena@example.com",
        "/avatars/lena.svg",
        "Europe/Berlin",
        "en",
        "A student in Berlin",
    ),
    DemoPerson(
        "demo-teacher",
        "Amara Okafor",
        "Amara",
        "amara@example.com",
        "/avatars/amara.svg",
        "America/New_York",
        "en-US",
        "Her Student-Teacher in New York",
    ),
    DemoPerson(
        "demo-stranger",
        "Sam Stranger",
        "Sam",
        "sam@example.com",
        None,
        "UTC",
        "en",
        "Somebody with no part in these sessions",
    ),
)


_DRAWN: Final[tuple[dict[str, Any], ...]] = (
    {
        "by": "teacher",
        "kind": "text",
        "x": 120,
        "y": 120,
        "w": 700,
        "colour": "ink",
        "size": 44,
        "text": "for n in range(3):\n    print(n)",
    },
    {
        "by": "student",
        "kind": "text",
        "x": 980,
        "y": 140,
        "w": 400,
        "colour": "blue",
        "size": 44,
        "text": "0\n1\n2",
    },
    {
        "by": "teacher",
        "kind": "text",
        "x": 120,
        "y": 420,
        "w": 1200,
        "colour": "ink",
        "size": 44,
        "text": r"Their sum: $\sum_{n=0}^{2} n = \frac{2 \cdot 3}{2}$",
    },
    {
        "by": "student",
        "kind": "arrow",
        "x": 720,
        "y": 220,
        "dx": 200,
        "dy": 0,
        "colour": "red",
        "size": 8,
    },
)
_BOARD_PAGE: Final[dict[str, Any]] = {
    "id": "demopage",
    "title": "Loops",
    "position": 1,
    "version": 1,
    "elements": [
        {"id": f"element{number}", "page": "demopage", "order": number, "version": 1} | drawn
        for number, drawn in enumerate(_DRAWN, 1)
    ],
}


async def reset(ctx: Context) -> list[str]:
    """Reset people and sessions, at times relative to now; returns the sessions' ids."""
    booked = sessions(ctx.now)
    await demo_db.replace(ctx.db, people=PEOPLE, sessions=booked, now=ctx.now)
    await _save_board(ctx, "demo-ended")
    return [session.id for session in booked]


async def _save_board(ctx: Context, session_id: str) -> None:
    """The board of a session that is over, as its room would have saved it."""
    content = json.dumps({"version": 1, "pages": [_BOARD_PAGE]})
    await saved_boards.save(ctx, session_id, content, 1, _BOARD_PAGE["id"])


async def book(ctx: Context) -> None:
    """Book a session whose last reminder is due at the next tick."""
    await booking.put(ctx, f"demo-{ctx.now}", soon(ctx.now))
    # A booking accepts only whole addresses, and no browser loads a picture over plain http here.
    await demo_db.replace(ctx.db, people=PEOPLE, sessions=(), now=ctx.now)


def sign_in_token(ctx: Context, user_id: str) -> str:
    """A token as the platform signs them. Raises: BadRequestError without the shared secret."""
    settings = ctx.settings
    if not settings.auth_jwt_secret:
        raise BadRequestError("Signing in here needs AUTH_JWT_SECRET; only AUTH_JWKS_URL is set.")
    claims = {"sub": user_id, "iat": ctx.now, "exp": ctx.now + SIGNED_IN_FOR_S}
    if settings.auth_issuer:
        claims["iss"] = settings.auth_issuer
    if settings.auth_audience:
        claims["aud"] = settings.auth_audience
    return jwt.encode(claims, settings.auth_jwt_secret, algorithm="HS256")


def soon(now: int) -> Booking:
    """A booking in 16 minutes, as the platform would send it."""
    student, teacher = (
        BookedPerson(
            id=who.id,
            name=who.name,
            given_name=who.given_name,
            email=who.email,
            time_zone=who.time_zone,
            locale=who.locale,
        )
        for who in PEOPLE[:2]
    )
    return Booking(
        course=BookedCourse(id="linear-algebra", title="Linear Algebra"),
        student=student,
        teacher=teacher,
        scheduled_start=now + 16 * MINUTE,
        scheduled_end=now + 61 * MINUTE,
    )


def sessions(now: int) -> tuple[DemoSession, ...]:
    """One session for each state, at times around `now`."""
    return (
        DemoSession("demo-early", "Linear Algebra", now + 3 * HOUR, now + 4 * HOUR),
        DemoSession("demo-joinable", "Linear Algebra", now + 10 * MINUTE, now + 70 * MINUTE),
        DemoSession(
            "demo-in-progress",
            "Creative Writing",
            now - 20 * MINUTE,
            now + 40 * MINUTE,
            status="in_progress",
            started_at=now - 19 * MINUTE,
            student_stay=(now - 19 * MINUTE, None),
            teacher_stay=(now - 22 * MINUTE, None),
        ),
        DemoSession(
            "demo-no-show",
            "Creative Writing",
            now - 20 * MINUTE,
            now + 40 * MINUTE,
            status="no_show",
            no_show="teacher",
            no_show_at=now - 10 * MINUTE,
            student_stay=(now - 24 * MINUTE, now - 5 * MINUTE),
        ),
        DemoSession(
            "demo-ended",
            "Python for Beginners",
            now - DAY,
            now - DAY + HOUR,
            status="completed",
            started_at=now - DAY + 2 * MINUTE,
            ended_at=now - DAY + 58 * MINUTE,
            student_stay=(now - DAY + 2 * MINUTE, now - DAY + 58 * MINUTE),
            teacher_stay=(now - DAY - 3 * MINUTE, now - DAY + 58 * MINUTE),
            reports=_reports(now - DAY),
        ),
        DemoSession(
            "demo-cancelled",
            "Python for Beginners",
            now + 2 * DAY,
            now + 2 * DAY + 45 * MINUTE,
            status="cancelled",
            ended_at=now - HOUR,
        ),
    )


def _reports(start: int) -> tuple[DemoReport, ...]:
    """A lesson whose student has to allow the camera first, and whose call breaks once."""
    phone, laptop = "Safari on iPhone", "Chrome on Windows"
    return (
        DemoReport("student", "camera_denied", phone, start + MINUTE),
        DemoReport("student", "call_connected", phone, start + 2 * MINUTE, "direct", 640),
        DemoReport("teacher", "call_connected", laptop, start + 2 * MINUTE, "direct", 410),
        DemoReport("student", "peer_lost", phone, start + 31 * MINUTE),
        DemoReport("student", "call_connected", phone, start + 31 * MINUTE, "relayed", 1800, 1),
        DemoReport("teacher", "call_connected", laptop, start + 31 * MINUTE, "relayed", 1750, 1),
    )
