"""Room links and their cookies: signed for one purpose, by any key that is still configured."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import links
from auth.links import RoomLink
from settings import Settings

OLD, NEW, OTHER = "the-older-key", "the-newer-key", "somebody-elses-key"
LINK = RoomLink("algebra-1", "student")
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def tampered_at(token: str, position: int) -> str:
    """Another character there, chosen so that the bits it stands for differ.

    The last of 43 characters stands for 4 bits and has 2 to spare, so its highest bit is flipped.
    """
    character = token[position]
    changed = ALPHABET[ALPHABET.index(character) ^ 32] if character in ALPHABET else "A"
    return token[:position] + changed + token[position + 1 :]


def test_a_link_has_session_and_person():
    assert links.read(links.sign(LINK, [NEW]), [NEW]) == LINK


def test_a_link_with_a_changed_character_is_invalid():
    token = links.sign(LINK, [NEW])
    accepted = [
        position
        for position in range(len(token))
        if links.read(tampered_at(token, position), [NEW]) is not None
    ]

    assert accepted == []


@pytest.mark.parametrize("cut", [0, 1, 10, -1, -20])
def test_a_truncated_link_is_invalid(cut):
    assert links.read(links.sign(LINK, [NEW])[:cut], [NEW]) is None


def test_parts_of_two_links_make_no_valid_link():
    payload = links.sign(RoomLink("algebra-1", "stranger"), [OTHER]).rpartition(".")[0]
    signature = links.sign(LINK, [NEW]).rpartition(".")[2]

    assert links.read(f"{payload}.{signature}", [NEW]) is None


def calendar_token(user_id: str, *keys: str) -> str:
    address = links.calendar_address(user_id, Settings(public_url="https://x", link_secrets=keys))
    assert address.startswith("https://x/calendar/")
    return address.rpartition("/")[2].removesuffix(".ics")


def test_a_calendar_has_its_person():
    token = calendar_token("stüdent/1", NEW)

    assert links.calendar_person(token, [OLD, NEW]) == "stüdent/1"
    assert links.calendar_person(token, [OTHER]) is None
    assert set(token) <= set(ALPHABET + "."), "safe in an address"


def test_a_calendar_is_no_room_link_and_the_other_way_round():
    assert links.read(calendar_token("student", NEW), [NEW]) is None
    assert links.read(calendar_token("student", NEW), [NEW], purpose=links.CALENDAR) is None
    for purpose in (links.LINK, links.COOKIE, links.UNSUBSCRIBE, links.CALENDAR):
        assert links.calendar_person(links.sign(LINK, [NEW], purpose=purpose), [NEW]) is None


def test_a_link_of_the_older_key_is_valid_after_a_rotation():
    assert links.read(links.sign(LINK, [OLD]), [OLD, NEW]) == LINK


def test_the_newest_key_signs():
    token = links.sign(LINK, [OLD, NEW])

    assert links.read(token, [NEW]) == LINK
    assert links.read(token, [OLD]) is None


def test_a_link_of_a_removed_key_is_invalid():
    assert links.read(links.sign(LINK, [OLD]), [NEW]) is None


@pytest.mark.parametrize(
    ("made_for", "used_for"), [(links.COOKIE, links.LINK), (links.LINK, links.COOKIE)]
)
def test_a_token_is_invalid_for_another_purpose(made_for, used_for):
    token = links.sign(LINK, [NEW], purpose=made_for)

    assert links.read(token, [NEW], purpose=used_for) is None
    assert links.read(token, [NEW], purpose=made_for) == LINK


@pytest.mark.parametrize("content", [["algebra-1"], ["a", "b", "c"], ["algebra-1", 7], 7, None])
def test_signed_content_of_another_shape_is_invalid(content):
    token = links._serializer([NEW], links.LINK).dumps(content)

    assert links.read(token, [NEW]) is None


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_garbage_is_invalid_without_an_exception(garbage):
    assert links.read(garbage, [NEW]) is None


@given(st.text(min_size=1, max_size=64), st.text(min_size=1, max_size=128))
def test_links_fit_into_addresses_and_cookies(session_id, user_id):
    link = RoomLink(session_id, user_id)
    token = links.sign(link, [NEW])

    assert links.read(token, [NEW]) == link
    assert set(token) <= set(ALPHABET + ".")


def test_the_cookie_is_limited_to_its_session():
    cookie = links.room_cookie(LINK, [NEW], max_age=3600)
    pair, *attributes = cookie.split("; ")
    name, _, value = pair.partition("=")

    assert name == "session_room"
    assert links.read(value, [NEW], purpose=links.COOKIE) == LINK
    assert attributes == [
        "Path=/session/algebra-1",
        "Max-Age=3600",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
    ]


def test_a_link_for_a_frame_has_session_person_and_moment():
    token = links.sign_for_frame(LINK, [NEW], now=1000)

    assert links.read_for_frame(token, [NEW]) == (LINK, 1000 + links.FRAME_LINK_S)


def test_links_for_frames_and_for_mails_are_no_substitutes():
    framed = links.sign_for_frame(LINK, [NEW], now=1000)

    assert links.read_for_frame(framed, [OTHER]) is None
    assert links.read(framed, [NEW]) is None
    assert links.read(framed, [NEW], purpose=links.COOKIE) is None
    assert links.read_for_frame(links.sign(LINK, [NEW]), [NEW]) is None
