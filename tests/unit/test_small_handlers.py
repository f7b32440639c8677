"""Handlers on the host: `/`, the demo's booking, and the button to book again."""

import time
from types import SimpleNamespace
from typing import Any, cast

import demo
from auth.access import LoadedAccess
from db import demo as demo_db
from db import outcomes, sessions
from db.database import Database
from domain.model import Role
from handlers import dev, home
from pages import render
from settings import Settings
from tests.people import STUDENT, TEACHER, token_of
from tests.unit.fake_context import FakeContext

NOW = int(time.time())
SETTINGS = Settings(
    environment="production",
    sign_in_url="https://platform.example/sign-in",
    student_dashboard_url="https://platform.example/learn",
    teacher_dashboard_url="https://platform.example/teach",
    auth_jwt_secret="a-secret-of-the-platform-for-tests-only",
    link_secrets=("a-key-of-links-for-tests-only",),
)


async def ask(ctx: Any, user: str | None) -> str:
    token = token_of(user, {"AUTH_JWT_SECRET": SETTINGS.auth_jwt_secret}) if user else None
    request = SimpleNamespace(bearer=token, cookies={})
    response = await home.show(cast("Any", request), ctx)
    assert response.status == 303
    return dict(response.headers)["Location"]


async def test_the_bare_address_redirects(db: Database):
    await demo_db.replace(db, people=demo.PEOPLE, sessions=demo.sessions(NOW), now=NOW)
    ctx = FakeContext.make(db, NOW, settings=SETTINGS)

    assert await ask(ctx, STUDENT) == SETTINGS.student_dashboard_url
    assert await ask(ctx, TEACHER) == SETTINGS.teacher_dashboard_url
    assert await ask(ctx, "new-here") == SETTINGS.student_dashboard_url
    assert await ask(ctx, None) == SETTINGS.sign_in_url
    in_development = FakeContext.make(db, NOW, settings=Settings(environment="development"))
    assert await ask(in_development, None) == "/dev"


async def test_a_demo_booking_keeps_the_peoples_pictures(db: Database):
    await demo_db.replace(db, people=demo.PEOPLE, sessions=demo.sessions(NOW), now=NOW)
    ctx = FakeContext.make(db, NOW)
    await dev.book(cast("Any", None), ctx)

    booked = await sessions.find(db, f"demo-{NOW}")
    assert booked
    assert booked.student.avatar == "/avatars/lena.svg"
    assert booked.teacher.avatar == "/avatars/amara.svg"


async def test_only_students_see_the_button_to_book_again(db: Database):
    session_id = "demo-cancelled"
    await demo_db.replace(db, people=demo.PEOPLE, sessions=demo.sessions(NOW), now=NOW)
    query = outcomes.of_session(session_id)
    session, rows = await sessions.find_with(db, session_id, query.statements)
    assert session
    loaded = query.parse(rows)
    offered = {
        role: "Book a new session"
        in render.session_page(LoadedAccess(session, role, NOW, loaded=loaded), SETTINGS)
        for role in Role
    }

    assert offered == {Role.STUDENT: True, Role.TEACHER: False}
