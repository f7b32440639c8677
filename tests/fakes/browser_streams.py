"""What a browser sends of its recording, and a reader of films: both are mediabunny's, in Node."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tools.node import node_folder

HERE = Path(__file__).parent
PART = 8 * 1024 * 1024


@dataclass(frozen=True)
class BrowserStream:
    """A stream that begins with its header. Its fragments last four seconds each."""

    pieces: tuple[bytes, ...]
    """As a browser sends them: the header, then the fragments."""
    frames: int
    sounds: int

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    def padded(self, size: int, filler: Any) -> "BrowserStream":
        """The same stream, with `size` bytes that nobody needs after each fragment."""
        header, *fragments = self.pieces
        padded = (header, *(fragment + filler(size) for fragment in fragments))
        return BrowserStream(padded, self.frames, self.sounds)


@cache
def stream(format_: str, seconds: int, frame_bytes: int = 0, rate: int = 10) -> BrowserStream:
    """Pictures are VP9 frames, `rate` a second, or `frame_bytes` of noise each."""
    asked = {"format": format_, "seconds": seconds, "frame_bytes": frame_bytes, "rate": rate}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "stream"
        film = str(HERE / "film.mp4")
        told = _node("browser_streams.mjs", json.dumps({**asked, "film": film}), str(target))
        content = target.read_bytes()
    cuts = [0, *told["cuts"], len(content)]
    pieces = tuple(content[start:stop] for start, stop in pairwise(cuts))
    return BrowserStream(pieces, told["frames"], told["sounds"])


def read(film: bytes, seconds: float = 0) -> dict[str, Any]:
    """What a player finds in the film. With the tracks by their type."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        path.write_bytes(film)
        found = _node("read_movie.mjs", str(path), str(seconds))
    return found | {track["type"]: track for track in found["tracks"]}


def free_box(size: int) -> bytes:
    return size.to_bytes(4, "big") + b"free" + bytes(size - 8)


def void(size: int) -> bytes:
    return b"\xec" + (size - 9 | 1 << 56).to_bytes(8, "big") + bytes(size - 9)


def _node(script: str, *arguments: str) -> dict[str, Any]:
    command = [str(node_folder() / "node"), str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
