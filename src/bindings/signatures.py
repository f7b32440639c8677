"""The check of public-key signatures, by the runtime's WebCrypto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

from bindings.conversion import js_object

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPORT_PARAMETERS: Mapping[str, dict[str, str]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"},
    "ES256": {"name": "ECDSA", "namedCurve": "P-256"},
    "EdDSA": {"name": "Ed25519"},
}
_VERIFY_PARAMETERS: Mapping[str, dict[str, str]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5"},
    "ES256": {"name": "ECDSA", "hash": "SHA-256"},
    "EdDSA": {"name": "Ed25519"},
}


async def verify_signature(
    jwk: dict[str, Any], algorithm: str, signature: bytes, data: bytes
) -> bool:
    """True if `signature` is a signature of `data` by the public key `jwk`.

    `algorithm` is RS256, ES256 or EdDSA. WebCrypto does it, since PyPI has no wasm build of
    `cryptography`. With an unreadable key the result is False.
    """
    public: dict[str, Any] = {
        name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk
    }
    subtle = js.crypto.subtle
    try:
        key = await subtle.importKey(
            "jwk",
            js_object(public),
            js_object(_IMPORT_PARAMETERS[algorithm]),
            False,
            to_js(["verify"]),
        )
        verified = await subtle.verify(
            js_object(_VERIFY_PARAMETERS[algorithm]), key, to_js(signature), to_js(data)
        )
    except JsException:
        return False
    return bool(verified)
