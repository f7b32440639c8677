"""Makes one ordinary file of what a browser has sent: it seeks everywhere, and tells its duration.

What the browser could not know goes over the beginning and behind the end; all that was sent lies
in between. Each step can be repeated: pieces stay until the file can be seen.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from db import receiving as receiving_db
from db import resources as resources_db
from files import movie_header, webm
from files.movie import MalformedError
from files.storage import Part, StreamBrokenError
from files.streams import RecordingError, UnfinishedError
from logs import log
from recordings.indexing import read_index
from recordings.joining import read_movie
from recordings.parts import PART_BYTES, Film
from recordings.stream import Received

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from files.storage import Stored

# A consumer may run for fifteen minutes; after this time the next one continues.
TIME_LIMIT_S: Final = 11 * 60
# The file was shown: only the pieces are left to remove.
_SEEN: Final = ("ready", "deleted")
# R2's limit for one call.
_KEYS_AT_ONCE: Final = 1000


async def complete(ctx: Context, row: Row, parts: list[Row]) -> bool:
    """Complete a recording that takes no more pieces; False if there was nothing in it.

    Raises: RecordingError, UnfinishedError.
    """
    pieces = await receiving_db.list_pieces(ctx.db, row["record_id"])
    if row["file_status"] not in _SEEN:
        received = Received(ctx.files, pieces)
        is_wanted = row["file_status"] == "uploading" and pieces
        film = await _film_of(row, received) if is_wanted else None
        if film is None:
            await _forget(ctx, row, pieces)
            return False
        stored = await _store(ctx, row, received, film, parts)
        await receiving_db.finish_file(
            ctx.db, row["resource_id"], stored, duration=max(1, round(film.seconds)), now=ctx.now
        )
    await _delete_pieces(ctx, pieces)
    await receiving_db.finish(ctx.db, row["record_id"], now=ctx.now)
    return True


async def _film_of(row: Row, received: Received) -> Film | None:
    """None if nothing can be shown. Raises: RecordingError."""
    if row["format"] == "mp4":
        movie = await read_movie(received)
        if not movie.sample_count:
            return None
        patch = movie_header.start_of(received.size)
        return Film(movie.seconds, received.size, [(0, patch)], movie_header.header_of(movie))
    try:
        index = await read_index(received)
    except MalformedError as error:
        msg = f"what was sent is no WebM: {error}"
        raise RecordingError(msg) from error
    return Film(index.seconds, index.end, *webm.completed(index)) if index else None


async def _store(
    ctx: Context, row: Row, received: Received, film: Film, parts: list[Row]
) -> Stored:
    """The file, in the bucket. Raises: RecordingError, UnfinishedError."""
    # An earlier attempt may have stored it, and died before it could say so.
    found = await ctx.files.head(row["r2_key"])
    if found is None or found.size != film.size:
        row = await _with_upload(ctx, row)
        try:
            made = await _make_parts(ctx, row, received, film, parts)
            found = await ctx.files.finish(row["r2_key"], row["upload_id"], made)
        except StreamBrokenError as error:
            await resources_db.restart(ctx.db, row["resource_id"], row["upload_id"])
            await ctx.files.abort(row["r2_key"], row["upload_id"])
            msg = f"the bucket did not take the parts: {error}"
            raise RecordingError(msg) from error
    if found.size != film.size:
        msg = f"{found.size} of {film.size} bytes are in the bucket"
        raise RecordingError(msg)
    return found


async def _with_upload(ctx: Context, row: Row) -> Row:
    """The row with the id of a multipart upload; an earlier attempt may have aborted it."""
    if row["upload_id"]:
        return row
    upload_id = await ctx.files.begin(row["r2_key"])
    if not await resources_db.set_upload_id(ctx.db, row["resource_id"], upload_id):
        msg = "another consumer has begun it again"
        raise RecordingError(msg)
    return row | {"upload_id": upload_id}


async def _make_parts(
    ctx: Context, row: Row, received: Received, film: Film, parts: list[Row]
) -> list[Part]:
    """Those that were made early, and the others. Raises: StreamBrokenError, UnfinishedError."""
    began = time.monotonic()
    early = {each["number"]: Part(each["number"], each["etag"]) for each in parts}
    made, has_progress = [], False
    for number in range(1, film.part_count + 1):
        as_sent = film.is_as_sent(number)
        part = early.get(number) if as_sent else None
        if part is None:
            if time.monotonic() - began > TIME_LIMIT_S and has_progress:
                raise UnfinishedError
            part = await ctx.files.put_part_of(
                row["r2_key"], row["upload_id"], number, film.part(received, number)
            )
            if as_sent:
                has_progress = True
                await receiving_db.add_part(ctx.db, row, part, PART_BYTES, state="copying")
        made.append(part)
    return made


async def _forget(ctx: Context, row: Row, pieces: list[Row]) -> None:
    """Delete a recording in which there is nothing: its browser died before four seconds.

    Its file is claimed first (db/file_cleanup.py), so that a repetition does not look for pieces.
    """
    await resources_db.abandon(ctx.db, row["resource_id"], now=ctx.now)
    if row["upload_id"]:
        await ctx.files.abort(row["r2_key"], row["upload_id"])
    await _delete_pieces(ctx, pieces)
    await receiving_db.delete(ctx.db, row["record_id"], row["resource_id"])
    log("recording_empty", session_id=row["session_id"], record_id=row["record_id"])


async def _delete_pieces(ctx: Context, pieces: list[Row]) -> None:
    keys = [piece["r2_key"] for piece in pieces]
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        await ctx.files.delete(keys[start : start + _KEYS_AT_ONCE])
