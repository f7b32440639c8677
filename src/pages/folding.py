"""What is worked out when Jinja compiles a template, so that no page works it out again.

Only compiling imports this: set-up does it for all templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from pages.marks import AFTER, BEFORE, CONTEXT, MESSAGE, RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MESSAGES: Final = ("_", "gettext", "pgettext")
FILLED: Final = ("filled", "filled_text")
"""The filters that fill a message, in HTML and in text (`pages.templating`)."""


class Folding(NodeTransformer):
    """Messages become marked text, and loops over a list that the template has become its rows.

    The names of the methods are Jinja's: each is called with all nodes of one kind.
    """

    def __init__(self, *, is_html: bool) -> None:
        self._is_html = is_html

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        for field in ("body", "else_"):
            if statements := getattr(node, field, None):
                setattr(node, field, list(_joined(statements)))
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """`_("Join")` is text, and `_("Call %(name)s", name=x)` a text to fill."""
        self.generic_visit(node)
        is_message = isinstance(node.node, nodes.Name) and node.node.name in MESSAGES
        parts = [part.value for part in node.args if isinstance(part, nodes.Const)]
        if not is_message or len(parts) < len(node.args):
            return node
        text: nodes.Expr = nodes.Const(MESSAGE.format(CONTEXT.join(parts)))
        if node.kwargs:
            text = nodes.Filter(text, FILLED[not self._is_html], [], node.kwargs, None, None)
        elif self._is_html:
            text = nodes.MarkSafe(text)
        return text.set_lineno(node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        """A loop over a list that the template itself has is written row by row."""
        self.generic_visit(node)
        if not isinstance(node.iter, nodes.List) or node.test or node.else_ or _needs_scope(node):
            return node
        rows = [_named(node.target, row) for row in node.iter.items]
        return [_copied(part, names) for names in rows for part in node.body]

    def visit_With(self, node: nodes.With) -> list[nodes.Node]:  # noqa: N802
        """What a name of this block stands for is written in its place."""
        self.generic_visit(node)
        pairs = zip(node.targets, node.values, strict=True)
        names = {cast("nodes.Name", name).name: value for name, value in pairs}
        return [_copied(part, names) for part in node.body]

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802
        """`{{ a if b else c }}` is `{% if b %}{{ a }}{% else %}{{ c }}{% endif %}`."""
        self.generic_visit(node)
        return [self._written(part).set_lineno(node.lineno) for part in node.nodes]

    def _written(self, part: nodes.Expr) -> nodes.Node:
        if isinstance(part, nodes.CondExpr):
            otherwise = [self._written(part.expr2)] if part.expr2 else []
            return nodes.If(part.test, [self._written(part.expr1)], [], otherwise)
        if isinstance(part, nodes.Name) and part.name == "release":
            part = nodes.MarkSafe(nodes.Const(RELEASE))
        return nodes.Output(self._pieces(part) if _has_one_value(part) else [part])

    def _pieces(self, message: nodes.Filter) -> list[nodes.Expr]:
        """The text before the value, the value, and the text after it."""
        english = _text(message).strip(MESSAGE.format(""))
        ends = [nodes.Const(MESSAGE.format(english + end)) for end in (BEFORE, AFTER)]
        before, after = [nodes.MarkSafe(end) for end in ends] if self._is_html else ends
        return [before, message.kwargs[0].value, after]


def _joined(statements: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Outputs that follow each other as one: Jinja joins the texts of one output."""
    last: nodes.Node | None = None
    for each in statements:
        if isinstance(last, nodes.Output) and isinstance(each, nodes.Output):
            last.nodes.extend(each.nodes)
        else:
            last = each
            yield each


def _has_one_value(part: nodes.Expr) -> TypeGuard[nodes.Filter]:
    """True for a message that has one value, once (`make check` compares its translations)."""
    if not isinstance(part, nodes.Filter) or part.name not in FILLED:
        return False
    return len(part.kwargs) == _text(part).count("%(") == 1


def _text(message: nodes.Filter) -> str:
    return str(cast("nodes.Const", message.node).value)


def _needs_scope(loop: nodes.For) -> bool:
    """True if the body uses `loop`, or sets a name, which rows would set in the page."""
    names = [name.name for name in loop.find_all(nodes.Name)]
    return "loop" in names or bool([*loop.find_all((nodes.Assign, nodes.AssignBlock))])


def _named(target: nodes.Node, row: nodes.Expr) -> Mapping[str, nodes.Expr]:
    """The names that a row of a loop sets, with what they stand for."""
    if isinstance(target, nodes.Name):
        return {target.name: row}
    pairs = zip(cast("nodes.Tuple", target).items, cast("nodes.Tuple", row).items, strict=True)
    return {cast("nodes.Name", name).name: value for name, value in pairs}


def _copied(part: Any, names: Mapping[str, nodes.Expr]) -> Any:
    """A part of a template, with these expressions in place of names."""
    if isinstance(part, list):
        return [_copied(each, names) for each in part]
    if not isinstance(part, nodes.Node):
        return part
    if isinstance(part, nodes.Name) and part.name in names:
        return names[part.name]
    fields = [_copied(value, names) for _, value in part.iter_fields()]
    return type(part)(*fields, lineno=part.lineno)
