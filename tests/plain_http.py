"""HTTP to servers of this machine. To load certificates for TLS takes 30 ms a client."""

import ssl
from typing import Any

import httpx

# A server of Node closes an idle connection after 5 s, and so does httpx by itself: a request sent
# at that moment is lost.
LIMITS = httpx.Limits(keepalive_expiry=2)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(base_url: str = "", *, timeout: float = 30, **options: Any) -> httpx.Client:
    """Return a client that no proxy and no certificate concerns."""
    return httpx.Client(
        base_url=base_url,
        timeout=timeout,
        trust_env=False,
        verify=NO_TLS,
        limits=LIMITS,
        **options,
    )


def request(method: str, url: str, **options: Any) -> httpx.Response:
    """Send one request."""
    return httpx.request(method, url, timeout=30, trust_env=False, verify=NO_TLS, **options)
