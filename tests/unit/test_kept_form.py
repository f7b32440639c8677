"""A form whose request failed: the error page keeps its text."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.fakes import hs256
from tests.unit.cast import DAY, END, HOUR, START
from tests.unit.faults import SECRET, Case, How, Outage, World, running

PAGE = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
SIGNED_OUT = {"authorization": ""}
STRANGER = {"authorization": f"Bearer {hs256.encode({'sub': 'stranger'}, SECRET)}"}
AHEAD = {"scheduled_start": START + DAY, "scheduled_end": START + DAY + HOUR}
OVER = {"status": "completed", "started_at": START, "ended_at": END}
ASKING = {"time1": "2027-01-20T15:00", "time2": "", "reason": 'I\'ve an "exam"\n</textarea><b>'}
RATING = {"rating": "4", "tags": ["clear", "patient"], "comment": "A <great>\r\nlesson"}


@pytest.fixture
def world() -> Iterator[World]:
    """A deployment in which all services work at first."""
    with running(Case(lambda _: None, lambda _: None)) as world:
        yield world


async def send(world: World, path: str, form: dict, **headers: str) -> tuple[int, str]:
    body = urlencode(form, doseq=True).encode()
    answer = await world.press("POST", path, body=body, headers=PAGE | headers)
    assert answer is not None
    return answer.status, str(answer.body or "")


def kept(text: str) -> tuple[str, dict[str, list[str]]]:
    """The address of the form in this page, and its fields."""
    (form,) = re.findall(r'<form method="post"(.*?)</form>', text, re.DOTALL)
    (action,) = re.findall(r'action="([^"]*)"', form)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    fields += re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(unescape(value))
    return unescape(action), found


@pytest.mark.parametrize(
    ("booked", "place", "form", "page"),
    [
        (AHEAD, "/reschedule", ASKING, "/session/s1/reschedule"),
        (OVER, "/feedback", RATING, "/session/s1"),
        (AHEAD, "/reschedule/answer", {"request": "r1", "choice": "decline", "note": "No"},
         "/session/s1/reschedule"),
        (AHEAD, "/reschedule/withdraw", {}, "/session/s1/reschedule"),
    ],
)  # fmt: skip
async def test_a_signed_out_sender_signs_in_and_sends_the_form_again(
    world: World, booked: dict, place: str, form: dict, page: str
) -> None:
    world.book(**booked)
    status, text = await send(world, f"/session/s1{place}", form, **SIGNED_OUT)
    assert status == 401
    action, fields = kept(text)
    assert action == f"/session/s1{place}"
    assert fields == parse_qs(urlencode(form, doseq=True), keep_blank_values=True)
    (sign_in,) = re.findall(r'href="(https://rooms.example/sign-in[^"]*)" target="_blank"', text)
    place_after = parse_qs(urlsplit(unescape(sign_in)).query)["return_to"][0]
    assert place_after == f"https://rooms.example{page}?saved=elsewhere"
    landed = await world.press("GET", place_after.removeprefix("https://rooms.example"))
    assert landed is not None
    if form.get("comment") or form.get("reason"):
        assert "still in the other tab" in str(landed.body)


async def test_a_sender_with_the_wrong_account_keeps_the_text(world: World) -> None:
    world.book(**OVER)
    _, text = await send(world, "/session/s1/feedback", RATING, **SIGNED_OUT)
    action, fields = kept(text)
    status, text = await send(world, action, fields, **STRANGER)

    assert status == 403
    assert kept(text) == (action, fields)
    (sign_in,) = re.findall(r'href="([^"]*)" target="_blank"[^>]*>Sign in with another', text)
    back = parse_qs(urlsplit(unescape(sign_in)).query)["return_to"]
    assert back == ["https://rooms.example/session/s1?saved=elsewhere"]


async def test_a_kept_form_arrives_unchanged(world: World) -> None:
    world.book(**OVER)
    _, text = await send(world, "/session/s1/feedback", RATING, **SIGNED_OUT)
    action, fields = kept(text)
    status, _ = await send(world, action, fields)

    assert status == 303
    assert world.rows("SELECT rating, comment, tags FROM feedback") == [
        (4, "A <great>\nlesson", '["clear", "patient"]')
    ]


async def test_an_outage_keeps_the_text(world: World) -> None:
    world.book(**OVER)
    world.outage = Outage(1, How.BEFORE)
    status, text = await send(world, "/session/s1/feedback", RATING)
    assert status == 503
    assert kept(text)[1]["comment"] == ["A <great>\r\nlesson"]


async def test_a_rating_without_stars_keeps_its_comment(world: World) -> None:
    world.book(**OVER)
    status, text = await send(world, "/session/s1/feedback", {"comment": "Very good"})

    assert (status, kept(text)[1]) == (422, {"comment": ["Very good"]})


def rewritten(text: str) -> tuple[str, str]:
    """The editable field in this page, and the page's sentence about it."""
    (field,) = re.findall(r"<textarea name=[^>]*>", text)
    assert "readonly" not in field
    (problem,) = re.findall(r'aria-describedby="([^"]*)"', field)
    (words,) = re.findall(f'id="{problem}"[^>]*>([^<]*)<', text)
    return field, unescape(words)


@pytest.mark.parametrize("place", ["/feedback", "/reschedule/answer"])
async def test_a_long_text_can_be_shortened_and_sent_again(world: World, place: str) -> None:
    name, most, others, booked = {
        "/feedback": ("comment", 2000, {"rating": "4"}, OVER),
        "/reschedule/answer": ("note", 500, {"request": "r1", "choice": "decline"}, AHEAD),
    }[place]
    world.book(**booked)
    # Each line end arrives as two characters, and counts as one.
    long = "a\r\n" * (most // 2) + "b" * 15
    status, text = await send(world, f"/session/s1{place}", {**others, name: long})

    assert status == 422
    assert kept(text)[1][name] == [long]
    assert rewritten(text)[1] == f"At most {most:,} characters, please: this is 15 too many."


async def test_a_long_reason_stays_in_the_form(world: World) -> None:
    world.book(**AHEAD)
    lines = "a\r\n" * 250
    status, text = await send(world, "/session/s1/reschedule", {"reason": lines + "b" * 14})
    assert status == 422
    assert "At most 500 characters, please: this is 14 too many." in text
    assert f"{'a' + chr(10)}" * 250 + "b" * 14 in text.replace("\r\n", "\n")
    assert "maxlength" not in text

    status, _ = await send(world, "/session/s1/reschedule", {"reason": lines + "."})
    assert status == 422
    status, _ = await send(world, "/session/s1/reschedule", {"reason": lines[:-3] + "."})
    assert status == 303


@pytest.mark.parametrize("who", [{}, STRANGER, SIGNED_OUT])
async def test_another_sites_form_is_not_kept(world: World, who: dict[str, str]) -> None:
    world.book(**OVER)
    crossing = {"sec-fetch-site": "cross-site"}
    status, text = await send(world, "/session/s1/feedback", RATING, **crossing, **who)

    assert (status, "<form" in text) == (403, False)
