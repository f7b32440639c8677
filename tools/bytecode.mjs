// Compiles a folder of Python with the interpreter that will run it: node bytecode.mjs FOLDER HOW
// HOW: `cached` writes to __pycache__; `checked` the same, for sources that people edit; `beside` writes next to the
// sources, where imports from a zip archive read it.
import { loadPyodide } from "pyodide";

const [, , folder, how] = process.argv;
const python = await loadPyodide();
python.FS.mkdir("/sources");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/sources");
python.globals.set("how", how);
// Valid by the source's hash, not by its time: the clocks of build and Worker may differ.
const compiled = python.runPython(`
import compileall
from py_compile import PycInvalidationMode as Mode
compileall.compile_dir(
    "/sources",
    quiet=1,
    stripdir="/sources",
    legacy=how == "beside",
    invalidation_mode=Mode.CHECKED_HASH if how == "checked" else Mode.UNCHECKED_HASH,
)
`);
process.exit(compiled ? 0 : 1);
