"""The board in the object's SQLite: a row for each element and page, and the ids of changes.

A change is computed first, then written. So a refused change writes nothing, and the runtime stores
all writes of one event together. Rows are kept as the JSON texts that browsers get.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from board.draft import MAX_BYTES, Draft, Row, Usage

if TYPE_CHECKING:
    from collections.abc import Collection

    from board.records import Change
    from domain.model import Role

CHANGES_KEPT: Final = 10_000
# A change has at most 256 KB, and three times that as records: "1" is kept as "1.0", and a letter
# of two bytes as an escape of six. Before a change could fill the board, what is deleted is
# forgotten.
ROOM_BYTES: Final = 850_000
STATE_BYTES: Final = 200_000
"""About the length of one `board_state` message."""

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS board (id INTEGER PRIMARY KEY, state TEXT NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS board_records (id TEXT PRIMARY KEY, page TEXT, deleted INTEGER"
        " NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL, bytes INTEGER NOT NULL,"
        " record TEXT NOT NULL, kept TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS board_records_by_version ON board_records (version)",
    (
        "CREATE TABLE IF NOT EXISTS board_changes (number INTEGER PRIMARY KEY, role TEXT NOT NULL,"
        " id TEXT NOT NULL, UNIQUE (role, id))"
    ),
    "CREATE TABLE IF NOT EXISTS board_images (id TEXT PRIMARY KEY)",
)
_FIND: Final = """
SELECT id, page, deleted, version, number, bytes, record, kept FROM board_records WHERE id = ?
"""
_WRITE: Final = """
INSERT OR REPLACE INTO board_records (id, page, deleted, version, number, bytes, record, kept)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_USAGE: Final = """
SELECT page, sum(bytes) AS bytes, sum(NOT deleted) AS live FROM board_records GROUP BY page
"""
# The pages come first, then the elements by version; each part has about STATE_BYTES. The runtime
# binds every number as REAL.
_SINCE: Final = """
SELECT group_concat(record, ',') FILTER (WHERE page IS NULL) AS pages,
       group_concat(record, ',') FILTER (WHERE page IS NOT NULL) AS elements
  FROM (SELECT page, record,
               sum(bytes) OVER (ORDER BY page IS NOT NULL, version, id) / CAST(? AS INTEGER) AS part
          FROM board_records WHERE version > ?)
 GROUP BY part ORDER BY part
"""
_PAGES: Final = """
SELECT id, record FROM board_records WHERE page IS NULL AND deleted = 0
 ORDER BY json_extract(record, '$.position'), id
"""
_ELEMENTS: Final = """
SELECT group_concat(record, ',') AS records
  FROM (SELECT record, sum(bytes) OVER (ORDER BY number) / CAST(? AS INTEGER) AS part
          FROM board_records WHERE page = ? AND deleted = 0 ORDER BY number)
 GROUP BY part ORDER BY part
"""
_FORGET: Final = """
UPDATE board_records SET bytes = bytes - length(CAST(kept AS BLOB)), kept = '' WHERE kept != ''
"""
_FORGET_WITH_PAGES: Final = """
DELETE FROM board_records
 WHERE page IN (SELECT id FROM board_records WHERE page IS NULL AND deleted)
"""


@dataclass(slots=True)
class BoardState:
    """What both people see of the board beside its records. Times are epoch seconds."""

    version: int = 0
    """The number of the last change."""
    number: int = 0
    """The number of the last element; a later one lies on top."""
    open: bool = False
    read_only: bool = False
    follow: bool = False
    page: str | None = None
    save_at: int | None = None
    """When the board must be saved; None if it is."""


class Applied(NamedTuple):
    """A change that took effect: the versions around it, and its rows."""

    version: int
    previous: int
    rows: Collection[Row] = ()


