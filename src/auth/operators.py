"""Operators: people whom Cloudflare Access lets through to /ops.

Source: https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import i18n
from auth import platform_tokens
from errors import ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

HEADER: Final = "cf-access-jwt-assertion"


async def require_operator(request: Request, ctx: Context) -> None:
    """Admit an operator; in development everybody, unless Access is set.

    Raises: NotFoundError without Access, ForbiddenError without its token.
    """
    i18n.use(i18n.ENGLISH)  # Their pages have no other language.
    settings = ctx.settings
    if not (settings.ops_access_team and settings.ops_access_aud):
        if settings.development:
            return
        raise NotFoundError
    # The code that checks the platform's tokens, with the keys of Access alone.
    access = replace(
        settings,
        auth_jwks_url=f"{settings.ops_access_team}/cdn-cgi/access/certs",
        auth_jwt_secret="",
        auth_issuer=settings.ops_access_team,
        auth_audience=settings.ops_access_aud,
    )
    token = request.headers.get(HEADER, "")
    if not token or await platform_tokens.user_id_of(token, ctx._replace(settings=access)) is None:
        raise ForbiddenError("Only operators may open this page.")
