"""Scripts and styles of another release.

Each release has its own address for them (`RELEASE`), and its static files answer there before the
Worker is asked. A page of the release before, still open, may load a module late; so may a page of
the new release, from a place that the deployment has not reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import NotFoundError
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def of_another_release(
    _request: Request, ctx: Context, release: str, kind: str, folder: str, file: str
) -> Response:
    """This release's file at the address in another one. Raises: NotFoundError.

    A redirect would not do: a module's imports would then lead to second copies of what the page
    has already. No browser may keep the answer, because it is not what the address promises.
    """
    del release
    found = await ctx.static_file(f"/{kind}/{folder}/{file}")
    if kind not in ("js", "css") or found.status != 200:  # noqa: PLR2004
        await ctx.discard(found.body)
        raise NotFoundError
    return Response(found.body, headers=[("Content-Type", found.headers["content-type"])])
