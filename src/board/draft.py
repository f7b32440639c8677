"""A change of the board while it is computed: what each row becomes, before anything is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from errors import RefusedMessageError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from board.records import Op
    from domain.model import Role

MAX_ELEMENTS: Final = 5_000
"""One page has at most so many elements."""
MAX_PAGES: Final = 50
MAX_BYTES: Final = 20_000_000
"""All records together have at most so many bytes, with those that `restore` needs."""


class Row(NamedTuple):
    """An element or a page, as the table has it."""

    id: str
    page: str | None
    """None for a page."""
    deleted: int
    version: int
    number: int
    """The order of an element; 0 for a page."""
    bytes: int
    record: str
    """What browsers get, in JSON."""
    kept: str = ""
    """What `restore` needs of a deleted one, in JSON; empty once it is forgotten."""

    @classmethod
    def of(cls, record: dict[str, Any], version: int) -> Row:
        """With this record, which gets this version."""
        text = _json(record | {"version": version})
        about = record["id"], record.get("page"), 0, version, record.get("order", 0)
        return cls(*about, len(text.encode()), text)

    def deleted_in(self, version: int) -> Row:
        record = json.loads(self.record)
        left = {name: record[name] for name in ("id", "page", "kind") if name in record}
        text = _json(left | {"deleted": True, "version": version})
        about = self.id, self.page, 1, version, self.number
        return Row(*about, self.bytes + len(text.encode()), text, kept=self.record)


class Usage(NamedTuple):
    """How much the board has."""

    bytes: int
    live: Counter[str | None]
    """Elements of each page that are not deleted; for None: pages."""


@dataclass(slots=True)
class Draft:
    """The rows that a change writes."""

    find: Callable[[str], Row | None]
    has_image: Callable[[str], bool]
    by: Role
    version: int
    number: int
    """The number of the last element."""
    found: dict[str, Row | None] = field(default_factory=dict)
    """The rows before the change."""
    rows: dict[str, Row] = field(default_factory=dict)
    """The rows that it writes."""

    def run(self, op: Op) -> None:
        """Raises: RefusedMessageError."""
        match op:
            case {"put": element}:
                if self._get(element.id) is not None:
                    raise RefusedMessageError("malformed", "put: this id is taken")
                self.number += 1
                made = {"by": self.by.value, "order": self.number}
                self._draw(element.model_dump(exclude_none=True) | made)
            case {"edit": edit}:
                row = self._require(edit.id, is_page=False, is_live=True)
                self._draw(edit.apply(json.loads(row.record)))
            case {"put_page": page}:
                # A deleted page comes back: else nobody could draw once all are deleted.
                if self._get(page.id) is not None:
                    self._require(page.id, is_page=True)
                self._write(page.model_dump())
            case {"delete": record_id}:
                self._delete(self._require(record_id, is_page=False))
            case {"delete_page": record_id}:
                self._delete(self._require(record_id, is_page=True))
            case {"restore": record_id}:
                self._restore(self._require(record_id, is_page=False))
            case {"restore_page": record_id}:
                self._restore(self._require(record_id, is_page=True))

    def usage_after(self, usage: Usage) -> Usage:
        """Raises: RefusedMessageError if the board has no room for the change."""
        rows = self.rows.values()
        replaced = [row for row in self.found.values() if row and row.id in self.rows]
        size = usage.bytes + sum(row.bytes for row in rows) - sum(row.bytes for row in replaced)
        live = usage.live.copy()
        live.update(row.page for row in rows if not row.deleted)
        live.subtract(row.page for row in replaced if not row.deleted)
        # Something can be deleted from a full board.
        if size > MAX_BYTES and not all(row.deleted for row in rows):
            raise RefusedMessageError("board_full", "The board is full.")
        if live[None] > MAX_PAGES:
            raise RefusedMessageError("board_full", "The board has all its pages.")
        if any(live[row.page] > MAX_ELEMENTS for row in rows):
            raise RefusedMessageError("board_full", "This page is full.")
        return Usage(size, live)

    def _draw(self, element: dict[str, Any]) -> None:
        self._require(element["page"], is_page=True, is_live=True)
        if "image" in element and not self.has_image(element["image"]):
            raise _unknown()
        self._write(element)

    def _delete(self, row: Row) -> None:
        """Both people may erase one element, so a second time is no error."""
        if not row.deleted:
            self.rows[row.id] = row.deleted_in(self.version)

    def _restore(self, row: Row) -> None:
        if row.deleted:
            if not row.kept:
                raise _unknown()
            self._write(json.loads(row.kept))

    def _write(self, record: dict[str, Any]) -> None:
        self.rows[record["id"]] = Row.of(record, self.version)

    def _require(self, record_id: str, *, is_page: bool, is_live: bool = False) -> Row:
        row = self._get(record_id)
        if row is None or (row.page is None) is not is_page or (is_live and row.deleted):
            raise _unknown()
        return row

    def _get(self, record_id: str) -> Row | None:
        """The row as the change has left it so far."""
        if record_id not in self.found:
            self.found[record_id] = self.find(record_id)
        return self.rows.get(record_id, self.found[record_id])


def _unknown() -> RefusedMessageError:
    return RefusedMessageError("board_unknown", "The board has no such element, page or picture.")


def _json(record: dict[str, Any]) -> str:
    """In ASCII: one emoji makes each character of a text take four bytes, of a whole board, too."""
    return json.dumps(record, separators=(",", ":"))
