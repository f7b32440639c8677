"""R2 behind `files.storage.Files`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

from bindings.answers import answer_of
from bindings.conversion import js_object
from errors import ServiceUnavailableError
from files.storage import Part, Span, Stored, StreamBrokenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from files.storage import Source, Stream


class R2Files:
    """Uses the raw binding: the SDK's wrapper converts each byte of a body."""

    def __init__(self, bucket: Any) -> None:
        self._bucket = bucket

    async def put(self, key: str, body: Stream) -> Stored:
        try:
            # Bytes are copied in one piece.
            body = to_js(body) if isinstance(body, bytes) else body
            found = await self._bucket.put(key, body)
        except JsException as error:
            raise StreamBrokenError(str(error)) from error
        return _stored(found)

    async def head(self, key: str) -> Stored | None:
        found = await answer_of("FILES", self._bucket.head(key))
        return _stored(found) if found else None

    async def read(self, key: str, start: int, length: int) -> bytes:
        found = await self._get(key, start, length)
        if not found:
            return b""
        content: bytes = (await answer_of("FILES", found.arrayBuffer())).to_bytes()
        return content

    async def open(self, key: str, start: int, length: int) -> Stream | None:
        found = await self._get(key, start, length)
        return found.body if found else None

    async def _get(self, key: str, start: int, length: int) -> Any:
        part = js_object({"offset": start, "length": length})
        return await answer_of("FILES", self._bucket.get(key, js_object({"range": part})))

    async def delete(self, keys: Sequence[str]) -> None:
        if keys:
            await answer_of("FILES", self._bucket.delete(to_js(list(keys))))

    async def list_keys(self, after: str, limit: int) -> list[tuple[str, int]]:
        options = {"prefix": "sessions/", "limit": limit} | ({"startAfter": after} if after else {})
        found = await answer_of("FILES", self._bucket.list(js_object(options)))
        return [(item.key, int(item.uploaded.getTime() / 1000)) for item in found.objects]

    async def begin(self, key: str) -> str:
        upload_id: str = (
            await answer_of("FILES", self._bucket.createMultipartUpload(key))
        ).uploadId
        return upload_id

    async def put_part(self, key: str, upload_id: str, number: int, body: Stream) -> Part:
        upload = self._bucket.resumeMultipartUpload(key, upload_id)
        try:
            part = await upload.uploadPart(number, body)
        except JsException as error:
            raise StreamBrokenError(str(error)) from error
        return Part(number, part.etag)

    async def put_part_of(
        self, key: str, upload_id: str, number: int, sources: Sequence[Source]
    ) -> Part:
        size = sum(each.length if isinstance(each, Span) else len(each) for each in sources)
        pipe = js.FixedLengthStream.new(size)
        upload = self._bucket.resumeMultipartUpload(key, upload_id)
        stored = upload.uploadPart(number, pipe.readable)
        try:
            for source in sources:
                await self._write(pipe.writable, source)
            await pipe.writable.close()
            part = await stored
        except (JsException, ServiceUnavailableError, StreamBrokenError) as error:
            with suppress(JsException):
                await pipe.writable.abort(str(error))
            with suppress(JsException):
                await stored
            raise StreamBrokenError(str(error)) from error
        return Part(number, part.etag)

    async def _write(self, writable: Any, source: Source) -> None:
        if isinstance(source, Span):
            found = await self.open(*source)
            if found is None:
                msg = "an object is missing"
                raise StreamBrokenError(msg)
            await found.pipeTo(writable, js_object({"preventClose": True}))
            return
        writer = writable.getWriter()
        await writer.write(to_js(source))
        writer.releaseLock()

    async def finish(self, key: str, upload_id: str, parts: Sequence[Part]) -> Stored:
        upload = self._bucket.resumeMultipartUpload(key, upload_id)
        listed = [js_object({"partNumber": part.number, "etag": part.etag}) for part in parts]
        try:
            return _stored(await upload.complete(to_js(listed)))
        except JsException as error:
            raise StreamBrokenError(str(error)) from error

    async def abort(self, key: str, upload_id: str) -> None:
        # It fails if the upload was completed or aborted before: then nothing is left to abort.
        with suppress(JsException):
            await self._bucket.resumeMultipartUpload(key, upload_id).abort()


def _stored(found: Any) -> Stored:
    return Stored(int(found.size), found.httpEtag)
