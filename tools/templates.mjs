// Compiles the Worker's templates with its own interpreter and environment: node templates.mjs SOURCES PACKAGES
import { loadPyodide } from "pyodide";

const [, , sources, packages] = process.argv;
const python = await loadPyodide();
for (const [path, root] of Object.entries({ "/sources": sources, "/packages": packages })) {
  python.FS.mkdir(path);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, path);
}
python.runPython(`
import sys

sys.dont_write_bytecode = True
sys.path[:0] = ["/sources", "/packages"]

from pages.environment import templates
from pages.templating import TEMPLATES, PrecompiledBytecodeCache, page_templates

PrecompiledBytecodeCache.writes = True
compiled = TEMPLATES / "__pycache__"
compiled.mkdir(exist_ok=True)
for old in compiled.iterdir():
    old.unlink()
for name in page_templates():
    templates().get_template(name)
`);
process.exit(0);
