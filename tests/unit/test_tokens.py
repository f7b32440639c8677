"""The platform's tokens, checked against a JWKS server whose keys change over time.

Signatures are verified by PyJWT here and by the runtime's WebCrypto in tests/worker.
"""

import asyncio
import hmac
import time
from types import SimpleNamespace

import httpx
import jwt
import pytest
from jwt.utils import base64url_encode

from auth import jwt_guard, platform_tokens
from errors import ServiceUnavailableError
from settings import Settings
from tests.fakes import jwks_server
from tests.fakes.jwks_server import SigningKey, claims_of

SECRET = "the-secret-that-we-share-with-the-platform"
NOW = 1_800_000_000
KEYS = {name: SigningKey.generate(name, f"{name}-key") for name in ("RS256", "ES256", "EdDSA")}


@pytest.fixture
def jwks():
    platform_tokens._jwks_by_url.clear()
    with jwks_server.running() as server:
        server.publish(*KEYS.values())
        yield server


async def fetch_json(url):
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:  # noqa: S501 - http
        response = await client.get(url)
    if response.status_code != 200:
        raise ServiceUnavailableError
    return response.json()


async def verify_signature(jwk, algorithm, signature, data):
    key = jwt.PyJWK(jwk, algorithm)
    return key.Algorithm.verify(data, key.key, signature)


def context(now=NOW, **settings):
    return SimpleNamespace(
        settings=Settings(**settings),
        now=now,
        request_id="test",
        fetch_json=fetch_json,
        verify_signature=verify_signature,
    )


def hs256(claims, secret=SECRET):
    return jwt.encode(claims, secret, algorithm="HS256")


async def test_the_shared_secret_identifies_a_person():
    token = hs256(claims_of("student"))

    assert await platform_tokens.user_id_of(token, context(auth_jwt_secret=SECRET)) == "student"


@pytest.mark.parametrize("algorithm", KEYS)
async def test_each_kind_of_public_key_identifies_a_person(jwks, algorithm):
    token = KEYS[algorithm].sign(claims_of("teacher"))

    assert await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url)) == "teacher"


AN_HOUR_AGO, IN_AN_HOUR = time.time() - 3600, time.time() + 3600
BAD_CLAIMS = {
    "expired": {"exp": AN_HOUR_AGO},
    "not yet valid": {"nbf": IN_AN_HOUR},
    "issued in the future": {"iat": IN_AN_HOUR},
    "without a subject": {"sub": None},
    "with an empty subject": {"sub": ""},
    "with a number as subject": {"sub": 7},
    "with a list as subject": {"sub": ["student"]},
    "for another audience": {"aud": "another-app"},
    "for no audience": {"aud": None},
    "by another issuer": {"iss": "https://evil.example"},
    "by no issuer": {"iss": None},
    "with an expiry that is no time": {"exp": "tomorrow"},
}
STRICT = {"auth_audience": "session-room", "auth_issuer": "https://www.example.com"}
GOOD = {"aud": "session-room", "iss": "https://www.example.com"}


@pytest.mark.parametrize("bad", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
async def test_claims_are_checked_with_every_kind_of_key(jwks, algorithm, bad):
    ctx = context(auth_jwt_secret=SECRET, auth_jwks_url=jwks.url, **STRICT)
    good, wrong = claims_of("student", **GOOD), claims_of("student", **(GOOD | bad))
    sign = hs256 if algorithm == "HS256" else KEYS["ES256"].sign

    assert await platform_tokens.user_id_of(sign(good), ctx) == "student"
    assert await platform_tokens.user_id_of(sign(wrong), ctx) is None


async def test_clocks_may_differ_by_a_few_seconds():
    token = hs256(claims_of("student", exp=time.time() - 2, nbf=time.time() + 2))

    assert await platform_tokens.user_id_of(token, context(auth_jwt_secret=SECRET)) == "student"


async def test_the_token_never_chooses_the_algorithm(jwks):
    ctx = context(auth_jwks_url=jwks.url)
    rsa_key, ec_key = KEYS["RS256"], KEYS["ES256"]
    public_text = str(rsa_key.jwk["n"])
    forged = [
        jwt.encode(claims_of("student"), None, algorithm="none"),
        jwt.encode(claims_of("student"), public_text, "HS256", headers={"kid": rsa_key.kid}),
        rsa_key.sign(claims_of("student"), kid=ec_key.kid),
        ec_key.sign(claims_of("student"), kid=rsa_key.kid),
        SigningKey("stolen-name", "RS256", rsa_key.private).sign(claims_of("student")),
        SigningKey.generate("ES256", ec_key.kid).sign(claims_of("student")),
    ]

    assert [await platform_tokens.user_id_of(token, ctx) for token in forged] == [None] * len(
        forged
    )


async def test_hs256_tokens_are_invalid_without_a_shared_secret(jwks):
    signed_part = hs256(claims_of("student")).rpartition(".")[0]
    signature = hmac.digest(b"", signed_part.encode(), "sha256")
    token = f"{signed_part}.{base64url_encode(signature).decode()}"

    assert await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url)) is None


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_without_a_kid_needs_a_set_of_one_key(jwks, algorithm):
    token = KEYS[algorithm].sign(claims_of("student"), kid=None)
    several = await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url))
    platform_tokens._jwks_by_url.clear()
    jwks.publish(KEYS[algorithm])
    single = await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url))

    assert (several, single) == (None, "student")