class BoardStore:
    """Takes the object's `storage.sql`; its rows are mappings."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql
        for statement in _TABLES:
            self._all(statement)
        rows = self._all("SELECT state FROM board")
        stored = json.loads(rows[0]["state"]) if rows else {}
        known = {field.name for field in fields(BoardState)}
        self.state = BoardState(**{key: stored[key] for key in stored.keys() & known})
        self._usage: Usage | None = None
        self._has_deleted = True
        """False if nothing that is deleted takes space."""

    def save_state(self) -> None:
        state = json.dumps(asdict(self.state))
        self._all("INSERT OR REPLACE INTO board (id, state) VALUES (1, ?)", state)

    def apply(self, role: Role, change: Change) -> Applied:
        """Apply a change, all of it or nothing. A repeated change is found applied.

        Raises: RefusedMessageError.
        """
        version, key = self.state.version, (role.value, change.change)
        if self._all("SELECT 1 FROM board_changes WHERE role = ? AND id = ?", *key):
            return Applied(version, version)
        self._forget_deleted()
        draft = Draft(self.find, self.has_image, role, version + 1, self.state.number)
        for op in change.ops:
            draft.run(op)
        self._usage = draft.usage_after(self.usage)
        self._write(draft.rows.values(), version + 1)
        self._all("INSERT INTO board_changes (role, id) VALUES (?, ?)", *key)
        self._all(
            "DELETE FROM board_changes WHERE number <= (SELECT max(number) FROM board_changes) - ?",
            CHANGES_KEPT,
        )
        return Applied(version + 1, version, draft.rows.values())

    def fill(self, content: dict[str, Any]) -> Applied | None:
        """Copy the pages and pictures of an earlier board into this one; None if it has elements.

        The records come as `snapshot` makes them. They may be too many for one message, so what is
        announced has a gap before it: pages then ask for what is newer.
        """
        if self.usage.live.total() > self.usage.live[None]:
            return None
        version, rows = self.state.version + 2, list[Row]()
        for page in content["pages"]:
            elements = page.pop("elements")
            rows.append(Row.of(page, version))
            for number, element in enumerate(elements, self.state.number + len(rows)):
                rows.append(Row.of(element | {"order": number}, version))
        for image_id in content["images"]:
            self.add_image(image_id)
        self._write(rows, version)
        # Rows of deleted elements with these ids were replaced.
        self._usage = None
        return Applied(version, version - 1)

    def _write(self, rows: Collection[Row], version: int) -> None:
        for row in rows:
            self._all(_WRITE, *row)
        self._has_deleted = self._has_deleted or any(row.deleted for row in rows)
        self.state.version = version
        self.state.number = max([self.state.number, *(row.number for row in rows)])
        self.save_state()

    def _forget_deleted(self) -> None:
        """On a nearly full board, forget what is deleted: it cannot be restored any more."""
        if self._has_deleted and self.usage.bytes > MAX_BYTES - ROOM_BYTES:
            self._all(_FORGET)
            self._all(_FORGET_WITH_PAGES)
            self._usage, self._has_deleted = None, False

    # Reading.

    @property
    def usage(self) -> Usage:
        """Counted once after each sleep of the object."""
        if self._usage is None:
            rows = self._all(_USAGE)
            live = Counter({row["page"]: row["live"] for row in rows})
            self._usage = Usage(sum(row["bytes"] for row in rows), live)
        return self._usage

    def find(self, record_id: str) -> Row | None:
        """The row with this id."""
        rows = self._all(_FIND, record_id)
        return Row(**rows[0]) if rows else None

    def pages(self) -> dict[str, str]:
        """The JSON texts of the pages by their ids, in their order."""
        return {row["id"]: row["record"] for row in self._all(_PAGES)}

    def since(self, version: int) -> list[tuple[str, str]]:
        """The pages, then the elements, that are newer: two texts of JSON records a part."""
        rows = self._all(_SINCE, STATE_BYTES, version)
        return [(row["pages"] or "", row["elements"] or "") for row in rows]

    def snapshot(self, only: str = "") -> str:
        """What is on the board now, in JSON, as `GET /session/{id}/board` answers it.

        With `only`, the page with this id alone.
        """
        texts = []
        for page_id, record in self.pages().items():
            if only in ("", page_id):
                parts = [row["records"] for row in self._all(_ELEMENTS, STATE_BYTES, page_id)]
                texts.append(f'{record[:-1]},"elements":[{",".join(parts)}]}}')
        return f'{{"version": {self.state.version}, "pages": [{",".join(texts)}]}}'

    # Pictures.

    def add_image(self, image_id: str) -> None:
        """From now on elements may show this picture of the session."""
        self._all("INSERT INTO board_images (id) VALUES (?) ON CONFLICT DO NOTHING", image_id)

    def has_image(self, image_id: str) -> bool:
        return bool(self._all("SELECT 1 FROM board_images WHERE id = ?", image_id))

    def clear(self) -> None:
        """Delete everything."""
        for table in ("board_records", "board_changes", "board_images", "board"):
            self._all(f"DELETE FROM {table}")  # noqa: S608 (our own names)
        self.state, self._usage = BoardState(), None

    def _all(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._sql.exec(sql, *params).toArray()]
