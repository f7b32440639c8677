// Compiles a folder of Python with the interpreter that will run it: node bytecode.mjs FOLDER [--beside]
// Files go to __pycache__, or with --beside next to their sources, where imports from a zip look.
import { loadPyodide } from "pyodide";

const [, , folder, beside] = process.argv;
const python = await loadPyodide();
python.FS.mkdir("/sources");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/sources");
python.globals.set("beside", beside === "--beside");
// Unchecked: nobody edits these sources, and the clocks of the two places need not agree.
const compiled = python.runPython(`
import compileall, py_compile
compileall.compile_dir(
    "/sources",
    quiet=1,
    stripdir="/sources",
    legacy=beside,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`);
process.exit(compiled ? 0 : 1);
