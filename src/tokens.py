"""The host platform's JWTs: who is signed in.

The key decides the algorithm; what the token says of itself only has to agree. HS256 tokens
are checked with the shared secret, all others with a key of the JWKS, through WebCrypto.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jwt

from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from context import Context
    from settings import Settings

LEEWAY_S: Final = 5
MAX_TOKEN_CHARACTERS: Final = 8_192
# The one part that is parsed before it is verified. In WebAssembly, json.loads of some thousand
# nested brackets overflows the stack and ends the isolate: this many characters hold too few.
MAX_HEADER_CHARACTERS: Final = 2_048
JWKS_KEPT_S: Final = 600
JWKS_REFETCH_S: Final = 30
# Without any keys everybody is waiting, and so is each of their requests for the answer.
JWKS_RETRY_S: Final = 2
JWKS_STALE_S: Final = 24 * 60 * 60


class _Keys(NamedTuple):
    """A platform's published keys; times are epoch seconds, zero for never."""

    keys: list[dict[str, Any]]
    fetched_at: int
    ask_again_at: int


_NONE: Final = _Keys([], fetched_at=0, ask_again_at=0)
_jwks_by_url: dict[str, _Keys] = {}


async def user_id_of(token: str, ctx: Context) -> str | None:
    """The person this token was given to; None when it is not valid, for whatever reason.

    Raises: ServiceUnavailableError when the platform's keys cannot be had.
    """
    if is_too_long(token):
        return None
    try:
        claims = await _claims(token, ctx)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError, binascii.Error):
        return None
    return claims.get("sub") or None


def is_too_long(token: str) -> bool:
    """Whether a token must not even be read."""
    return len(token) > MAX_TOKEN_CHARACTERS or token.find(".") > MAX_HEADER_CHARACTERS


async def _claims(token: str, ctx: Context) -> dict[str, Any]:
    settings = ctx.settings
    # PyJWT reads the header itself: only where both ways are open does it have to be read before.
    if not settings.auth_jwks_url:
        return _hs256_claims(token, settings)
    header = jwt.get_unverified_header(token)
    if header["alg"] == "HS256" and settings.auth_jwt_secret:
        return _hs256_claims(token, settings)
    return await _public_key_claims(token, header, ctx)


def _hs256_claims(token: str, settings: Settings) -> dict[str, Any]:
    return _decode(token, settings, key=settings.auth_jwt_secret, algorithms=["HS256"])


async def _public_key_claims(token: str, header: dict[str, Any], ctx: Context) -> dict[str, Any]:
    jwk = await _find_key(header.get("kid"), ctx)
    if jwk is None or algorithm_of(jwk) != header["alg"]:
        raise jwt.InvalidAlgorithmError
    data, _, encoded = token.rpartition(".")
    signature = jwt.utils.base64url_decode(encoded)
    if not await ctx.verify_signature(jwk, header["alg"], signature, data.encode()):
        raise jwt.InvalidSignatureError
    return _decode(token, ctx.settings, verify_signature=False)


def _decode(
    token: str,
    settings: Settings,
    *,
    key: str = "",
    algorithms: list[str] | None = None,
    verify_signature: bool = True,
) -> dict[str, Any]:
    """The checked claims. PyJWT leaves all claims unchecked with the signature, unless told."""
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
    """The one algorithm a key is good for here; None for keys we do not use."""
    if jwk.get("use", "sig") != "sig":
        return None
    match jwk.get("kty"), jwk.get("crv"):
        case "RSA", _:
            return "RS256" if jwk.get("alg", "RS256") == "RS256" else None
        case "EC", "P-256":
            return "ES256"
        case "OKP", "Ed25519":
            return "EdDSA"
    return None


async def _find_key(kid: str | None, ctx: Context) -> dict[str, Any] | None:
    """The key named `kid`; a token that names none fits only a set of one."""
    known = _jwks_by_url.get(ctx.settings.auth_jwks_url, _NONE)
    found = _pick(known.keys, kid)
    # A key we have not seen may be a new one: look again, but not for every forged token.
    outdated = found is None or ctx.now - known.fetched_at >= JWKS_KEPT_S
    if outdated and ctx.now >= known.ask_again_at:
        if found is not None:
            # Others go on with the keys that we have, however long this takes.
            _remember(ctx, known._replace(ask_again_at=ctx.now + JWKS_REFETCH_S))
        return _pick((await _refetch_keys(ctx, known)).keys, kid)
    if ctx.now - known.fetched_at >= JWKS_STALE_S:
        raise ServiceUnavailableError
    return found


def _pick(keys: list[dict[str, Any]], kid: str | None) -> dict[str, Any] | None:
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.get("kid") == kid), None)


async def _refetch_keys(ctx: Context, known: _Keys) -> _Keys:
    """Newer keys, or for a day the ones we have: people outlast a short outage signed in."""
    try:
        return _remember(ctx, await _fetch_keys(ctx))
    except ServiceUnavailableError:
        is_usable = ctx.now - known.fetched_at < JWKS_STALE_S
        wait_s = JWKS_REFETCH_S if is_usable else JWKS_RETRY_S
        kept = _remember(ctx, known._replace(ask_again_at=ctx.now + wait_s))
        log("jwks_unavailable", request_id=ctx.request_id, fetched_at=known.fetched_at)
        if not is_usable:
            raise
        return kept


async def _fetch_keys(ctx: Context) -> _Keys:
    document = await ctx.fetch_json(ctx.settings.auth_jwks_url)
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ServiceUnavailableError
    keys = [key for key in document["keys"] if isinstance(key, dict)]
    return _Keys(keys, fetched_at=ctx.now, ask_again_at=ctx.now + JWKS_REFETCH_S)


def _remember(ctx: Context, keys: _Keys) -> _Keys:
    _jwks_by_url[ctx.settings.auth_jwks_url] = keys
    return keys
