"""The static files as `make deploy` uploads them.

Scripts and styles get an address that contains a digest of their content, so a browser keeps them
for a year and asks for none of them again until a release changes one.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Final

from tools.paths import CACHE, ROOT

SITE: Final = CACHE / "site"
PUBLIC: Final = ROOT / "public"
KINDS: Final = ("css", "js")
KEPT: Final = "\n/a/*\n  Cache-Control: public, max-age=31536000, immutable\n"


def build(folder: Path = SITE) -> str:
    """Make the folder again. Returns the address of its scripts and styles, for `RELEASE`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PUBLIC, folder)
    release = f"/a/{digest()}"
    for kind in KINDS:
        shutil.copytree(PUBLIC / kind, folder / release.removeprefix("/") / kind)
    with (folder / "_headers").open("a", encoding="utf-8") as headers:
        headers.write(KEPT)
    return release


def digest() -> str:
    """Return the same 16 digits for the same names and contents."""
    found = hashlib.sha256()
    for path in sorted(path for kind in KINDS for path in (PUBLIC / kind).rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"{path.relative_to(PUBLIC).as_posix()} {content}\n".encode())
    return found.hexdigest()[:16]
