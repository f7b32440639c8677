"""Finds the Chromium for browser tests; installs it on Debian, as root."""

import os
import shutil

from tools.debian import apt_get, can_install
from tools.steps import StepFailedError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium without windows; drawing them takes a fifth of a test's time.
WINDOWLESS = "chromium-headless-shell"
# Letters and emoji, without which pages render as boxes.
FONTS = ("fonts-dejavu-core", "fonts-noto-color-emoji")


def find() -> str | None:
    """Return the path of Chromium: `CHROMIUM` if set, else the first one on PATH."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_windowless() -> str | None:
    """Return the path of the Chromium without windows; if it is missing, of the other one."""
    return (not os.environ.get("CHROMIUM") and shutil.which(WINDOWLESS)) or find()


def install() -> None:
    """Install Chromium if it is missing. Raises: StepFailedError if that is not possible here."""
    if os.environ.get("CHROMIUM") or not can_install():
        if find():
            return
        msg = "No Chromium found: install it, or set CHROMIUM to its path."
        raise StepFailedError(msg)
    if find() and shutil.which(WINDOWLESS):
        return
    print("setup: Chromium ...", flush=True)
    try:
        apt_get("update")
        apt_get("install", "--yes", "--no-install-recommends", "chromium", WINDOWLESS, *FONTS)
    except StepFailedError:
        # Older Debian releases have only the Chromium with windows.
        if not find():
            apt_get("install", "--yes", "--no-install-recommends", "chromium", *FONTS)
