"""Browsers without windows, which take half of the processor time of those with windows."""

from typing import Any

from playwright.sync_api import Browser

WITHOUT_WINDOWS: set[Browser] = set()


def usual_options(browser: Browser) -> dict[str, Any]:
    """Return options for a context. A browser without windows asks nobody, and refuses devices."""
    return {"permissions": ("camera", "microphone")} if browser in WITHOUT_WINDOWS else {}
