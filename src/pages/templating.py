"""How Jinja's templates are compiled: ahead of time, and into blocks that come whole."""

from __future__ import annotations

import functools
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
import markupsafe
from jinja2 import compiler

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from jinja2 import nodes
    from jinja2.bccache import Bucket

# With the white space around it that Jinja drops.
INCLUDE: Final = re.compile(r'(?m)(?:^[ \t]*)?\{% include "([^"]+)" %\}\n?')
TEMPLATES: Final = Path(__file__).parent.parent / "templates"


class WholePages(compiler.CodeGenerator):
    """Writes what a page that goes out whole needs, and no more than that."""

    # Jinja's own gives a page in hundreds of pieces, of which each passes through a generator for
    # each template that the page extends or is included in.
    def blockvisit(self, nodes: Iterable[nodes.Node], frame: compiler.Frame) -> None:
        if frame.buffer is not None:
            super().blockvisit(nodes, frame)
            return
        self.buffer(frame)
        super().blockvisit(nodes, frame)
        self.writeline(f'yield "".join({frame.buffer})')
        frame.buffer = None

    # Jinja's own makes Markup of each value, only to join it with others.
    def _output_child_pre(
        self,
        node: nodes.Expr,
        frame: compiler.Frame,
        finalize: compiler.CodeGenerator._FinalizeInfo,
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


# Remembered, since a page says a name twenty times; by type, since Markup and str can be equal.
@functools.lru_cache(maxsize=256, typed=True)
def escaped(value: Hashable) -> str:
    """A value as HTML, as Jinja's `escape` gives it but for the type."""
    if type(value) is str:
        return (
            value.replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace('"', "&#34;")
        )
    if type(value) is markupsafe.Markup:
        return value
    markup: markupsafe.Markup = markupsafe.escape(value)
    return markup


class WithParts(jinja2.FileSystemLoader):
    """Writes included templates where they are included, which is quicker than to call them.

    They share their variables with the page then: what one sets, later ones see.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)

        def part(found: re.Match[str]) -> str:
            return self.get_source(environment, found[1])[0].removesuffix("\n")

        return INCLUDE.sub(part, source), path, is_current


def whole_pages() -> set[str]:
    """The names of all templates but those that stand in others."""
    files = (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"))
    sources = {str(file.relative_to(TEMPLATES)): file.read_text(encoding="utf-8") for file in files}
    return sources.keys() - {part for text in sources.values() for part in INCLUDE.findall(text)}


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

    code_generator_class = WholePages
    escaped = staticmethod(escaped)

    def __init__(self, *, folded: Iterable[str] = ()) -> None:
        super().__init__(
            loader=WithParts(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=Precompiled(folded),
        )
        # Without looking in Jinja's cache, which has a lock and keeps count of use.
        self.get_template = functools.cache(super().get_template)  # type: ignore[method-assign]
