"""Tokens signed with the platform's private keys, checked by the runtime's WebCrypto.

One Worker, configured with a JWKS, an issuer and an audience, and without a shared secret.
"""

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.jwks_server import SigningKey
from tests.worker.platform_keys import AUDIENCE, KEYS, TROUBLES, claims
from tests.worker.site import error_of

STATE = "/session/demo-joinable/state"


def enter(site, key, **headers):
    return site.get(STATE, token=key.sign(claims(), **headers))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_unavailable_keys_refuse_every_sign_in(in_trouble, trouble):
    answer, asked, _ = in_trouble[trouble]

    assert error_of(answer, 503) == {
        "code": "unavailable",
        "message": "Session Room is briefly unavailable. Try again.",
    }
    assert asked == 1  # in particular, the redirect was not followed


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_room_link_works_without_keys(in_trouble, trouble):
    _, _, linked = in_trouble[trouble]

    assert linked.json()["role"] == "student"


@pytest.mark.parametrize("algorithm", KEYS)
def test_each_kind_of_key_signs_people_in(key_site, algorithm):
    token = KEYS[algorithm].sign(claims("demo-teacher"))
    as_bearer = key_site.get(STATE, token=token)
    cookie = f"{key_site.settings['AUTH_COOKIE']}={token}"
    as_cookie = key_site.page("/session/demo-joinable", cookie=cookie)

    assert as_bearer.json()["role"] == "teacher"
    assert as_cookie.status_code == 200


def test_an_ed25519_key_checks_tokens_that_name_the_curve(key_site):
    """The name of RFC 9864; `EdDSA` is the older one."""
    answer = enter(key_site, KEYS["EdDSA"], alg="Ed25519")

    assert answer.json()["role"] == "student"


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"aud": "another-app"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
    ],
)
def test_wrong_claims_are_refused_with_every_kind_of_key(key_site, algorithm, changes):
    token = KEYS[algorithm].sign(claims(**changes))

    error_of(key_site.get(STATE, token=token), 401)


def test_one_audience_of_several_is_enough(key_site):
    token = KEYS["EdDSA"].sign(claims(aud=["another-app", AUDIENCE]))

    assert key_site.get(STATE, token=token).status_code == 200


def pem_of(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hs256_by_hand(key: SigningKey, secret: bytes) -> str:
    """PyJWT refuses to use a public key as a secret; forgers do not."""
    encode, algorithm = jwt.utils.base64url_encode, jwt.algorithms.HMACAlgorithm
    header = encode(b'{"alg":"HS256","kid":"%s"}' % key.kid.encode())
    payload = key.sign(claims()).split(".")[1].encode()
    signature = algorithm(algorithm.SHA256).sign(header + b"." + payload, secret)
    return b".".join([header, payload, encode(signature)]).decode()


FORGED = {
    "no algorithm": lambda: jwt.encode(claims(), None, "none", {"kid": "RS256-key"}),
    "a public key as secret": lambda: hs256_by_hand(KEYS["RS256"], pem_of(KEYS["RS256"])),
    "a public number as secret": lambda: hs256_by_hand(
        KEYS["RS256"], KEYS["RS256"].jwk["n"].encode()
    ),
    "an empty secret": lambda: hs256_by_hand(KEYS["RS256"], b""),
    "RS256 under an ES256 kid": lambda: KEYS["RS256"].sign(claims(), kid="ES256-key"),
    "ES256 under an RS256 kid": lambda: KEYS["ES256"].sign(claims(), kid="RS256-key"),
    "EdDSA under an ES256 kid": lambda: KEYS["EdDSA"].sign(claims(), kid="ES256-key"),
    "unknown kid": lambda: KEYS["ES256"].sign(claims(), kid="unheard-of"),
    "ES256 without a kid": lambda: KEYS["ES256"].sign(claims(), kid=None),
    "RS256 without a kid": lambda: KEYS["RS256"].sign(claims(), kid=None),
    "another RS256 key": lambda: SigningKey.generate("RS256", "RS256-key").sign(claims()),
    "another ES256 key": lambda: SigningKey.generate("ES256", "ES256-key").sign(claims()),
    "another EdDSA key": lambda: SigningKey.generate("EdDSA", "EdDSA-key").sign(claims()),
    "a key of its own": lambda: SigningKey.generate("ES256", "mine").sign(
        claims(), jwk=SigningKey.generate("ES256", "mine").jwk, jku="https://evil.example/jwks"
    ),
    "PS256": lambda: jwt.encode(
        claims(), KEYS["RS256"].private, "PS256", {"kid": KEYS["RS256"].kid}
    ),
    "a signature cut short": lambda: KEYS["ES256"].sign(claims())[:-20],
    "no signature": lambda: KEYS["ES256"].sign(claims()).rpartition(".")[0] + ".",
    "a signature that is no base64": lambda: KEYS["ES256"].sign(claims())[:-1] + "!",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_forged_tokens_are_refused(key_site, forge):
    error_of(key_site.get(STATE, token=forge()), 401)


def test_unknown_keys_are_not_fetched_at_every_request(key_site, jwks):
    asked = jwks.asked
    forger = SigningKey.generate("ES256", "unheard-of")
    for _ in range(5):
        error_of(enter(key_site, forger), 401)

    assert jwks.asked - asked <= 1


def test_the_demo_sign_in_needs_the_shared_secret(key_site):
    refused = key_site.get("/dev/sign-in?user=demo-student", headers={"Accept": "application/json"})

    assert "AUTH_JWT_SECRET" in error_of(refused, 400)["message"]
