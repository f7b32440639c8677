"""Firefox and WebKit for browser tests."""

import os
import shutil

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
