"""Python's bytecode, made ahead of time by the very interpreter that workerd runs.

Without it all sources are parsed at each start of an isolate, which takes longer than running
them. An interpreter of another version passes it by and reads the sources.
"""

from pathlib import Path

from tools.node import node_folder
from tools.paths import ROOT
from tools.steps import run

SCRIPT: Path = ROOT / "tools" / "bytecode.mjs"


def compile_folder(folder: Path, *, beside: bool = False) -> None:
    """Compile all in `folder`: into `__pycache__`, or beside the sources, as in a zip.

    Raises: StepFailedError.
    """
    run([node_folder() / "node", SCRIPT, folder, *(["--beside"] if beside else [])])
