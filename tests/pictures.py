"""Small pictures: real files of each kind that the board takes, and files that only claim it."""

import struct
import zlib


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int = 3, height: int = 2) -> bytes:
    """A grey PNG."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\x80" * width) * height
    content = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def jpeg(width: int = 640, height: int = 480, *, progressive: bool = False) -> bytes:
    """The headers of a JPEG: an APP1 segment as cameras write it, then the frame."""
    exif = b"\xff\xe1" + struct.pack(">H", 60_002) + b"Exif\0\0" + bytes(59_994)
    frame = b"\xff\xc2" if progressive else b"\xff\xc0"
    return (
        b"\xff\xd8"
        + exif
        + b"\xff\xc4"
        + struct.pack(">H", 20)
        + bytes(18)
        + b"\xff"
        + frame
        + struct.pack(">HBHHB", 17, 8, height, width, 3)
        + bytes(9)
    )


def webp(kind: str, width: int = 300, height: int = 200) -> bytes:
    """The headers of a WebP: `VP8 `, `VP8L` or `VP8X`."""
    content = {
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        "VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }[kind] + bytes(20)
    chunk = kind.encode() + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF = b"GIF89a" + struct.pack("<HH", 3, 2) + bytes(10)
