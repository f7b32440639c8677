"""HTTP to servers of this machine. To load certificates for TLS takes 30 ms a client."""

import ssl
from typing import Any

import httpx

# A connection for each request: workerd closes one without a word when the Worker has answered and
# not read the request's body, and a server of Node closes an idle one after 5 s. A request that is
# sent at such a moment is lost.
LIMITS = httpx.Limits(max_keepalive_connections=0)
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
