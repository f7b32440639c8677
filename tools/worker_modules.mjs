// The modules of our Worker as wrangler packs them, for Miniflare.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");
export const SOURCE = join(ROOT, "src");
const ENTRY = join(SOURCE, "entry.py");
const PACKAGES = join(ROOT, "python_modules");
const TYPES = {
  ".py": "PythonModule",
  ".html": "Text",
  ".txt": "Text",
  // Tools and tests leave bytecode of another interpreter beside it.
  ".cpython-314.pyc": "Data",
};
// The SDK's JavaScript is imported as such; all other files of packages are read.
const MODULE_OF_SDK = /^workers\/.*\.m?js$/;

export function modules() {
  const others = filesOf(SOURCE).filter((file) => typeOf(file) && file !== ENTRY);
  const ours = [ENTRY, ...others].map((file) => module(typeOf(file), file, file));
  const packages = filesOf(PACKAGES).map((file) => {
    const name = relative(PACKAGES, file);
    // Named as if they were in the Worker's own folder.
    const path = join(SOURCE, "python_modules", name);
    return module(MODULE_OF_SDK.test(name) ? "ESModule" : "Data", path, file);
  });
  return [...ours, ...packages];
}

function typeOf(file) {
  const ending = Object.keys(TYPES).find((each) => file.endsWith(each));
  return TYPES[ending];
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
}

function module(type, path, file) {
  return { type, path, contents: readFileSync(file) };
}
