"""Make the JavaScript peer's page from our own lobby: a template literal with the same output.

The page is rendered once with a JavaScript expression, in marks, in place of each value. So the
peer has one state of the page and no branches, which makes it faster than a real application.
"""

import json
import re
from pathlib import Path
from unittest.mock import patch

from auth import links
from auth.access import LoadedAccess
from db import outcomes, sessions
from domain import times
from domain.model import Course, Participant, Role, Session, Status
from pages import environment, platform_urls, render
from settings import Settings

NOW = 1_800_000_000
MARKED = re.compile(r"⟦(.+?)⟧")
SCRIPT_DATA = re.compile(r'(<script type="application/json" id="session-data">).*?(</script>)')
HELPERS = r"""
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const esc = (text) => String(text).replace(/[&<>"']/g, (letter) => ESCAPED[letter]);
const hex = (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`;
const json = (data) => JSON.stringify(data).replace(/[<>&']/g, hex);
const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const colour = (id) => {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(id)) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0) % 6;
};
"""


def write_modules(folder: Path) -> None:
    """page.js and queries.js, beside worker.js."""
    queries = {"FIND": sessions.FIND, "OUTCOME": outcomes.FIND}
    (folder / "queries.js").write_text(
        "".join(f"export const {name} = {json.dumps(sql)};\n" for name, sql in queries.items())
    )
    literal = MARKED.sub(
        lambda found: f"${{esc({found[1]})}}", re.sub(r"([`\\]|\$\{)", r"\\\1", marked_page())
    )
    literal = SCRIPT_DATA.sub(r"\1${json(data)}\2", literal)
    names = (
        "viewer, other, dashboard, session, course_url, calendar, start, opens, wait, span, data"
    )
    page = f"{HELPERS}export const page = ({{ {names} }}) => `{literal}`;\n"
    (folder / "page.js").write_text(page)


def marked_page() -> str:
    """The lobby of a student, minutes before the session, with expressions for values."""
    start = NOW + 300
    session = Session(
        mark("session.id"), Status.SCHEDULED, Course(mark("course_url"), mark("session.course")),
        person("viewer"), person("other"), start, start + 3600, None, None, None, 0, False, None,
    )  # fmt: skip
    names = {item: mark(f"span.{item}") for item in times.Span._fields}
    addresses = Settings(
        student_dashboard_url=mark("dashboard"),
        course_url="{course_id}",
        ice_servers=(),
    )
    environment.templates.cache_clear()
    environment.compiled.cache_clear()
    with (
        patch.object(environment, "colour", colour),
        patch.object(times, "span", lambda *_: times.Span(**names)),
        patch.object(times, "duration", lambda _: mark("wait")),
        patch.object(
            times, "clock_and_day", lambda at, *_: mark("start" if at == start else "opens")
        ),
        patch.object(platform_urls, "quote", lambda text, safe: text + safe),
        patch.object(links, "calendar_address", lambda *_: f":{mark('calendar')}"),
    ):
        access = LoadedAccess(session, Role.STUDENT, NOW, loaded=outcomes.SessionRows())
        return render.session_page(access, addresses)


def mark(expression: str) -> str:
    return f"⟦{expression}⟧"


def colour(person_id: str) -> str:
    return MARKED.sub(r"⟦colour(\1)⟧", person_id)


def person(name: str) -> Participant:
    of = [mark(f"{name}.{item}") for item in ("id", "name", "avatar")]
    return Participant(of[0], of[1], of[2], "UTC", "en", None, present=False)
