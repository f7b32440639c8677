"""The host platform's JWTs, which identify a signed-in person.

The key decides the algorithm, and the token's `alg` must match it. The shared secret checks HS256
tokens; a key of the JWKS checks all others, through WebCrypto.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jwt

from auth import jwt_guard
from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from context import Context
    from settings import Settings

LEEWAY_S: Final = 5
JWKS_KEPT_S: Final = 600
JWKS_REFETCH_S: Final = 30
# Without any keys nobody can sign in, and each request waits for the fetch.
JWKS_RETRY_S: Final = 2
JWKS_STALE_S: Final = 24 * 60 * 60
# RFC 9864 names the curve; older libraries say EdDSA. An Ed25519 key checks both.
_SAME_ALGORITHM: Final = {"Ed25519": "EdDSA"}


class _Keys(NamedTuple):
    """A platform's published keys. Times are epoch seconds; zero means never."""

    keys: list[dict[str, Any]]
    fetched_at: int
    refetch_after: int


_NONE: Final = _Keys([], fetched_at=0, refetch_after=0)
_jwks_by_url: dict[str, _Keys] = {}


async def user_id_of(token: str, ctx: Context) -> str | None:
    """The `sub` of a valid token; None for every invalid one.

    Raises: ServiceUnavailableError if the platform's keys are unavailable.
    """
    if jwt_guard.is_too_long(token):
        return None
    try:
        claims = await _claims(token, ctx)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError, binascii.Error):
        return None
    return claims.get("sub") or None


async def _claims(token: str, ctx: Context) -> dict[str, Any]:
    settings = ctx.settings
    # PyJWT parses the header itself. We need it first only to choose between secret and JWKS.
    if not settings.auth_jwks_url:
        return _hs256_claims(token, settings)
    header = jwt.get_unverified_header(token)
    if header["alg"] == "HS256" and settings.auth_jwt_secret:
        return _hs256_claims(token, settings)
    return await _public_key_claims(token, header, ctx)


def _hs256_claims(token: str, settings: Settings) -> dict[str, Any]:
    return _decode(token, settings, key=settings.auth_jwt_secret, algorithms=["HS256"])


async def _public_key_claims(token: str, header: dict[str, Any], ctx: Context) -> dict[str, Any]:
    algorithm = _SAME_ALGORITHM.get(header["alg"], header["alg"])
    keys = await _find_keys(algorithm, header.get("kid"), ctx)
    if not keys:
        raise jwt.InvalidKeyError
    data, _, encoded = token.rpartition(".")
    signature = jwt.utils.base64url_decode(encoded)
    for jwk in keys:
        if await ctx.verify_signature(jwk, algorithm, signature, data.encode()):
            return _decode(token, ctx.settings, verify_signature=False)
    raise jwt.InvalidSignatureError


def _decode(
    token: str,
    settings: Settings,
    *,
    key: str = "",
    algorithms: list[str] | None = None,
    verify_signature: bool = True,
) -> dict[str, Any]:
    """The checked claims. With `verify_signature` off, PyJWT checks only claims named here."""
    return jwt.decode(
        token,
        key,
        algorithms=algorithms,
        audience=settings.auth_audience or None,
        issuer=settings.auth_issuer or None,
        leeway=LEEWAY_S,
        options={
            "verify_exp": True,
            "verify_nbf": True,
            "verify_iat": True,
            "verify_iss": True,
            "verify_sub": True,
            "verify_signature": verify_signature,
            "verify_aud": bool(settings.auth_audience),
            "require": ["sub"],
        },
    )


def algorithm_of(jwk: dict[str, Any]) -> str | None:
    """The one algorithm for which we use this key; None for a key that we do not use."""
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list):
        return None
    match jwk.get("kty"), jwk.get("crv"):
        case "RSA", _:
            algorithm = "RS256"
        case "EC", "P-256":
            algorithm = "ES256"
        case "OKP", "Ed25519":
            algorithm = "EdDSA"
        case _:
            return None
    named = jwk.get("alg", algorithm)
    fits = named == algorithm or (named == "Ed25519" and algorithm == "EdDSA")
    return algorithm if fits and "verify" in operations else None


async def _find_keys(algorithm: str, kid: str | None, ctx: Context) -> list[dict[str, Any]]:
    """The keys for a token of this `alg` and `kid`; may be empty."""
    known = _jwks_by_url.get(ctx.settings.auth_jwks_url, _NONE)
    found = _pick(known.keys, algorithm, kid)
    # An unknown `kid` may be a new key: fetch again, but not for every forged token.
    outdated = not found or ctx.now - known.fetched_at >= JWKS_KEPT_S
    if outdated and ctx.now >= known.refetch_after:
        if found:
            # Other requests use the known keys while this one fetches.
            _remember(ctx, known._replace(refetch_after=ctx.now + JWKS_REFETCH_S))
        return _pick((await _refetch_keys(ctx, known)).keys, algorithm, kid)
    if ctx.now - known.fetched_at >= JWKS_STALE_S:
        raise ServiceUnavailableError
    return found


def _pick(keys: list[dict[str, Any]], algorithm: str, kid: str | None) -> list[dict[str, Any]]:
    """Keys of this algorithm, then of this `kid`: keys of different uses may share a `kid`.

    A token without a `kid` matches only a set with a single usable key.
    Source: https://www.rfc-editor.org/rfc/rfc7517#section-4.5
    """
    usable = [(key, found) for key in keys if (found := algorithm_of(key))]
    if kid is None and len(usable) != 1:
        return []
    return [
        key
        for key, found in usable
        if found == algorithm and (kid is None or key.get("kid") == kid)
    ]


async def _refetch_keys(ctx: Context, known: _Keys) -> _Keys:
    """Newer keys; while the fetch fails, the known keys for a day, so people stay signed in."""
    try:
        return _remember(ctx, await _fetch_keys(ctx))
    except ServiceUnavailableError:
        is_usable = ctx.now - known.fetched_at < JWKS_STALE_S
        wait_s = JWKS_REFETCH_S if is_usable else JWKS_RETRY_S
        kept = _remember(ctx, known._replace(refetch_after=ctx.now + wait_s))
        log("jwks_unavailable", request_id=ctx.request_id, fetched_at=known.fetched_at)
        if not is_usable:
            raise
        return kept


async def _fetch_keys(ctx: Context) -> _Keys:
    document = await ctx.fetch_json(ctx.settings.auth_jwks_url)
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ServiceUnavailableError
    keys = [key for key in document["keys"] if isinstance(key, dict)]
    return _Keys(keys, fetched_at=ctx.now, refetch_after=ctx.now + JWKS_REFETCH_S)


def _remember(ctx: Context, keys: _Keys) -> _Keys:
    _jwks_by_url[ctx.settings.auth_jwks_url] = keys
    return keys
