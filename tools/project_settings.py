"""The names of the Worker's settings, read from src/settings.py (standard library only)."""

import importlib.util
import sys
from types import ModuleType

from tools.paths import SETTINGS_MODULE


def names() -> tuple[str, ...]:
    """Return the names of all settings."""
    return tuple(load().NAMES)


def secret_names() -> tuple[str, ...]:
    """Return the names of the settings that are secrets."""
    return tuple(load().SECRETS)


def load() -> ModuleType:
    """Import the module by its path: `src` is the Worker's import root, not that of the tools."""
    spec = importlib.util.spec_from_file_location("session_room_settings", SETTINGS_MODULE)
    if spec is None or spec.loader is None:
        msg = f"{SETTINGS_MODULE} cannot be imported."
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses need their module there
    spec.loader.exec_module(module)
    return module
