"""Unsafe requests must come from our own pages.

Browsers say where a request comes from: in Sec-Fetch-Site, the older ones in Origin. A request
with neither was not made by a browser's page, and so carries nobody's cookies against their will
(the reasoning of Go's net/http.CrossOriginProtection).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from errors import CrossSiteError

if TYPE_CHECKING:
    from web.messages import Request

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")


def refuse_cross_site(request: Request) -> None:
    """Raises: CrossSiteError for an unsafe request that another site's page made."""
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
