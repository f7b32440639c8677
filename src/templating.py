"""How Jinja's templates are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import compiler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import nodes


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
