// Compiles a folder of Python with the interpreter that will run it: node bytecode.mjs FOLDER HOW
// HOW is `cached` for __pycache__, `checked` for that of sources that people edit, or `beside` for files
// next to their sources, where imports from a zip look.
import { loadPyodide } from "pyodide";

const [, , folder, how] = process.argv;
const python = await loadPyodide();
python.FS.mkdir("/sources");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/sources");
python.globals.set("how", how);
// By hash, never by time: the clocks of the two places need not agree.
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
