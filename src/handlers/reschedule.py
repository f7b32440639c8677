"""`/session/{id}/reschedule`: request another time, answer, withdraw. GET changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit
from errors import ConflictError, InvalidError
from pages import platform_urls
from pages.reschedule_page import Notices, reschedule_page
from sessions import rescheduling
from web import validation
from web.messages import html_response, json_response, redirect

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context
    from web.messages import Request, Response


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The form and the latest request; redirects to the platform's page if it has one."""
    access = await admit(request, ctx, session_id)
    if ctx.settings.reschedule_url:
        return redirect(platform_urls.reschedule_url(ctx.settings, session_id))
    notices = Notices(
        has_accepted="moved" in request.query,
        waits_elsewhere=request.query.get("saved") == "elsewhere",
    )
    return await _page(ctx, access, notices)


async def ask(request: Request, ctx: Context, session_id: str) -> Response:
    """Request another time: 303 for the page's form, 201 for JSON."""
    access = await admit(request, ctx, session_id)
    if _is_json(request):
        new = validation.parse(rescheduling.NewRequest, await request.json())
        request_id = await rescheduling.request_time(ctx, access, new)
        return json_response({"id": request_id, "state": "open"}, 201)
    form = await request.form()
    try:
        new = rescheduling.request_from_form(form, access.viewer.time_zone)
        await rescheduling.request_time(ctx, access, new)
    except InvalidError as error:
        if request.accepts_json:
            raise
        return await _page(ctx, access, Notices(form, problems=error.fields), error.status)
    except ConflictError as error:
        if request.accepts_json:
            raise
        return await _page(ctx, access, Notices(form, refusal=error.sentence), error.status)
    return redirect(f"/session/{session_id}/reschedule")


async def answer(request: Request, ctx: Context, session_id: str) -> Response:
    """Accept or decline: 303 for the page's form, 200 for JSON."""
    access = await admit(request, ctx, session_id)
    data = await request.json() if _is_json(request) else await request.form()
    given = validation.parse(rescheduling.Answer, data)
    try:
        moved = await rescheduling.answer_request(ctx, access, given)
    except ConflictError as error:
        if _is_json(request) or request.accepts_json:
            raise
        return await _page(ctx, access, Notices(refusal=error.sentence), error.status)
    if _is_json(request):
        return json_response({"id": given.request, "state": "accepted" if moved else "declined"})
    return redirect(f"/session/{session_id}/reschedule{'?moved' if moved else ''}")


async def withdraw(request: Request, ctx: Context, session_id: str) -> Response:
    """Withdraw the viewer's own request."""
    access = await admit(request, ctx, session_id)
    await rescheduling.withdraw(ctx, access)
    return redirect(f"/session/{session_id}/reschedule")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


async def _page(ctx: Context, access: Access, notices: Notices, status: int = 200) -> Response:
    request = await rescheduling.latest(ctx, access)
    page = reschedule_page(access, ctx.settings, request, notices)
    return html_response(page, status)
