"""A recording that a person's browser makes: its pieces, while the session goes on and after it.

A piece is an object of its own, and then a row. So what has arrived stays, whatever dies next.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

import i18n
from db import receiving as receiving_db
from domain import call_location, consent, rules
from errors import (
    BadRequestError,
    BodyTooLargeError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotAgreedError,
    NotFoundError,
)
from files.storage import StreamBrokenError
from i18n import N_, languages
from logs import log
from recordings.naming import file_name
from recordings.parts import PART_BYTES, make_early

if TYPE_CHECKING:
    from auth.access import Access, LoadedAccess
    from context import Context
    from db.database import Row
    from db.receiving import PieceRows, StartRows
    from files.storage import Stream

# Ten hours at a megabit a second.
MAX_BYTES: Final = 4_900_000_000
# A session has as many at most. Another device, person or format begins a new one, and so does each
# run of a format whose runs are not joined.
MAX_RECORDINGS: Final = 40
# A browser that lost its network may come back within this time.
SILENT_S: Final = 15 * 60
ROWS_PER_SWEEP: Final = 20


class NewRecording(BaseModel):
    """`device` is a random word that this browser keeps: it finds its recording again."""

    model_config = ConfigDict(extra="forbid")

    device: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{16,64}$")]
    format: Literal["mp4", "webm"]


Ago = Annotated[int, Field(ge=0, lt=10**12)]


class PieceTimes(BaseModel):
    """How many milliseconds ago the recording of a piece began and ended.

    So the clock of the person's device does not matter.
    """

    model_config = ConfigDict(extra="forbid")

    began_ago: Ago = 0
    ended_ago: Ago = 0


class Piece(NamedTuple):
    """Where its bytes belong in the recording, how many they are, and when they were recorded."""

    start: int
    size: int
    times: PieceTimes


async def start(
    ctx: Context, access: LoadedAccess[StartRows], new: NewRecording
) -> tuple[dict[str, Any], bool]:
    """Begin a recording, or continue this browser's. Returns it, and whether it is new.

    Raises: ConflictError, ForbiddenError.
    """
    session, rows = access.session, access.loaded
    if not call_location.records_in_browser(session, ctx.settings):
        raise ConflictError(N_("Browsers do not record this session."))
    if not rules.can_join(session, access.now):
        raise ConflictError(N_("This session's room is not open."))
    if not rows.have_agreed([session.student.id, session.teacher.id]):
        raise ForbiddenError(N_("Both people have to agree to the recording first."))
    known = rows.to_continue(access.viewer.id, new.device, new.format)
    if known is None:
        if len(rows.recordings) >= MAX_RECORDINGS:
            raise ConflictError(N_("This session has too many recordings already."))
        if record_id := await _add(ctx, access, new):
            log("recording_begun", session_id=session.id, record_id=record_id, format=new.format)
            return _begun(record_id, 0), True
        # Another tab of this browser has just begun it.
        rows = await receiving_db.list_of_session(ctx.db, session.id)
        known = rows.to_continue(access.viewer.id, new.device, new.format)
    if known is None:
        raise ConflictError(N_("This recording has just been finished. Please begin another one."))
    return _begun(known["record_id"], known["received_bytes"]), False


def _begun(record_id: str, received: int) -> dict[str, Any]:
    return {"id": record_id, "received_bytes": received, "part_bytes": PART_BYTES}


async def _add(ctx: Context, access: Access, new: NewRecording) -> str | None:
    """The id of a new recording; None if this browser has one to continue."""
    session, record_id = access.session, uuid.uuid4().hex
    key = f"sessions/{session.id}/recordings/{record_id}.{new.format}"
    teacher = session.teacher
    began_at = session.scheduled_start if session.started_at is None else session.started_at
    wishes = (teacher.language, teacher.locale)
    with i18n.reading(languages.choose(*wishes, everything=ctx.settings.development)):
        name = file_name(began_at, teacher.time_zone, teacher.locale, new.format)
    upload_id = await ctx.files.begin(key)
    is_new = await receiving_db.add(
        ctx.db,
        record_id=record_id,
        session_id=session.id,
        name=name,
        key=key,
        upload_id=upload_id,
        sender_id=access.viewer.id,
        device=new.device,
        format_=new.format,
        now=ctx.now,
    )
    if not is_new:
        await ctx.files.abort(key, upload_id)
        return None
    return record_id


async def put(ctx: Context, access: LoadedAccess[PieceRows], piece: Piece, body: Stream) -> int:
    """Store a piece. Returns how many bytes have arrived from the first on.

    Bytes that have arrived before change nothing. Raises: NotFoundError, ForbiddenError,
    InvalidError, BodyTooLargeError, BadRequestError, NotAgreedError, ConflictError if a gap would
    be left, or if the recording is finished.
    """
    row = _own(access, access.loaded.recording)
    start, size, _ = piece
    _check_length(start, size)
    end = start + size
    if end <= row["received_bytes"]:
        return int(row["received_bytes"])
    _check_place(row, start)
    _check_consent(ctx, access.loaded, piece.times)
    key = f"sessions/{row['session_id']}/recordings/{row['record_id']}/{start:010}-{size}"
    try:
        stored = await ctx.files.put(key, body)
    except StreamBrokenError as error:
        raise BadRequestError(_NOT_WHOLE) from error
    if stored.size != size:
        raise BadRequestError(_NOT_WHOLE)
    is_new, found = await receiving_db.add_piece(
        ctx.db, row, start=start, size=size, key=key, now=ctx.now
    )
    if found is None:
        raise NotFoundError(_UNKNOWN)
    if found["received_bytes"] < end:
        # The purge deletes the object: it has no row.
        _check_place(found, start)
    if is_new and end % PART_BYTES == 0 and end > PART_BYTES:
        ctx.defer(make_early(ctx, found, end // PART_BYTES))
    return int(found["received_bytes"])


_UNKNOWN: Final = N_("This recording is not known any more.")
_NOT_WHOLE: Final = N_("The piece did not arrive whole. Please send it again.")


def _own(access: Access, row: Row | None) -> Row:
    """The recording. Raises: NotFoundError, ForbiddenError if another person began it."""
    if row is None:
        raise NotFoundError(_UNKNOWN)
    if row["sender_id"] != access.viewer.id:
        raise ForbiddenError(N_("Another person's browser makes this recording."))
    return row


def _check_length(start: int, size: int) -> None:
    """Raises: InvalidError, BodyTooLargeError."""
    if size <= 0:
        raise InvalidError({"body": "The piece is empty"})
    if size > PART_BYTES:
        raise BodyTooLargeError(f"A piece has at most {PART_BYTES} bytes.")
    if start // PART_BYTES != (start + size - 1) // PART_BYTES:
        raise InvalidError({"body": f"A piece must not go across a multiple of {PART_BYTES} bytes"})
    if start + size > MAX_BYTES:
        raise BodyTooLargeError(N_("A recording may have at most 4.9 GB."))


def _check_place(row: Row, start: int) -> None:
    """Raises: ConflictError."""
    if row["state"] != "receiving":
        raise ConflictError(N_("This recording is finished: it takes no more bytes."))
    if start != row["received_bytes"]:
        raise ConflictError(f"The next byte of this recording is number {row['received_bytes']}.")


def _check_consent(ctx: Context, rows: PieceRows, times: PieceTimes) -> None:
    """A browser that was cut off may have recorded on after somebody had stopped it.

    Raises: NotAgreedError.
    """
    began, ended = (ctx.now - ago / 1000 for ago in (times.began_ago, times.ended_ago))
    if not consent.held_throughout(rows.answers, began, ended):
        raise NotAgreedError


def state(access: LoadedAccess[Row | None]) -> dict[str, Any]:
    """Raises: as `_own` does."""
    row = _own(access, access.loaded)
    return {
        "id": row["record_id"],
        "received_bytes": row["received_bytes"],
        "state": row["state"],
    }


async def finish(ctx: Context, access: LoadedAccess[Row | None]) -> dict[str, Any]:
    """Take no more bytes, and have the queue complete the recording. Idempotent.

    Raises: as `_own` does, ServiceUnavailableError.
    """
    row = _own(access, access.loaded)
    if row["state"] != "receiving":
        return state(access)
    await _close(ctx, row)
    return {**state(access), "state": "announced"}


async def _close(ctx: Context, row: Row) -> None:
    """If the message is lost, the sweep of stranded recordings replaces it."""
    if await receiving_db.close(ctx.db, row["record_id"], now=ctx.now):
        about = {"session_id": row["session_id"], "record_id": row["record_id"]}
        log("recording_received", **about, size=row["received_bytes"])
        await ctx.queue_recording(row["record_id"])


async def list_silent(ctx: Context) -> list[Row]:
    """Recordings that no browser will finish: their session is closed, and nothing more comes."""
    return await receiving_db.list_silent(
        ctx.db,
        silent_since=ctx.now - SILENT_S,
        ended_before=ctx.now - rules.OVERTIME_S,
        limit=ROWS_PER_SWEEP,
    )


async def close_silent(ctx: Context, row: Row) -> None:
    log("recording_left_behind", session_id=row["session_id"], record_id=row["record_id"])
    await _close(ctx, row)
