"""Copies one recording from its provider to R2, as streams that never enter Python's memory.

From a source with Range support the copy takes equal parts and resumes after a failure. From
another source it is one put and starts again. In both cases the length is compared and the MP4's
boxes are read, which shows whether the end is missing.
"""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import i18n
from db import recordings as recordings_db
from files import mp4
from files.storage import Part, StreamBrokenError
from files.streams import RecordingError, UnfinishedError
from i18n import languages
from recordings.naming import file_name

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from files.storage import Stored
    from files.streams import Fetched
    from recordings.sources import Source

PART_BYTES: Final = 32 * 1024 * 1024
# R2's limit for one put.
MAX_WHOLE_BYTES: Final = 4_900_000_000
# A consumer may run for fifteen minutes; after this time the next one continues.
TIME_LIMIT_S: Final = 11 * 60
# PlugNmeet rounds lengths to a hundredth of a megabyte.
ROUNDING_BYTES: Final = 10_000
_TOTAL: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})\Z")
_EXPIRED: Final = (401, 403, 410)


@dataclass
class Copy:
    """The copy of one recording. `parts` are the parts that have arrived, by their number."""

    ctx: Context
    source: Source
    record_id: str
    session_id: str
    resource_id: str
    key: str
    name: str
    announced_bytes: int | None
    upload_id: str | None
    version: str | None
    parts: dict[int, Part]
    total: int | None
    """The recording's length in bytes, once all its parts have arrived; else None."""
    parts_before: int
    """How many parts had arrived when this attempt began."""
    started: float = field(default_factory=time.monotonic)
    _url: str = ""

    @classmethod
    def from_rows(cls, ctx: Context, source: Source, row: Row, parts: list[Row]) -> Copy:
        arrived = sum(part["size_bytes"] for part in parts)
        locale = row["teacher_locale"]
        wishes = (row["teacher_language"], locale)
        with i18n.reading(languages.choose(*wishes, everything=ctx.settings.development)):
            name = file_name(row["began_at"], row["teacher_time_zone"], locale, "mp4")
        return cls(
            ctx=ctx,
            source=source,
            record_id=row["record_id"],
            session_id=row["session_id"],
            resource_id=row["resource_id"] or uuid.uuid4().hex,
            key=f"sessions/{row['session_id']}/recordings/{row['record_id']}.mp4",
            name=name,
            announced_bytes=row["announced_bytes"],
            upload_id=row["upload_id"],
            version=row["source"],
            parts={part["number"]: Part(part["number"], part["etag"]) for part in parts},
            total=row["total_bytes"] if arrived == row["total_bytes"] else None,
            parts_before=len(parts),
        )

    @property
    def has_progress(self) -> bool:
        """True if this attempt has added a part."""
        return len(self.parts) > self.parts_before

    async def run(self) -> None:
        """Copy the missing parts. Raises: RecordingError, UnfinishedError."""
        try:
            stored = await self._transfer()
        except StreamBrokenError as error:
            raise RecordingError(f"the stream broke: {error}") from error
        film = await mp4.inspect(self._read, stored.size)
        if not film.is_whole:
            await self.start_over()
            raise RecordingError("the copied file is not a whole MP4")
        await recordings_db.finish(
            self.ctx.db,
            record_id=self.record_id,
            resource_id=self.resource_id,
            stored=stored,
            duration=film.duration_seconds,
            now=self.ctx.now,
        )

    async def start_over(self) -> None:
        """Delete what has arrived; the next attempt begins at the first byte."""
        if self.upload_id:
            await self.ctx.files.abort(self.key, self.upload_id)
        await self.ctx.files.delete([self.key])
        await self._begin(0, None, "")

    async def _transfer(self) -> Stored:
        if self.parts and self.total:
            return await self._put_together(self.total)
        number = self._next_number()
        answer = await self._fetch(number)
        total, version = _total_of(answer)
        if self.parts and version != self.version:
            await self.ctx.discard(answer.body)
            await self.start_over()
            number, answer = 1, await self._fetch(1)
            total, version = _total_of(answer)
        await self._check_announced_length(total, answer)
        in_parts = answer.status == 206 and total > PART_BYTES  # noqa: PLR2004
        if not in_parts and total > MAX_WHOLE_BYTES:
            await self.ctx.discard(answer.body)
            raise RecordingError(f"{total} bytes are too many from a source without Range")
        if not self.parts:
            upload_id = await self.ctx.files.begin(self.key) if in_parts else None
            await self._begin(total, upload_id, version)
        if in_parts:
            return await self._copy_parts(number, answer, total)
        stored = await self.ctx.files.put(self.key, answer.body)
        return await self._check_length(stored, total)

    async def _copy_parts(self, number: int, answer: Fetched, total: int) -> Stored:
        upload_id = self.upload_id or ""
        count = -(-total // PART_BYTES)
        while True:
            part = await self.ctx.files.put_part(self.key, upload_id, number, answer.body)
            size = min(PART_BYTES, total - (number - 1) * PART_BYTES)
            self.parts[number] = part
            await self._record_part(part, size)
            number = self._next_number()
            if number > count:
                break
            if time.monotonic() - self.started > TIME_LIMIT_S:
                raise self._time_limit_error()
            answer = await self._fetch(number)
            if answer.status != 206 or _total_of(answer)[1] != self.version:  # noqa: PLR2004
                await self.ctx.discard(answer.body)
                raise RecordingError("the recording changed while it was copied")
        return await self._put_together(total)

    async def _record_part(self, part: Part, size: int) -> None:
        await recordings_db.put_part(
            self.ctx.db, self.record_id, self.resource_id, part, size, arrived=len(self.parts)
        )

    def _time_limit_error(self) -> Exception:
        """A failure if there is no progress: else a source that keeps changing is never done."""
        if self.has_progress:
            return UnfinishedError()
        return RecordingError("the recording changes faster than it can be copied")

    async def _put_together(self, total: int) -> Stored:
        """Make one object of all parts."""
        parts = [self.parts[number] for number in sorted(self.parts)]
        try:
            stored = await self.ctx.files.finish(self.key, self.upload_id or "", parts)
        except StreamBrokenError:
            # An earlier attempt may have completed it without getting the answer.
            found = await self.ctx.files.head(self.key)
            if found is None:
                raise
            stored = found
        return await self._check_length(stored, total)

    async def _check_length(self, stored: Stored, total: int) -> Stored:
        if stored.size != total:
            await self.start_over()
            raise RecordingError(f"{stored.size} of {total} bytes arrived")
        return stored

    async def _fetch(self, number: int) -> Fetched:
        """Request one part; get a new URL once if it has expired. Raises: RecordingError."""
        start = (number - 1) * PART_BYTES
        headers = {"Range": f"bytes={start}-{start + PART_BYTES - 1}"}
        for is_new_url in (not self._url, True):
            if is_new_url:
                self._url = await self._current_url()
            answer = await self.ctx.fetch_stream(self._url, headers)
            if answer.status in (200, 206):
                return answer
            await self.ctx.discard(answer.body)
            if answer.status not in _EXPIRED or is_new_url:
                break
        raise RecordingError(f"the source answered {answer.status}")

    async def _current_url(self) -> str:
        source = await self.source.open_recording(self.record_id)
        if source is None:
            raise RecordingError("the provider does not have the recording")
        return source.url

    async def _check_announced_length(self, total: int, answer: Fetched) -> None:
        announced = self.announced_bytes
        if announced is not None and total + ROUNDING_BYTES < announced:
            await self.ctx.discard(answer.body)
            raise RecordingError(f"the source has {total} bytes, {announced} were announced")

    async def _begin(self, total: int, upload_id: str | None, version: str) -> None:
        self.parts, self.upload_id, self.version, self.total = {}, upload_id, version, None
        await recordings_db.begin(
            self.ctx.db,
            record_id=self.record_id,
            resource_id=self.resource_id,
            session_id=self.session_id,
            name=self.name,
            key=self.key,
            size=total,
            upload_id=upload_id,
            source=version,
            now=self.ctx.now,
        )

    def _next_number(self) -> int:
        number = 1
        while number in self.parts:
            number += 1
        return number

    async def _read(self, start: int, length: int) -> bytes:
        return await self.ctx.files.read(self.key, start, length)


def _total_of(answer: Fetched) -> tuple[int, str]:
    """The recording's length in bytes, and its version. Raises: RecordingError."""
    headers: dict[str, Any] = dict(answer.headers)
    if answer.status == 206:  # noqa: PLR2004
        found = _TOTAL.match(headers.get("content-range", ""))
        length = found[3] if found else ""
    else:
        length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) == 0:
        raise RecordingError("the source does not state the length of the recording")
    tag = headers.get("etag") or headers.get("last-modified") or ""
    return int(length), f"{length} {tag}"
