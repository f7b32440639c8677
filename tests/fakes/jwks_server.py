"""A platform's signing keys, and the server that publishes them: real HTTP on loopback."""

import json
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.fakes.serving import serving

HOUR_S = 60 * 60
# PyJWT does not know all algorithm names that a platform may write into a header.
SIGNER = jwt.PyJWS()
for _name in ("Ed25519", "Ed448"):
    SIGNER.register_algorithm(_name, OKPAlgorithm())


@dataclass(frozen=True)
class SigningKey:
    """A private key of the platform, with its `kid`."""

    kid: str
    algorithm: str
    private: Any

    @classmethod
    def generate(cls, algorithm: str, kid: str) -> "SigningKey":
        match algorithm:
            case "RS256":
                private: Any = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            case "ES256":
                private = ec.generate_private_key(ec.SECP256R1())
            case "EdDSA":
                private = ed25519.Ed25519PrivateKey.generate()
        return cls(kid, algorithm, private)

    @property
    def jwk(self) -> dict[str, Any]:
        writers: dict[str, Any] = {
            "RS256": RSAAlgorithm,
            "ES256": ECAlgorithm,
            "EdDSA": OKPAlgorithm,
        }
        public: dict[str, Any] = writers[self.algorithm].to_jwk(
            self.private.public_key(), as_dict=True
        )
        public.pop("key_ops", None)
        return public | {"kid": self.kid, "use": "sig", "alg": self.algorithm}

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """Return the token. `headers` replace its default headers; None removes one."""
        named = {"kid": self.kid} | headers
        present = {name: value for name, value in named.items() if value is not None}
        payload = json.dumps(claims).encode()
        return SIGNER.encode(payload, self.private, algorithm=self.algorithm, headers=present)


def claims_of(user_id: str, **changes: Any) -> dict[str, Any]:
    """The claims of a person who has just signed in; None removes a claim."""
    now = int(time.time())
    claims = {"sub": user_id, "iat": now, "exp": now + HOUR_S} | changes
    return {name: value for name, value in claims.items() if value is not None}


class JwksServer(ThreadingHTTPServer):
    """Publishes `keys`, or misbehaves by `mode`, and counts the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/jwks.json"
        self.keys: list[dict[str, Any]] = []
        self.mode = "ok"
        self.asked = 0

    def publish(self, *keys: SigningKey) -> None:
        self.mode = "ok"
        self.keys = [key.jwk for key in keys]


class _Handler(BaseHTTPRequestHandler):
    server: JwksServer

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.path == "/moved.json":
            self._answer(200, json.dumps({"keys": self.server.keys}))
            return
        if self.path not in ("/jwks.json", "/cdn-cgi/access/certs"):
            self._answer(404, "{}")
            return
        match self.server.mode:
            case "ok":
                self._answer(200, json.dumps({"keys": self.server.keys}))
            case "failing":
                self._answer(500, "{}")
            case "redirecting":
                self._answer(302, "", ("Location", "/moved.json"))
            case "not JSON":
                self._answer(200, "<html>Sign in first</html>")
            case "no keys":
                self._answer(200, '{"keys": "none"}')

    def _answer(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def running() -> AbstractContextManager[JwksServer]:
    return serving(JwksServer())
