"""Which module of src/ may import which: no circle, and no arrow against the layers.

Every import counts: those inside functions and those that only type checkers read, too.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tools.paths import SOURCE

# From top to bottom: a module imports from its own layer and from those below. A name stands for a
# folder with all in it, or for one module of a folder that belongs to another layer.
LAYERS = (
    ("entry", "room.durable_object"),
    ("abridged", "bindings"),
    ("app", "schedule"),
    ("handlers",),
    ("openapi",),
    ("routes",),
    (
        *("analytics", "auth", "board", "demo", "events", "files", "mail", "pages", "recordings"),
        *("retention", "room", "sessions", "video", "web"),
    ),
    ("db", "providers"),
    # What an event may use, as types, and what all the others write with.
    ("context", "db.database", "files.storage", "files.streams", "logs", "auth.jwt_guard"),
    ("domain", "errors", "settings", "setting_values"),
    ("i18n",),
)


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """The modules of src/ that this one imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & MODULES.keys() or {node.module}
    return found & MODULES.keys() - {module_of(path)}


IMPORTS = {module: imports(path) for module, path in MODULES.items()}


def layer(module: str) -> int:
    """Its place in LAYERS, by the longest name that fits."""
    places = {
        name: place
        for place, names in enumerate(LAYERS)
        for name in names
        if f"{module}.".startswith(f"{name}.")
    }
    assert places, (
        f"src/{module.replace('.', '/')}.py belongs to no layer of tests/unit/test_imports.py"
    )
    return places[max(places, key=len)]


def test_no_import_goes_up():
    upward = [
        f"{MODULES[module].relative_to(SOURCE)} imports {MODULES[imported].relative_to(SOURCE)}"
        for module in MODULES
        for imported in sorted(IMPORTS[module])
        if layer(imported) < layer(module)
    ]

    assert upward == []


def test_no_imports_go_round():
    try:
        order = list(TopologicalSorter(IMPORTS).static_order())
    except CycleError as error:
        circle = " imports ".join(str(MODULES[each]) for each in reversed(error.args[1]))
        raise AssertionError(circle) from error

    assert len(order) == len(MODULES) > 100
