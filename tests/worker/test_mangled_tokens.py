"""Changed links, cookies and sign-ins open nothing and change nothing."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import links
from tests.fakes import hs256
from tests.fakes.jwks_server import claims_of
from tests.worker.attacked import Prey, dump, lay_out, unsubscribe_link
from tests.worker.site import Site

# The characters of base64url: a decoder may ignore all others without harm.
ALPHABET = string.ascii_letters + string.digits + "-_"
few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
quiet = pytest.mark.usefixtures("nothing_changes")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def prey(attacked: Site) -> Prey:
    return lay_out(attacked)


@pytest.fixture
def nothing_changes(attacked: Site, prey: Prey):
    before = dump(attacked, prey)
    yield
    assert dump(attacked, prey) == before


@st.composite
def manglings(draw: st.DrawFn):
    """A change that affects every part of a token."""
    where, character = draw(st.floats(0, 1)), draw(st.sampled_from(ALPHABET))
    kind = draw(st.sampled_from(["replace", "insert", "remove", "cut", "double", "shift", "empty"]))

    def mangle(token: str) -> str:
        # The last character of a part has unused bits; do not change those.
        places = [
            index
            for index, found in enumerate(token[:-1])
            if found != "." and token[index + 1] != "." and index < len(token) - 2
        ]
        place = places[int(where * (len(places) - 1))]
        put = character if character != token[place] else ALPHABET[ALPHABET.index(character) - 1]
        return {
            "replace": token[:place] + put + token[place + 1 :],
            "insert": token[:place] + put * 4 + token[place:],
            "remove": token[:place] + token[place + 4 :] if place + 4 < len(token) else token[:9],
            "cut": token[: place or 1],
            "double": token + token,
            "shift": token[place:] + token[:place] if place else token[1:],
            # Only dots would be another path: browsers read `/r/..` as `/`.
            "empty": "." * token.count(".") + "-",
        }[kind]

    return mangle


@quiet
@few
@given(manglings(), st.sampled_from(["", "/calendar", "/reschedule"]))
def test_a_mangled_room_link_is_refused(attacked, prey, mangle, way):
    token = attacked.link(prey.joinable, prey.student)
    mangled = mangle(token)
    answer = attacked.page(f"/r/{mangled}{way}")

    assert attacked.page(f"/r/{token}{way}").status_code == 303
    assert answer.status_code in (404, 405), mangled
    assert "Set-Cookie" not in answer.headers


@quiet
@few
@given(manglings())
def test_a_mangled_unsubscribe_link_changes_nothing(attacked, prey, mangle):
    token = mangle(unsubscribe_link(attacked, prey.joinable, prey.student))

    assert attacked.page(f"/unsubscribe/{token}").status_code in (404, 405)
    assert attacked.post(f"/unsubscribe/{token}").status_code in (404, 405)


@quiet
@few
@given(manglings())
def test_a_mangled_room_cookie_is_refused(attacked, prey, mangle):
    name, _, value = attacked.room_cookie(prey.joinable, prey.student).partition("=")
    cookie = f"{name}={mangle(value)}"

    for path in ("/state", "/resources", "/live"):
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if path == "/live" else {}
        answer = attacked.get(f"/session/{prey.joinable}{path}", cookie=cookie, headers=headers)
        assert answer.status_code == 401
    assert attacked.post(f"/session/{prey.joinable}/join", cookie=cookie).status_code == 401


@quiet
@few
@given(manglings())
def test_a_mangled_sign_in_is_refused(attacked, prey, mangle):
    token = mangle(attacked.token(prey.teacher))
    cookie = f"{attacked.settings['AUTH_COOKIE']}={token}"

    for said in ({"token": token}, {"cookie": cookie}):
        assert attacked.get(f"/session/{prey.joinable}/state", **said).status_code == 401
        assert attacked.post(f"/session/{prey.joinable}/end", **said).status_code == 401


@quiet
@few
@given(st.sampled_from(["none", "None", "HS384", "RS256", "", "hs256"]) | json_values)
def test_another_algorithm_is_refused(attacked, prey, algorithm):
    secret = attacked.settings["AUTH_JWT_SECRET"]
    claims = claims_of(prey.teacher)
    for key in (secret, ""):
        token = hs256.encode(claims, key, alg=algorithm)
        answer = attacked.post(f"/session/{prey.joinable}/end", token=token)
        assert answer.status_code == 401, algorithm
    unsigned = hs256.encode(claims, secret, alg=algorithm).rpartition(".")[0]
    assert attacked.post(f"/session/{prey.joinable}/end", token=f"{unsigned}.").status_code == 401


@quiet
@few
@given(st.dictionaries(st.sampled_from(["sub", "exp", "nbf", "iat", "iss", "aud"]), json_values))
def test_odd_claims_are_refused(attacked, prey, claims):
    """Signed by the platform, so the claims are checked."""
    token = hs256.encode(claims_of("stranger") | claims, attacked.settings["AUTH_JWT_SECRET"])
    answer = attacked.post(f"/session/{prey.joinable}/end", token=token)

    assert answer.status_code in (401, 403)


@quiet
@pytest.mark.parametrize("depth", [500, 700, 2_000, 6_000])
@pytest.mark.parametrize("part", ["header", "header_value", "payload"])
def test_deeply_nested_tokens_are_refused(attacked, prey, depth, part):
    deep = "[" * depth + "]" * depth
    header = {"header": deep, "header_value": f'{{"alg":"HS256","x":{deep}}}'}
    token = hs256.signed(
        header.get(part, '{"alg":"HS256","typ":"JWT"}').encode(),
        (deep if part == "payload" else "{}").encode(),
        "not-the-secret",
    )
    answers = [
        attacked.get(f"/session/{prey.joinable}/state", token=token),
        attacked.page(f"/r/{token}"),
        attacked.post("/webhooks/plugnmeet", headers={"Authorization": token}),
        attacked.post("/webhooks/bigbluebutton", data={"signed_parameters": token}),
    ]

    assert [answer.status_code for answer in answers] == [401, 404, 401, 401]


@quiet
@pytest.mark.parametrize("purpose", [links.LINK, links.COOKIE, links.UNSUBSCRIBE])
def test_a_token_is_valid_only_for_its_purpose(attacked, prey, purpose):
    token = attacked.link(prey.joinable, prey.student, purpose=purpose)
    state = f"/session/{prey.joinable}/state"
    opened = {
        links.LINK: attacked.page(f"/r/{token}").status_code == 303,
        links.COOKIE: attacked.get(state, cookie=f"{links.ROOM_COOKIE}={token}").is_success,
        links.UNSUBSCRIBE: attacked.page(f"/unsubscribe/{token}").is_success,
    }
    signed_in = attacked.get(state, token=token)

    assert [use for use, worked in opened.items() if worked] == [purpose]
    assert signed_in.status_code == 401
