"""Handlers on the host: `/`, the demo's booking, and the button to book again."""

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

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
STUN = ({"urls": ["stun:one.example", "stun:two.example"]},)


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


RELAY = ({"urls": "turn:turn.example.com", "username": "u", "credential": "c"},)
PROVIDER = {
    "video_provider": "plugnmeet",
    "plugnmeet_url": "https://meet.example",
    "peer_first": True,
}


@pytest.mark.parametrize(
    ("settings", "checked"),
    [
        ({}, True),
        ({"ice_servers": STUN + RELAY}, False),
        ({"turn_key_id": "key"}, False),
        ({"turn_urls": ("turn:turn.example.com",)}, False),
        (PROVIDER, False),
    ],
)
async def test_the_lobby_checks_direct_calls_where_there_is_no_other_way(
    db: Database, settings: dict[str, Any], checked: bool
):
    await demo_db.replace(db, people=demo.PEOPLE, sessions=demo.sessions(NOW), now=NOW)
    query = outcomes.of_session("demo-joinable")
    session, rows = await sessions.find_with(db, "demo-joinable", query.statements)
    assert session
    access = LoadedAccess(session, Role.STUDENT, NOW, loaded=query.parse(rows))
    given = {"ice_servers": STUN, "link_secrets": ("a-key-for-tests",)} | settings
    page = render.session_page(access, Settings(**given))

    assert ('data-stun="stun:one.example stun:two.example"' in page) is checked
    assert ("data-stun" in page) is checked