async def test_a_new_key_is_found_after_the_refetch_interval(jwks):
    old, new = KEYS["ES256"], SigningKey.generate("ES256", "new-key")
    token = new.sign(claims_of("student"))
    jwks.publish(old)
    url = jwks.url
    before = await platform_tokens.user_id_of(token, context(NOW, auth_jwks_url=url))
    jwks.publish(old, new)
    too_soon = await platform_tokens.user_id_of(token, context(NOW + 29, auth_jwks_url=url))
    asked_too_soon = jwks.asked
    in_time = await platform_tokens.user_id_of(token, context(NOW + 30, auth_jwks_url=url))

    assert (before, too_soon, in_time) == (None, None, "student")
    assert (asked_too_soon, jwks.asked) == (1, 2)


async def test_known_keys_are_used_while_newer_keys_are_fetched(jwks):
    token = KEYS["ES256"].sign(claims_of("student"))
    await platform_tokens.user_id_of(token, context(NOW, auth_jwks_url=jwks.url))
    waiting, asked = asyncio.Event(), []

    async def slow(url):
        asked.append(url)
        await waiting.wait()
        return await fetch_json(url)

    later = context(NOW + 600, auth_jwks_url=jwks.url)
    later.fetch_json = slow
    first = asyncio.create_task(platform_tokens.user_id_of(token, later))
    await asyncio.sleep(0)
    second = await platform_tokens.user_id_of(token, later)
    waiting.set()

    assert (await first, second, len(asked)) == ("student", "student", 1)


async def test_a_withdrawn_key_is_invalid_after_the_next_fetch(jwks):
    old, new = KEYS["ES256"], KEYS["EdDSA"]
    token = old.sign(claims_of("student"))
    known = await platform_tokens.user_id_of(token, context(NOW, auth_jwks_url=jwks.url))
    jwks.publish(new)
    kept = await platform_tokens.user_id_of(token, context(NOW + 599, auth_jwks_url=jwks.url))
    refetched = await platform_tokens.user_id_of(token, context(NOW + 600, auth_jwks_url=jwks.url))

    assert (known, kept, refetched) == ("student", "student", None)


async def test_forged_tokens_do_not_refetch_the_keys(jwks):
    forger = SigningKey.generate("ES256", "unheard-of")
    for second in range(29):
        ctx = context(NOW + second, auth_jwks_url=jwks.url)
        await platform_tokens.user_id_of(forger.sign(claims_of("student")), ctx)

    assert jwks.asked == 1


@pytest.mark.parametrize("mode", ["failing", "redirecting", "no keys"])
async def test_unavailable_keys_raise_service_unavailable(jwks, mode):
    jwks.mode = mode
    token = KEYS["ES256"].sign(claims_of("student"))

    with pytest.raises(ServiceUnavailableError):
        await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url))


async def test_unavailable_keys_are_fetched_at_most_every_two_seconds(jwks):
    jwks.mode = "failing"
    token = KEYS["ES256"].sign(claims_of("student"))
    for _ in range(5):
        with pytest.raises(ServiceUnavailableError):
            await platform_tokens.user_id_of(token, context(NOW, auth_jwks_url=jwks.url))
    asked = jwks.asked
    jwks.mode = "ok"
    later = await platform_tokens.user_id_of(token, context(NOW + 2, auth_jwks_url=jwks.url))

    assert (asked, later) == (1, "student")


