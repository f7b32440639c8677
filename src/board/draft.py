"""A change of the board while it is computed: what each row becomes, before anything is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from errors import RefusedMessageError

if TYPE_CHECKING:
    from board.records import Element, Op, Page
    from domain.model import Role

MAX_ELEMENTS: Final = 5_000
"""One page has at most so many elements."""
MAX_PAGES: Final = 50
MAX_BYTES: Final = 20_000_000
"""All records together have at most so many bytes, with those that `restore` needs."""


@dataclass(slots=True)
class Row:
    """One element or page. `record` is complete, also of a deleted one that can be restored."""

    id: str
    page: str | None
    """None for a page."""
    number: int
    record: dict[str, Any]
    is_deleted: bool = False
    is_touched: bool = True
    was_live: bool = False
    old_bytes: int = 0

    @classmethod
    def of(cls, found: dict[str, Any]) -> Row:
        """From a row of the table."""
        is_deleted = bool(found["deleted"])
        text = (found["kept"] or "{}") if is_deleted else found["record"]
        return cls(
            *(found["id"], found["page"], found["number"], json.loads(text), is_deleted),
            is_touched=False,
            was_live=not is_deleted,
            old_bytes=found["bytes"],
        )

    def texts(self, version: int) -> tuple[str, str]:
        """The record as browsers get it, and the one to restore; in JSON."""
        if not self.is_deleted:
            return _json(self.record | {"version": version}), ""
        left = {"id": self.id, "deleted": True, "version": version}
        if self.page is not None:
            left |= {"page": self.page, "kind": self.record.get("kind")}
        return _json(left), _json(self.record) if self.record else ""


@dataclass(slots=True)
class Usage:
    """How much the board has."""

    live: dict[str | None, int]
    """Elements of each page that are not deleted; for None: pages."""
    bytes: int = 0
    has_kept: bool = False
    """True if something deleted can be restored."""

    def add(self, page: str | None, size: int, live: int) -> None:
        self.bytes += size
        self.live[page] = self.live.get(page, 0) + live


class Stored(Protocol):
    """What a draft reads of the store."""

    @property
    def usage(self) -> Usage: ...

    def find(self, record_id: str) -> dict[str, Any] | None: ...

    def has_image(self, image_id: str) -> bool: ...


class Draft:
    """The rows that a change touches. Each method raises RefusedMessageError."""

    def __init__(self, stored: Stored, role: Role, version: int, number: int) -> None:
        """`version` is that of this change, `number` that of the last element."""
        self._stored, self._role, self._version = stored, role, version
        self._number = number
        self._rows: dict[str, Row] = {}

    def run(self, op: Op) -> None:
        if op.put is not None:
            self._put(op.put)
        elif op.edit is not None:
            row = self._live(op.edit.id, is_page=False)
            self._require_live_page(row)
            row.record, row.is_touched = op.edit.apply(row.record), True
            self._require_image(row.record)
        elif op.put_page is not None:
            self._put_page(op.put_page)
        elif (element_id := op.delete or op.restore) is not None:
            self._switch(element_id, is_page=False, is_deleted=op.delete is not None)
        elif (page_id := op.delete_page or op.restore_page) is not None:
            self._switch(page_id, is_page=True, is_deleted=op.delete_page is not None)

    def finish(self) -> list[Row]:
        """The touched rows, if the board has room for them."""
        rows = [row for row in self._rows.values() if row.is_touched]
        usage = self._stored.usage
        size = usage.bytes
        size += sum(size_of(*row.texts(self._version)) - row.old_bytes for row in rows)
        # Something can be deleted from a full board.
        if size > MAX_BYTES and not all(row.is_deleted for row in rows):
            raise RefusedMessageError("board_full", "The board is full.")
        added: dict[str | None, int] = {}
        for row in rows:
            added[row.page] = added.get(row.page, 0) + (not row.is_deleted) - row.was_live
        for page, count in added.items():
            limit = MAX_PAGES if page is None else MAX_ELEMENTS
            if count > 0 and usage.live.get(page, 0) + count > limit:
                full = "The board has all its pages." if page is None else "This page is full."
                raise RefusedMessageError("board_full", full)
        return rows

    def _put(self, element: Element) -> None:
        if self._find(element.id) is not None:
            raise RefusedMessageError("malformed", "put: this id is taken")
        self._number += 1
        record = element.model_dump(exclude_none=True)
        record |= {"by": self._role.value, "order": self._number}
        row = Row(element.id, element.page, self._number, record)
        self._require_live_page(row)
        self._require_image(record)
        self._rows[row.id] = row

    def _put_page(self, page: Page) -> None:
        if self._find(page.id) is not None:
            row = self._live(page.id, is_page=True)
            row.record, row.is_touched = page.model_dump(), True
        else:
            self._rows[page.id] = Row(page.id, None, 0, page.model_dump())

    def _switch(self, record_id: str, *, is_page: bool, is_deleted: bool) -> None:
        """Delete or restore. Both people may erase one element, so a second time is no error."""
        row = self._find(record_id)
        is_lost = row is not None and not row.record and not is_deleted
        if row is None or is_lost or (row.page is None) is not is_page:
            raise _unknown()
        row.is_touched = row.is_touched or row.is_deleted is not is_deleted
        row.is_deleted = is_deleted

    def _live(self, record_id: str, *, is_page: bool) -> Row:
        row = self._find(record_id)
        if row is None or row.is_deleted or (row.page is None) is not is_page:
            raise _unknown()
        return row

    def _require_live_page(self, row: Row) -> None:
        self._live(row.page or "", is_page=True)

    def _require_image(self, record: dict[str, Any]) -> None:
        if record["kind"] == "image" and not self._stored.has_image(record["image"]):
            raise _unknown()

    def _find(self, record_id: str) -> Row | None:
        """The row as the change has left it so far."""
        if record_id not in self._rows and (found := self._stored.find(record_id)):
            self._rows[record_id] = Row.of(found)
        return self._rows.get(record_id)


def _unknown() -> RefusedMessageError:
    return RefusedMessageError("board_unknown", "The board has no such element, page or picture.")


def size_of(*texts: str) -> int:
    """The bytes of these texts."""
    return sum(len(text.encode()) for text in texts)


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
