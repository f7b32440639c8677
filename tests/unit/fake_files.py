"""`files.storage.Files` in memory, with R2's rules for parts."""

from dataclasses import dataclass, field

from files.storage import Part, Span, Stored, StreamBrokenError


@dataclass
class FakeFiles:
    """`objects` are key -> (bytes, time of upload); a body is bytes, or an error to raise."""

    objects: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    uploads: dict[str, dict[int, tuple[bytes, str]]] = field(default_factory=dict)
    sent: int = 0

    async def put(self, key, body):
        if isinstance(body, Exception):
            raise StreamBrokenError(str(body))
        self.objects[key] = (body, 0)
        return Stored(len(body), f'"{len(body)}"')

    async def head(self, key):
        found = self.objects.get(key)
        return Stored(len(found[0]), f'"{len(found[0])}"') if found else None

    async def read(self, key, start, length):
        return self.objects.get(key, (b"", 0))[0][start : start + length]

    async def open(self, key, start, length):
        return self.objects[key][0][start : start + length] if key in self.objects else None

    async def delete(self, keys):
        for key in keys:
            self.objects.pop(key, None)

    async def list_keys(self, after, limit):
        keys = sorted(key for key in self.objects if key > after)[:limit]
        return [(key, self.objects[key][1]) for key in keys]

    async def begin(self, key):
        upload_id = f"upload-{len(self.uploads)}"
        self.uploads[upload_id] = {}
        return upload_id

    async def put_part(self, key, upload_id, number, body):
        if upload_id not in self.uploads:
            raise StreamBrokenError("no such upload")
        if isinstance(body, Exception):
            raise StreamBrokenError(str(body))
        self.sent += 1
        part = Part(number, f"{number}-{self.sent}")
        self.uploads[upload_id][number] = (body, part.etag)
        return part

    async def put_part_of(self, key, upload_id, number, sources):
        body = b""
        for source in sources:
            if isinstance(source, Span):
                found = await self.read(*source)
                if len(found) != source.length:
                    raise StreamBrokenError("an object is missing")
                body += found
            else:
                body += source
        return await self.put_part(key, upload_id, number, body)

    async def finish(self, key, upload_id, parts):
        if upload_id not in self.uploads:
            raise StreamBrokenError("no such upload")
        found = self.uploads[upload_id]
        if any(found.get(part.number, (b"", ""))[1] != part.etag for part in parts):
            raise StreamBrokenError("no such part")
        del self.uploads[upload_id]
        return await self.put(key, b"".join(found[part.number][0] for part in parts))

    async def abort(self, key, upload_id):
        self.uploads.pop(upload_id, None)