async def test_keys_older_than_a_day_are_not_used(jwks):
    token, url = KEYS["ES256"].sign(claims_of("student")), jwks.url
    assert await platform_tokens.user_id_of(token, context(NOW, auth_jwks_url=url)) == "student"
    jwks.mode = "failing"
    for _ in range(2):
        with pytest.raises(ServiceUnavailableError):
            await platform_tokens.user_id_of(token, context(NOW + 24 * 60 * 60, auth_jwks_url=url))


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"alg": "ECDH-ES"},
        {"kty": "oct"},
        {"crv": "P-384"},
        {"kty": "EC", "crv": "secp256k1"},
    ],
)
async def test_keys_for_other_purposes_are_not_used(jwks, changes):
    jwks.keys = [KEYS["ES256"].jwk | changes]
    token = KEYS["ES256"].sign(claims_of("student"))

    assert await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url)) is None


ENCRYPTING = {"use": "enc", "alg": "RSA-OAEP"}


@pytest.mark.parametrize("other", [ENCRYPTING, {"key_ops": ["encrypt"]}, {"alg": "PS256"}])
@pytest.mark.parametrize("order", [1, -1])
async def test_a_key_for_another_purpose_may_have_the_same_kid(jwks, other, order):
    key = KEYS["RS256"]
    unusable = SigningKey.generate("RS256", key.kid).jwk | other
    jwks.keys = [unusable, key.jwk][::order]
    token = key.sign(claims_of("student"))

    assert await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url)) == "student"


@pytest.mark.parametrize("order", [1, -1])
async def test_each_key_of_one_kid_is_tried(jwks, order):
    """Keys of other kinds, or two of one kind during a rotation."""
    first = SigningKey.generate("ES256", "shared")
    second = SigningKey.generate("ES256", "shared")
    third = SigningKey("shared", "RS256", KEYS["RS256"].private)
    jwks.publish(*[first, second, third][::order])
    ctx = context(auth_jwks_url=jwks.url)
    forged = SigningKey.generate("ES256", "shared").sign(claims_of("student"))

    for key in (first, second, third):
        assert await platform_tokens.user_id_of(key.sign(claims_of("student")), ctx) == "student"
    assert await platform_tokens.user_id_of(forged, ctx) is None


async def test_unusable_keys_do_not_count_in_a_set_of_one_key(jwks):
    key = KEYS["RS256"]
    jwks.keys = [SigningKey.generate("RS256", "for-secrets").jwk | ENCRYPTING, key.jwk]
    token = key.sign(claims_of("student"), kid=None)

    assert await platform_tokens.user_id_of(token, context(auth_jwks_url=jwks.url)) == "student"


@pytest.mark.parametrize("named_in_key", ["EdDSA", "Ed25519", None])
async def test_ed25519_has_two_names(jwks, named_in_key):
    """RFC 9864 names the curve; the older name is EdDSA."""
    key = KEYS["EdDSA"]
    jwks.keys = [{name: text for name, text in key.jwk.items() if name != "alg"}]
    if named_in_key:
        jwks.keys[0]["alg"] = named_in_key
    ctx = context(auth_jwks_url=jwks.url)

    for algorithm in ("EdDSA", "Ed25519"):
        token = key.sign(claims_of("student"), alg=algorithm)
        assert await platform_tokens.user_id_of(token, ctx) == "student"
    assert (
        await platform_tokens.user_id_of(key.sign(claims_of("student"), alg="Ed448"), ctx) is None
    )


@pytest.mark.parametrize("size", [8_193, 10_240, 100_000])
async def test_a_huge_token_is_refused_unread(size):
    token = hs256(claims_of("student", padding="x" * size))

    assert await platform_tokens.user_id_of(token, context(auth_jwt_secret=SECRET)) is None


async def test_a_long_header_is_refused_unparsed():
    token = jwt.encode(claims_of("student"), SECRET, "HS256", headers={"padding": "[" * 1_600})

    assert len(token) < jwt_guard.MAX_TOKEN_CHARACTERS
    assert await platform_tokens.user_id_of(token, context(auth_jwt_secret=SECRET)) is None
