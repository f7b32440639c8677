"""`/session/{id}/reschedule`: ask for another time, answer, take back. GET changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auth import access
from db import reschedules
from domain import rules, times
from domain.human_text import isolated
from errors import ConflictError, InvalidError
from mail.wording import about_mail
from pages import render
from sessions import rescheduling
from web import validation
from web.messages import html_response, json_response, redirect

if TYPE_CHECKING:
    from auth.access import Visit
    from context import Context
    from web.messages import Request, Response


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The form, the open request, or what became of it; the platform's page if it has one."""
    visit = await access.admit(request, ctx, session_id)
    if ctx.settings.reschedule_url:
        return redirect(render.reschedule_url(ctx.settings, session_id))
    elsewhere = request.query.get("saved") == "elsewhere"
    return await _page(ctx, visit, moved="moved" in request.query, waits_elsewhere=elsewhere)


async def ask(request: Request, ctx: Context, session_id: str) -> Response:
    """Ask: 303 for the page's form, 201 for JSON."""
    visit = await access.admit(request, ctx, session_id)
    if _is_json(request):
        asked = validation.parse(rescheduling.Asked, await request.json())
        request_id = await rescheduling.ask(ctx, visit, asked)
        return json_response({"id": request_id, "state": "open"}, 201)
    form = await request.form()
    try:
        asked = rescheduling.asked_from_form(form, visit.viewer.time_zone)
        await rescheduling.ask(ctx, visit, asked)
    except InvalidError as error:
        if request.accepts_json:
            raise
        return await _page(ctx, visit, form=form, problems=error.fields, status=error.status)
    except ConflictError as error:
        if request.accepts_json:
            raise
        return await _page(ctx, visit, form=form, refusal=error.message, status=error.status)
    return redirect(f"/session/{session_id}/reschedule")


async def answer(request: Request, ctx: Context, session_id: str) -> Response:
    """Accept or decline: 303 for the page's form, 200 for JSON."""
    visit = await access.admit(request, ctx, session_id)
    data = await request.json() if _is_json(request) else await request.form()
    answered = validation.parse(rescheduling.Answered, data)
    try:
        moved = await rescheduling.answer(ctx, visit, answered)
    except ConflictError as error:
        if _is_json(request) or request.accepts_json:
            raise
        return await _page(ctx, visit, refusal=error.message, status=error.status)
    if _is_json(request):
        return json_response({"id": answered.request, "state": "accepted" if moved else "declined"})
    return redirect(f"/session/{session_id}/reschedule{'?moved' if moved else ''}")


async def withdraw(request: Request, ctx: Context, session_id: str) -> Response:
    """Take one's own request back."""
    visit = await access.admit(request, ctx, session_id)
    await rescheduling.take_back(ctx, visit)
    return redirect(f"/session/{session_id}/reschedule")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


async def _page(
    ctx: Context,
    visit: Visit,
    *,
    form: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    refusal: str | None = None,
    status: int = 200,
    moved: bool = False,
    waits_elsewhere: bool = False,
) -> Response:
    """`moved`: the viewer has just accepted another time.

    `waits_elsewhere`: the viewer has signed in to send what another tab has kept.
    """
    session = visit.session
    found = await reschedules.latest(ctx.db, session.id)
    values: dict[str, Any] = {
        "title": f"Another time · {isolated(session.course.title)}",
        "session": session,
        "viewer": visit.viewer,
        "other": visit.other,
        "span": times.span(session.scheduled_start, session.scheduled_end, visit.viewer),
        "clock": times.script_clock(session.scheduled_start, visit.viewer),
        "request": found,
        "is_open": rescheduling.is_current(found, visit),
        "waits_elsewhere": waits_elsewhere,
        "moved": moved and rescheduling.was_rescheduled(found, session),
        "is_mine": found is not None and found.asked_by == visit.viewer.id,
        "can_reschedule": rules.can_reschedule(session),
        "is_missed": rules.is_missed(session, visit.now),
        "choices": rescheduling.choices(visit, found) if found else [],
        "earliest": rescheduling.earliest(visit),
        "form": form or {},
        "problems": problems or {},
        "refusal": refusal,
        "about_mail": about_mail(found.reach, visit.other.called) if found else "",
        "role": visit.role,
        "dashboard_url": render.dashboard_url(ctx.settings, visit.role),
    }
    return html_response(render.render("reschedule/page.html", **values), status)
