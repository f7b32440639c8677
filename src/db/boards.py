"""Saved boards and their pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from db.database import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row

# The row follows the object in R2, whose version is lower again once the room has forgotten its
# board and begun anew. An older save that comes late changes nothing, nor does a repeated one. A
# deleted session gets no row.
NOTE: Final = """
INSERT INTO boards (session_id, r2_key, version, first_page, size_bytes, saved_at)
SELECT id, ?2, ?3, ?4, ?5, ?6 FROM sessions WHERE id = ?1
ON CONFLICT (session_id) DO UPDATE
   SET version = excluded.version, first_page = excluded.first_page,
       size_bytes = excluded.size_bytes, saved_at = excluded.saved_at
 WHERE excluded.saved_at >= boards.saved_at
   AND (excluded.version, excluded.first_page, excluded.size_bytes)
       IS NOT (boards.version, boards.first_page, boards.size_bytes)
"""

FIND: Final = """
SELECT session_id, r2_key, version, first_page, size_bytes, saved_at FROM boards
 WHERE session_id = ?1
"""

# Earlier sessions of the same two people in the same course, with a board; the newest comes first.
LIST_EARLIER: Final = """
SELECT b.session_id, b.r2_key, s.scheduled_start
  FROM sessions n JOIN sessions s ON s.student_id = n.student_id AND s.teacher_id = n.teacher_id
   AND s.course_id = n.course_id AND s.scheduled_start < n.scheduled_start
  JOIN boards b ON b.session_id = s.id AND b.first_page IS NOT NULL
 WHERE n.id = ?1 AND (?2 IS NULL OR s.id = ?2)
 ORDER BY s.scheduled_start DESC LIMIT 1
"""

# Within the session's limits of ?9 pictures and ?10 bytes, also for uploads at the same time. One
# that is noted already, by the same copy at the same time, stays.
ADD_IMAGE: Final = """
INSERT INTO board_images (id, session_id, r2_key, type, size_bytes, width, height, created_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
 WHERE (SELECT count(*) < ?9 AND coalesce(sum(size_bytes), 0) + ?5 <= ?10
          FROM board_images WHERE session_id = ?2 AND id <> ?1)
ON CONFLICT DO UPDATE SET id = excluded.id
RETURNING id
"""

_IMAGE: Final = "SELECT id, r2_key, type, size_bytes, width, height FROM board_images"
FIND_IMAGE: Final = f"{_IMAGE} WHERE id = ?2 AND session_id = ?1"
LIST_IMAGES: Final = f"{_IMAGE} WHERE session_id = ?1"

DROP_IMAGES: Final = """
DELETE FROM board_images WHERE id IN (SELECT value FROM json_each(?1))
"""


class Found(NamedTuple):
    """The saved board of a session, and the newest earlier one of the same two people."""

    saved: Row | None
    earlier: Row | None


def of_session(session_id: str) -> Query[Found]:
    statements = [(FIND, (session_id,)), (LIST_EARLIER, (session_id, None))]
    return Query(statements, lambda rows: Found(*map(_first, rows)))


def image(session_id: str, image_id: str) -> Query[Row | None]:
    return Query([(FIND_IMAGE, (session_id, image_id))], lambda rows: _first(rows[0]))


def earlier(session_id: str, earlier_id: str) -> Query[Row | None]:
    """The saved board of that session, if it is an earlier one of the same two and the course."""
    return Query([(LIST_EARLIER, (session_id, earlier_id))], lambda rows: _first(rows[0]))


async def note(
    db: Database, session_id: str, key: str, *, version: int, page: str | None, size: int, now: int
) -> None:
    """Note that this version of the board is saved; `page` is the id of its first page."""
    await db.all(NOTE, session_id, key, version, page, size, now)


async def add_image(
    db: Database,
    session_id: str,
    row: Row,
    *,
    max_images: int,
    max_bytes: int,
    now: int,
) -> bool:
    """Note a stored picture; False if the session would have too many, or too large ones.

    `row` has its `id`, `r2_key`, `type`, `size_bytes`, `width` and `height`.
    """
    about = (row["r2_key"], row["type"], row["size_bytes"], row["width"], row["height"])
    given = (row["id"], session_id, *about, now, max_images, max_bytes)
    return bool(await db.all(ADD_IMAGE, *given))


async def images(db: Database, session_id: str) -> list[Row]:
    return await db.all(LIST_IMAGES, session_id)


async def drop_images(db: Database, image_ids: Sequence[str]) -> None:
    await db.all(DROP_IMAGES, json.dumps(list(image_ids)))


def _first(rows: Sequence[Row]) -> Any:
    return rows[0] if rows else None
