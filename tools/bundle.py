"""Build the Pyodide bundle that workerd loads for Python, from the npm package `pyodide`.

workerd normally downloads its bundle. It also loads a bundle named `dev` from a folder: a Cap'n
Proto message with three modules. One of them, the Emscripten glue, uses globals that workerd
forbids; this tool redirects it to the replacements in `pyodide-internal:builtin_wrappers`.
Runs in the virtual environment: `python -m tools.bundle`.
"""

import re
import tempfile
import zipfile
from pathlib import Path
from typing import Final

import capnp

from tools import bytecode
from tools.paths import BUNDLE, NODE_MODULES

PYODIDE: Final = NODE_MODULES / "pyodide"
WRAPPERS: Final = "pyodide-internal:builtin_wrappers"
IMPORTED: Final = (
    "addEventListener",
    "getRandomValues",
    "location",
    "monotonicDateNow",
    "newWasmModule",
    "patchedLoadLibData",
    "wasmInstantiate",
)

LIB_DATA: Final = (
    "function loadLibData(){"
    "const libData=patchedLoadLibData(Module,libName,flags.rpath);"
    "return flags.loadAsync?Promise.resolve(libData):libData}"
)
# A pattern, its replacement, and its number of matches in the pinned version. The calls stay where
# they are, without a helper of ours, because the host checks the name of the calling function.
REDIRECTS: Final = (
    (r"\bnew WebAssembly\.Module\b(?=\()", "newWasmModule", 4),
    (r"\bWebAssembly\.instantiate\b(?=\()", "wasmInstantiate", 2),
    (r"\bDate\.now\b", "monotonicDateNow", 22),
    (r"\bcrypto\.getRandomValues\((\w+)\)", r"getRandomValues(Module,\1)", 1),
    (r"\bfunction loadLibData\(\)\{.*?\}(?=function getExports\(\))", LIB_DATA, 1),
    (r"\bgetMemory\(([^()]+)\)", r"Module.getMemoryPatched(Module,libName,\1)", 1),
    (
        r"export default _createPyodideModule\b",
        "export{_createPyodideModule};export default _createPyodideModule",
        1,
    ),
)


class RedirectMissedError(Exception):
    """The glue is not of the version that these redirects are written for."""


def redirect(glue: str) -> str:
    """Return the glue with every forbidden global replaced. Raises: RedirectMissedError."""
    for pattern, replacement, expected in REDIRECTS:
        glue, found = re.subn(pattern, replacement, glue, flags=re.DOTALL)
        if found != expected:
            msg = (
                f"`{pattern}` occurs {found} times in pyodide.asm.mjs, not {expected}: "
                "the npm package `pyodide` is not the version this wrangler's workerd expects."
            )
            raise RedirectMissedError(msg)
    return f'import{{{",".join(IMPORTED)}}}from"{WRAPPERS}";\n{glue}'


def build(pyodide: Path, target: Path) -> None:
    """Write the bundle to a scratch file, then move it to `target`."""
    schema = capnp.load(str(Path(__file__).with_name("bundle.capnp")))
    glue = redirect((pyodide / "pyodide.asm.mjs").read_text(encoding="utf-8"))
    bundle = schema.Bundle.new_message(
        modules=[
            module("pyodide.asm", src=glue.encode()),
            module("pyodide.asm.wasm", wasm=(pyodide / "pyodide.asm.wasm").read_bytes()),
            module("python_stdlib.zip", data=with_bytecode(pyodide / "python_stdlib.zip")),
        ]
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_suffix(".new")
    scratch.write_bytes(bundle.to_bytes())
    scratch.replace(target)


def with_bytecode(archive: Path) -> bytes:
    """Return the standard library with its bytecode, uncompressed: this halves a start's time."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, packed = Path(scratch) / "lib", Path(scratch) / "lib.zip"
        with zipfile.ZipFile(archive) as original:
            original.extractall(folder)
        bytecode.compile_folder(folder, "beside")
        with zipfile.ZipFile(packed, "w") as target:
            for path in sorted(folder.rglob("*")):
                target.write(path, path.relative_to(folder))
        return packed.read_bytes()


def module(name: str, **content: bytes) -> dict[str, str | bytes]:
    return {"name": f"pyodideRuntime-internal:{name}", "type": "internal", **content}


if __name__ == "__main__":
    build(PYODIDE, BUNDLE)
