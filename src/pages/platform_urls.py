"""Addresses of the host platform's own pages, to which our pages and mails lead."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from domain.model import Role
from i18n import _

if TYPE_CHECKING:
    from settings import Settings


def dashboard_url(settings: Settings, role: Role) -> str:
    if role is Role.STUDENT:
        return settings.student_dashboard_url
    return settings.teacher_dashboard_url


def dashboards(settings: Settings) -> list[tuple[str, str]]:
    """Label and address of each dashboard, for a person whose role is unknown."""
    student, teacher = settings.student_dashboard_url, settings.teacher_dashboard_url
    if student == teacher:
        return [(_("Go to your dashboard"), student)]
    return [(_("Student dashboard"), student), (_("Teacher dashboard"), teacher)]


def course_url(settings: Settings, course_id: str) -> str:
    return settings.course_url.replace("{course_id}", quote(course_id, safe=""))


def booking_url(settings: Settings, course_id: str) -> str:
    """The page where a student books; the course's page where the platform has none for that."""
    template = settings.book_url or settings.course_url
    return template.replace("{course_id}", quote(course_id, safe=""))


def reschedule_url(settings: Settings, session_id: str) -> str:
    """The page for another time: the platform's own if it has one, else ours."""
    if settings.reschedule_url:
        return settings.reschedule_url.replace("{session_id}", quote(session_id, safe=""))
    return f"/session/{session_id}/reschedule"
