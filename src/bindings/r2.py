"""`files.Files` over an R2 binding, which bindings.py hands in with its ways of conversion."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from errors import ServiceUnavailableError
from files import Part, Stored, StreamBrokenError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from files import Stream


class R2Files:
    """Works on the raw binding: the SDK's wrapper walks through every byte of what it is given."""

    def __init__(
        self,
        bucket: Any,
        as_object: Callable[[Mapping[str, Any]], Any],
        as_list: Callable[[list[Any]], Any],
    ) -> None:
        self._bucket = bucket
        self._object = as_object
        self._list = as_list

    async def put(self, key: str, body: Stream) -> Stored:
        try:
            found = await self._bucket.put(key, body)
        except Exception as error:  # whatever the runtime throws
            raise StreamBrokenError(str(error)) from error
        return _stored(found)

    async def head(self, key: str) -> Stored | None:
        found = await _answer_of(self._bucket.head(key))
        return _stored(found) if found else None

    async def read(self, key: str, start: int, length: int) -> bytes:
        found = await self._get(key, start, length)
        if not found:
            return b""
        content: bytes = (await _answer_of(found.arrayBuffer())).to_bytes()
        return content

    async def open(self, key: str, start: int, length: int) -> Stream | None:
        found = await self._get(key, start, length)
        return found.body if found else None

    async def _get(self, key: str, start: int, length: int) -> Any:
        part = self._object({"offset": start, "length": length})
        return await _answer_of(self._bucket.get(key, self._object({"range": part})))

    async def delete(self, keys: Sequence[str]) -> None:
        if keys:
            await _answer_of(self._bucket.delete(self._list(list(keys))))

    async def list_keys(self, after: str, limit: int) -> list[tuple[str, int]]:
        options = {"prefix": "sessions/", "limit": limit} | ({"startAfter": after} if after else {})
        found = await _answer_of(self._bucket.list(self._object(options)))
        return [(item.key, int(item.uploaded.getTime() / 1000)) for item in found.objects]

    async def begin(self, key: str) -> str:
        upload_id: str = (await _answer_of(self._bucket.createMultipartUpload(key))).uploadId
        return upload_id

    async def put_part(self, key: str, upload_id: str, number: int, body: Stream) -> Part:
        upload = self._bucket.resumeMultipartUpload(key, upload_id)
        try:
            part = await upload.uploadPart(number, body)
        except Exception as error:
            raise StreamBrokenError(str(error)) from error
        return Part(number, part.etag)

    async def finish(self, key: str, upload_id: str, parts: Sequence[Part]) -> Stored:
        upload = self._bucket.resumeMultipartUpload(key, upload_id)
        listed = [self._object({"partNumber": part.number, "etag": part.etag}) for part in parts]
        try:
            return _stored(await upload.complete(self._list(listed)))
        except Exception as error:
            raise StreamBrokenError(str(error)) from error

    async def abort(self, key: str, upload_id: str) -> None:
        # Completed or aborted before: then there is nothing left to forget.
        with suppress(Exception):
            await self._bucket.resumeMultipartUpload(key, upload_id).abort()


async def _answer_of(call: Awaitable[Any]) -> Any:
    """What the bucket answers. Raises: ServiceUnavailableError."""
    try:
        return await call
    except Exception as error:
        log("binding_failed", binding="FILES", error=str(error)[:500])
        raise ServiceUnavailableError from error


def _stored(found: Any) -> Stored:
    return Stored(int(found.size), found.httpEtag)
