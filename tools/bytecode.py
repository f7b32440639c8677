"""Python's bytecode, made ahead of time by the very interpreter that workerd runs.

Without it all sources are parsed at each start of an isolate, which takes longer than running
them. An interpreter of another version passes it by and reads the sources.
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
    """Compile all in `folder`; the script says how. Raises: StepFailedError."""
    run([node_folder() / "node", SCRIPT, folder, how])


def compile_source() -> None:
    """Compile our own sources. What is edited afterwards is read as it is, until the next time."""
    compile_folder(SOURCE, "checked")
    run([node_folder() / "node", TEMPLATES_SCRIPT, SOURCE, PYTHON_MODULES])
