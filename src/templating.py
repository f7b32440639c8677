"""How Jinja's templates are compiled: ahead of time, and into blocks that come whole."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import compiler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import nodes
    from jinja2.bccache import Bucket

TEMPLATES: Final = Path(__file__).parent / "templates"


class WholeBlocks(compiler.CodeGenerator):
    """Has each block give its text at once; Jinja's own gives a page in hundreds of pieces.

    Every piece passes through a generator for each template that the page extends or is included
    in. Nothing is gained by pieces here: a page goes out whole.
    """

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: compiler.Frame) -> None:
        if frame.buffer is not None:
            super().blockvisit(nodes, frame)
            return
        self.buffer(frame)
        super().blockvisit(nodes, frame)
        self.writeline(f'yield "".join({frame.buffer})')
        frame.buffer = None


class Precompiled(jinja2.BytecodeCache):
    """What set-up has compiled (tools/templates.mjs): parsing is most of an isolate's first page.

    Jinja compiles by itself what has been edited since, and all when Python is another version.
    """

    writes = False
    """Set-up's own run keeps what it compiles."""

    def __init__(self, folded: Iterable[str]) -> None:
        """`folded` are the templates of which others hold parts, worked out when compiled."""
        self._folded = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in folded)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002
        """As a file's name; the suffix is the one that wrangler.toml sends along."""
        return f"{name.replace('/', '-')}.cpython-314.pyc"

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + self._folded)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(FileNotFoundError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if self.writes:
            with self._path(bucket).open("wb") as file:
                bucket.write_bytecode(file)

    def _path(self, bucket: Bucket) -> Path:
        return TEMPLATES / "__pycache__" / bucket.key


class Environment(jinja2.Environment):
    """Of our own templates. `folded` are those that filters draw from, see `Precompiled`."""

    code_generator_class = WholeBlocks

    def __init__(self, *, folded: Iterable[str] = ()) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=Precompiled(folded),
        )
