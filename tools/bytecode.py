"""Compiles Python's bytecode ahead of time, with the same interpreter that workerd runs.

Without bytecode an isolate parses all sources at each start, which takes longer than running them.
An interpreter of another version ignores the bytecode and reads the sources.
"""

from pathlib import Path
from typing import Literal

from tools.node import node_folder
from tools.paths import PYTHON_MODULES, ROOT, SOURCE
from tools.steps import run

SCRIPT: Path = ROOT / "tools" / "bytecode.mjs"
TEMPLATES_SCRIPT: Path = ROOT / "tools" / "templates.mjs"
OF_TEMPLATES: Path = SOURCE / "templates" / "__pycache__" / "session-lobby.html.cpython-314.pyc"
OF_SOURCE: Path = SOURCE / "__pycache__" / "entry.cpython-314.pyc"


def compile_folder(folder: Path, how: Literal["cached", "checked", "beside"] = "cached") -> None:
    """Compile all sources in `folder`; bytecode.mjs explains `how`. Raises: StepFailedError."""
    run([node_folder() / "node", SCRIPT, folder, how])


def compile_source() -> None:
    """Compile our own sources. A file that is edited later is read as source until the next run."""
    compile_folder(SOURCE, "checked")
    run([node_folder() / "node", TEMPLATES_SCRIPT, SOURCE, PYTHON_MODULES])
