"""Reminders are switched off by the page's form, or by a mail program (RFC 8058)."""

import pytest

from auth import links
from errors import BadRequestError
from handlers import unsubscribe
from settings import Settings
from tests.unit.booked import book
from tests.unit.cast import START
from tests.unit.fake_context import FakeContext
from web.messages import Request

SETTINGS = Settings(
    environment="development",
    link_secrets=("a-key-of-links",),
    student_dashboard_url="https://www.example.com/student",
    teacher_dashboard_url="https://www.example.com/teacher",
)
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
MORE = b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n\r\n"
MORE_FIRST = b"x=1; name=%s; y=2\r\nContent-Type: text/plain"
PART = b"--x\r\nContent-Disposition: form-data; name=%s\r\n\r\nOne-Click\r\n--x--"


async def post(db, connection, body: bytes, kind: str = FORM):
    """Whether reminders are on afterwards."""
    await page_after(db, body, kind)
    (row,) = connection.execute("SELECT reminders_enabled FROM users WHERE id = 'student'")
    return bool(row[0])


async def page_after(db, body: bytes, kind: str = FORM) -> str:

    async def read(_limit: int) -> bytes:
        return body

    token = links.sign(
        links.RoomLink("s1", "student"), SETTINGS.link_secrets, purpose=links.UNSUBSCRIBE
    )
    request = Request("POST", "https://x/unsubscribe", {"content-type": kind}, read)
    ctx = FakeContext.make(db, START, settings=SETTINGS)
    response = await unsubscribe.save(request, ctx, token)
    assert response.status == 200
    return str(response.body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", FORM),
        (b"List-Unsubscribe=One-Click", f"{FORM}; charset=utf-8"),
        (PART % b'"List-Unsubscribe"', PARTS),
        (PART.replace(b"\r", b"") % b"List-Unsubscribe", PARTS),
        (PART.replace(b"\r\n\r\n", MORE) % b'"List-Unsubscribe"', PARTS),
        (PART.replace(b"name=%s", MORE_FIRST) % b'"List-Unsubscribe"', PARTS),
        (b"reminders=off", FORM),
    ],
)
async def test_one_click_and_the_page_switch_reminders_off(db, connection, body, kind):
    book(connection)

    assert await post(db, connection, body, kind) is False


async def test_the_page_switches_reminders_on_again(db, connection):
    book(connection)
    await post(db, connection, b"reminders=off")

    assert await post(db, connection, b"reminders=on") is True


async def test_the_other_form_chooses_a_language_and_leaves_reminders_alone(db, connection):
    book(connection)
    await post(db, connection, b"reminders=off")

    assert '<html lang="uk" dir="ltr">' in await page_after(db, b"language=uk")
    (row,) = connection.execute(
        "SELECT language, reminders_enabled FROM users WHERE id = 'student'"
    )
    assert tuple(row) == ("uk", 0)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"language=klingon", FORM),
        (b"language=", FORM),
        (b"", FORM),
        (b"", ""),
        (b"x=1", FORM),
        (b"List-Unsubscribe=", FORM),
        (b"List-Unsubscribe=Two-Clicks", FORM),
        (b"reminders=maybe", FORM),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (PART % b'"note"', PARTS),
        (PART.replace(b"One-Click", b"Two-Clicks") % b"List-Unsubscribe", PARTS),
        (b"--x\r\n\r\n name=List-Unsubscribe\r\n\r\nOne-Click\r\n--x--", PARTS),
    ],
)
async def test_any_other_request_changes_nothing(db, connection, body, kind):
    book(connection)

    with pytest.raises(BadRequestError):
        await post(db, connection, body, kind)
    (row,) = connection.execute("SELECT reminders_enabled FROM users WHERE id = 'student'")
    assert row[0] == 1
