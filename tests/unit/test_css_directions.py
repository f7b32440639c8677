"""Our styles name start and end, not left and right, so that they serve both directions of writing.

What must stay where it is has a comment in its line that begins with `physical:`.
"""

import re
from collections.abc import Iterator

import pytest

from tools.paths import ROOT

STYLES = sorted((ROOT / "public" / "css").rglob("*.css"))
# Not within a selector such as `.left-room`, nor the start of a pseudo-class.
DECLARATION = re.compile(
    r"(?:^|[{;])\s*(?P<name>[a-z-]+)\s*:\s*(?P<value>[^{};]+)(?=[;}])", re.MULTILINE
)
PHYSICAL_NAME = re.compile(r"(^|-)(left|right)(-|$)")
SIDES = re.compile(r"(margin|padding|inset|border-(width|style|color)|scroll-(margin|padding))$")
# `center` and lengths alone name no side.
PLACED = re.compile(r"(float|clear|text-align(-last)?|transform-origin|.*-position|background.*)$")
PHYSICAL_WORD = re.compile(r"(?<![\w-])(left|right)(?![\w-])")


def findings(css: str) -> Iterator[str]:
    for found in DECLARATION.finditer(_without_comments(css)):
        name, value = found["name"], " ".join(found["value"].split())
        if _is_physical(name, _parts(value), value):
            yield f"{name}: {value}"


def _without_comments(css: str) -> str:
    """The style without comments, and without what a comment allows."""
    kept = re.sub(r"^.*/\* physical: .*$", "", css, flags=re.MULTILINE)
    return re.sub(r"/\*.*?\*/", "", kept, flags=re.DOTALL)


def _is_physical(name: str, parts: list[str], value: str) -> bool:
    if PHYSICAL_NAME.search(name) and not name.startswith("--"):
        return True
    if SIDES.match(name):
        return len(parts) == 4 and parts[1] != parts[3]
    if name == "border-radius":
        top_left, top_right, bottom_right, bottom_left = _corners(parts)
        return top_left != top_right or bottom_left != bottom_right
    return bool(PLACED.match(name) and PHYSICAL_WORD.search(value))


def _corners(parts: list[str]) -> list[str]:
    return [*parts, parts[1]] if len(parts) == 3 else (parts * 4)[:4]


def _parts(value: str) -> list[str]:
    """`max(1rem, 2vw) auto` has two."""
    return re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", value)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_names_a_side(path):
    assert list(findings(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 1rem",
        "left: 0",
        "border-right-color: red",
        "border-top-left-radius: 1px",
        "scroll-margin-left: 1px",
        "text-align: right",
        "float: left",
        "transform-origin: left",
        "background: linear-gradient(to right, red, blue)",
        "background-position: top right",
        "inset: auto 1rem 0 auto",
        "padding: 1px 2px 3px max(1rem, env(safe-area-inset-left))",
        "border-width: 0 2px 2px 0",
        "border-radius: 1px 2px 2px 2px",
        "border-radius: 1px 2px",
    ],
)
def test_a_side_is_found(declaration):
    assert list(findings(f"a {{ color: red; {declaration}; }}")) == [declaration]
    assert list(findings(f"@media print {{\n  a {{\n    {declaration};\n  }}\n}}")) == [declaration]
    assert list(findings(f"a {{\n  {declaration}; /* physical: a reason */\n}}")) == []


@pytest.mark.parametrize(
    "declaration",
    [
        "margin: 0 auto",
        "padding: 1px calc(1rem + 2px) 2px calc(1rem + 2px)",
        "inset: auto 0 0",
        "border-radius: 1px 1px 0 0",
        "margin-inline-start: env(safe-area-inset-left)",
        "text-align: start",
        "--left: 1px",
        "transition: opacity 1s",
    ],
)
def test_other_declarations_pass(declaration):
    assert list(findings(f".left-room:hover {{ {declaration}; }} /* left: 0; */")) == []
