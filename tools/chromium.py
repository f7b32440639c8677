"""Find the Chromium that browser tests drive; on Debian as root, install it."""

import os
import shutil

from tools.steps import StepFailedError, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Letters and emoji, without which pages render as boxes.
DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")


def find() -> str | None:
    """Return the path of Chromium: `CHROMIUM` if set, else the first one on PATH."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Leave a machine with a Chromium. Raises: StepFailedError where only its owner can."""
    if find():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0 or os.environ.get("CHROMIUM"):
        msg = "No Chromium found: install it, or set CHROMIUM to its path."
        raise StepFailedError(msg)
    print("setup: Chromium ...", flush=True)
    apt_get("update")
    apt_get("install", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES)


def apt_get(*arguments: str) -> None:
    """Run without questions, waiting for another apt-get to end."""
    run(
        ["apt-get", "--quiet", "--option=DPkg::Lock::Timeout=300", *arguments],
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )
