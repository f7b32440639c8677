"""Unsafe requests must come from our own pages.

Browsers name the origin of a request in Sec-Fetch-Site, older ones in Origin. No browser page sends
a request with neither header, so such a request cannot misuse a person's cookies (the reasoning of
Go's net/http.CrossOriginProtection).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from errors import CrossSiteError

if TYPE_CHECKING:
    from web.messages import Request

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")


def refuse_cross_site(request: Request) -> None:
    """Raises: CrossSiteError for an unsafe request of another site's page."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSiteError
        return
    origin = request.headers.get("origin")
    if origin is not None and origin != request.origin:
        raise CrossSiteError
