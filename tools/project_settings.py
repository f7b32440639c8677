"""The names of the Worker's settings, read from src/settings.py (standard library only)."""

import importlib
import sys
from types import ModuleType

from tools.paths import SOURCE


def names() -> tuple[str, ...]:
    """Return the names of all settings."""
    return tuple(load().NAMES)


def secret_names() -> tuple[str, ...]:
    """Return the names of the settings that are secrets."""
    return tuple(load().SECRETS)


def load() -> ModuleType:
    """Import the module. `src` is the Worker's import root, and the tools' for this import only."""
    sys.path.insert(0, str(SOURCE))
    try:
        return importlib.import_module("settings")
    finally:
        sys.path.remove(str(SOURCE))
