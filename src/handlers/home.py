"""`/`, which has no page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import signed_in_user
from db import sessions
from domain.model import Role
from pages import platform_urls
from web.messages import redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def show(request: Request, ctx: Context) -> Response:
    """Redirect to the person's dashboard, else to sign in; in development to /dev."""
    if ctx.settings.development:
        return redirect("/dev")
    user_id = await signed_in_user(request, ctx)
    if user_id is None:
        return redirect(ctx.settings.sign_in_url)
    role = await sessions.role_of_person(ctx.db, user_id)
    return redirect(platform_urls.dashboard_url(ctx.settings, role or Role.STUDENT))
