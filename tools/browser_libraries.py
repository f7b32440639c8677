"""Copies the libraries that the room's page loads from `node_modules/` to `public/js/vendor/`.

They are served by us, as they were published, apart from how a module exports them. A page loads
each only when it first needs it.
"""

import shutil
from typing import Final

from tools.paths import NODE_MODULES, ROOT

TARGET: Final = ROOT / "public" / "js" / "vendor"
# Old browsers need the builds that pdf.js calls legacy.
MODULES: Final = {
    "perfect_freehand.js": "perfect-freehand/dist/esm/index.mjs",
    "mediabunny.js": "mediabunny/dist/bundles/mediabunny.min.mjs",
    "pdf.js": "pdfjs-dist/legacy/build/pdf.min.mjs",
    "pdf_worker.js": "pdfjs-dist/legacy/build/pdf.worker.min.mjs",
}
UNTYPED: Final = "// @ts-nocheck\n"
# KaTeX publishes its small build only as a script of the CommonJS kind.
KATEX: Final = "katex/dist/katex.min.js"
COMMON_JS: Final = (
    "const module = {{ exports: {{}} }};\nconst {{ exports }} = module;\n{code}\n"
    "export default module.exports;\n"
)
LICENSED: Final = ("perfect-freehand", "katex", "pdfjs-dist", "mediabunny")
SOURCE_MAP: Final = "//# sourceMappingURL"


def copy() -> None:
    """Make the folder again."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    for name, source in MODULES.items():
        _write(name, _read(source))
    _write("katex.js", COMMON_JS.format(code=_read(KATEX)))
    for package in LICENSED:
        [licence] = (NODE_MODULES / package).glob("LICENSE*")
        shutil.copy(licence, TARGET / f"{package}.LICENSE.txt")
    # How texts in Chinese, Japanese and Korean are coded in PDF files.
    shutil.copytree(NODE_MODULES / "pdfjs-dist" / "cmaps", TARGET / "cmaps")


def _read(source: str) -> str:
    text = (NODE_MODULES / source).read_text(encoding="utf-8")
    return text.partition(SOURCE_MAP)[0]


def _write(name: str, text: str) -> None:
    (TARGET / name).write_text(UNTYPED + text, encoding="utf-8")
