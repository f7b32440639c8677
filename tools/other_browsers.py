"""Firefox and WebKit for browser tests."""

import os
import shutil
from pathlib import Path

FIREFOXES = ("firefox-esr", "firefox")
# Debian's packages by their programs. WebKit's MiniBrowser needs a screen. PulseAudio has speakers
# and microphones that can be unplugged.
PROGRAMS = {
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
    "pulseaudio": "pulseaudio",
}


def find_firefox() -> str | None:
    """Return the path of Firefox: `FIREFOX` if set, else the first one on PATH."""
    if chosen := os.environ.get("FIREFOX"):
        return shutil.which(chosen)
    return next((path for name in FIREFOXES if (path := shutil.which(name))), None)


def find_webkit() -> str | None:
    """Return the path of WebKit's MiniBrowser, where a WebDriver and a screen are there, too."""
    if not all(shutil.which(program) for program in ("WebKitWebDriver", "Xvfb")):
        return None
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    return str(found[-1]) if found else None
