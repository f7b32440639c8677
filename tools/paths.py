"""The paths of a checkout. All files outside git are in one of these folders."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CACHE: Final = ROOT / ".cache"
VENV: Final = ROOT / ".venv"
VENV_PYTHON: Final = VENV / "bin" / "python"
REQUIREMENTS: Final = ROOT / "requirements"
LOCALES: Final = ROOT / "locales"
NODE_MODULES: Final = ROOT / "node_modules"
PYTHON_MODULES: Final = ROOT / "python_modules"
MIGRATIONS: Final = ROOT / "migrations"
SOURCE: Final = ROOT / "src"

BUNDLE_DIR: Final = CACHE / "pyodide"
BUNDLE: Final = BUNDLE_DIR / "pyodide_dev.capnp.bin"
WORKERD_WRAPPER: Final = CACHE / "workerd"
# workerd requires this file name.
SNAPSHOT: Final = CACHE / "snapshot" / "snapshot.bin"
WORKER_OPTIONS: Final = CACHE / "worker_options.json"
EMPTY_DATABASE: Final = CACHE / "empty_database"
NODE_BYTECODE: Final = CACHE / "node"
