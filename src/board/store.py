"""The board in the object's SQLite: a row for each element and page, and the ids of changes.

A change is computed first, then written. So a refused change writes nothing, and the runtime stores
all writes of one event together. Rows are kept as the JSON texts that browsers get.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from board.draft import MAX_BYTES, Draft, Row, Usage, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from board.records import Change
    from domain.model import Role

CHANGES_KEPT: Final = 10_000
# A change has at most 256 KB. Before it could fill the board, what could be restored is forgotten.
ROOM_BYTES: Final = 300_000
STATE_BYTES: Final = 200_000
"""About the length of one `board_state` message."""

# `record` is the text that browsers get. A deleted row has the element for `restore` in `kept`.
_TABLES: Final = (
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
# The pages come first, then the elements by version; each part has about STATE_BYTES. The runtime
# binds every number as REAL.
_SINCE: Final = """
SELECT part, page IS NULL AS is_page, group_concat(record, ',') AS records
  FROM (SELECT page, record,
               sum(bytes) OVER (ORDER BY page IS NOT NULL, version, id) / CAST(? AS INTEGER) AS part
          FROM board_records WHERE version > ?)
 GROUP BY part, is_page ORDER BY part
"""
_PAGES: Final = """
SELECT id, record FROM board_records WHERE page IS NULL AND deleted = 0
"""
_ELEMENTS: Final = """
SELECT group_concat(record, ',') AS records
  FROM (SELECT record, sum(bytes) OVER (ORDER BY number) / CAST(? AS INTEGER) AS part
          FROM board_records WHERE page = ? AND deleted = 0 ORDER BY number)
 GROUP BY part ORDER BY part
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
    """A change that took effect: the versions around it, and the new records as JSON texts."""

    version: int
    previous: int
    pages: list[str]
    elements: list[str]


class BoardStore:
    """Takes the object's `storage.sql`; its rows are mappings."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql
        sql.exec("CREATE TABLE IF NOT EXISTS board (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        rows = sql.exec("SELECT state FROM board").toArray()
        stored = json.loads(rows[0]["state"]) if rows else {}
        known = {field.name for field in fields(BoardState)}
        self.state = BoardState(**{key: stored[key] for key in stored.keys() & known})
        self._is_prepared = False
        self._usage: Usage | None = None

    def save_state(self) -> None:
        state = json.dumps(asdict(self.state))
        self._sql.exec("INSERT OR REPLACE INTO board (id, state) VALUES (1, ?)", state)

    def apply(self, role: Role, change: Change) -> Applied:
        """Apply a change, all of it or nothing. A repeated change is found applied.

        Raises: RefusedMessageError.
        """
        version, key = self.state.version, (role.value, change.change)
        if self._all("SELECT 1 FROM board_changes WHERE role = ? AND id = ?", *key):
            return Applied(version, version, [], [])
        self._forget_deleted()
        draft = Draft(self, role, version + 1, self.state.number)
        for op in change.ops:
            draft.run(op)
        applied = self.write(draft.finish())
        self._all("INSERT INTO board_changes (role, id) VALUES (?, ?)", *key)
        self._all(
            "DELETE FROM board_changes WHERE number <= (SELECT max(number) FROM board_changes) - ?",
            CHANGES_KEPT,
        )
        return applied

    def write(self, rows: list[Row]) -> Applied:
        """Write these rows as the next version. They must be within the limits."""
        previous, usage = self.state.version, self.usage
        self.state.version = version = previous + 1
        self.state.number = max([self.state.number, *(row.number for row in rows)])
        written: tuple[list[str], list[str]] = [], []
        for row in rows:
            record, kept = row.texts(version)
            size = size_of(record, kept)
            self._all(
                "INSERT OR REPLACE INTO board_records"
                " (id, page, deleted, version, number, bytes, record, kept)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(row.id, row.page, int(row.is_deleted), version, row.number, size, record, kept),
            )
            usage.add(row.page, size - row.old_bytes, (not row.is_deleted) - row.was_live)
            usage.has_kept = usage.has_kept or bool(kept)
            written[row.page is not None].append(record)
        self.save_state()
        return Applied(version, previous, *written)

    def fill(self, content: dict[str, Any]) -> Applied:
        """Copy the pages and pictures of an earlier board into this one, which has no elements.

        The records come as `snapshot` makes them. They may be too many for one message, so what is
        announced has a gap before it: pages then ask for what is newer.
        """
        rows = []
        for page in content["pages"]:
            elements = page.pop("elements")
            rows.append(Row(page["id"], None, 0, page))
            for element in sorted(elements, key=lambda each: each["order"]):
                number = self.state.number + len(rows)
                rows.append(Row(element["id"], page["id"], number, element | {"order": number}))
        for image_id in content["images"]:
            self.add_image(image_id)
        self.state.version += 1
        applied = self.write(rows)
        # Rows of deleted elements with these ids were replaced.
        self._usage = None
        return Applied(applied.version, applied.previous, [], [])

    @property
    def is_empty(self) -> bool:
        """True if no page has an element."""
        return not any(count for page, count in self.usage.live.items() if page is not None)

    def first_page(self) -> str | None:
        pages = self._pages()
        return pages[0]["id"] if pages else None

    def _pages(self) -> list[dict[str, Any]]:
        pages = (json.loads(row["record"]) for row in self._all(_PAGES))
        return sorted(pages, key=lambda page: (page["position"], page["id"]))

    def _forget_deleted(self) -> None:
        """On a nearly full board, forget deleted elements: they cannot be restored any more."""
        if self.usage.has_kept and self.usage.bytes > MAX_BYTES - ROOM_BYTES:
            self._all("UPDATE board_records SET bytes = 100, kept = '' WHERE kept != ''")
            self._usage = None

    # Reading.

    @property
    def usage(self) -> Usage:
        """Counted once after each sleep of the object."""
        if self._usage is None:
            self._usage = Usage({})
            for row in self._all(
                "SELECT page, sum(bytes) AS bytes, sum(deleted = 0) AS live,"
                " max(kept != '') AS kept FROM board_records GROUP BY page"
            ):
                self._usage.add(row["page"] or None, row["bytes"], row["live"])
                self._usage.has_kept = self._usage.has_kept or bool(row["kept"])
        return self._usage

    def find(self, record_id: str) -> dict[str, Any] | None:
        """The row with this id."""
        rows = self._all(
            "SELECT id, page, deleted, number, bytes, record, kept FROM board_records WHERE id = ?",
            record_id,
        )
        return rows[0] if rows else None

    def has_page(self, page_id: str) -> bool:
        row = self.find(page_id)
        return row is not None and row["page"] is None and not row["deleted"]

    def since(self, version: int) -> Iterator[tuple[str, str]]:
        """The pages, then the elements, that are newer: two texts of JSON records a part."""
        rows = self._all(_SINCE, STATE_BYTES, version)
        for _, part in groupby(rows, key=lambda row: row["part"]):
            texts = {bool(row["is_page"]): row["records"] for row in part}
            yield texts.get(True, ""), texts.get(False, "")

    def snapshot(self, only: str = "") -> str:
        """What is on the board now, in JSON, as `GET /session/{id}/board` answers it.

        With `only`, the page with this id alone.
        """
        texts = []
        for page in self._pages():
            if only not in ("", page["id"]):
                continue
            parts = [row["records"] for row in self._all(_ELEMENTS, STATE_BYTES, page["id"])]
            texts.append(f'{json.dumps(page)[:-1]}, "elements": [{",".join(parts)}]}}')
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
        """The rows. The tables are made at the first use: most rooms have no board."""
        if not self._is_prepared:
            for statement in _TABLES:
                self._sql.exec(statement)
            self._is_prepared = True
        return [dict(row) for row in self._sql.exec(sql, *params).toArray()]
