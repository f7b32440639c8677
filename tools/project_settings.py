"""The names of the Worker's settings, read from src/settings.py, which is standard library only."""

import importlib.util
import sys
from types import ModuleType

from tools.paths import SETTINGS_MODULE


def names() -> tuple[str, ...]:
    """Return every setting's name."""
    return tuple(load().NAMES)


def secret_names() -> tuple[str, ...]:
    """Return the names of those that are secrets."""
    return tuple(load().SECRETS)


def load() -> ModuleType:
    """Import by path: `src` is the Worker's import root, not ours."""
    spec = importlib.util.spec_from_file_location("session_room_settings", SETTINGS_MODULE)
    if spec is None or spec.loader is None:
        msg = f"{SETTINGS_MODULE} cannot be imported."
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
