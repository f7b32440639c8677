"""Installs and builds all that a new checkout needs: `python -m tools.setup PURPOSE`.

It downloads from package registries only. Standard library only: nothing is installed before.
"""

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import (
    bare_worker,
    browser_libraries,
    bytecode,
    chromium,
    debian,
    empty_database,
    other_browsers,
    snapshot,
    vendor,
)
from tools.networks import namespaces
from tools.node import workerd_binary
from tools.paths import (
    BUNDLE,
    BUNDLE_DIR,
    EMPTY_DATABASE,
    LOCALES,
    MIGRATIONS,
    NODE_MODULES,
    PYTHON_MODULES,
    REQUIREMENTS,
    ROOT,
    SNAPSHOT,
    SOURCE,
    VENV,
    VENV_PYTHON,
    WORKER_OPTIONS,
    WORKERD_WRAPPER,
)
from tools.steps import Step, StepFailedError, run, run_steps

TOOLS_TXT = REQUIREMENTS / "tools.txt"
MESSAGES_TXT = REQUIREMENTS / "messages.txt"
DEV_TXT = REQUIREMENTS / "dev.txt"
LOCKFILE = ROOT / "package-lock.json"


def create_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        msg = "This Python cannot make virtual environments: install python3-venv, then try again."
        raise StepFailedError(msg)
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV])
    pip_install(TOOLS_TXT)


def install_dev_packages() -> None:
    pip_install(DEV_TXT)


def pip_install(requirements: Path) -> None:
    run([VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input",
         "install", "--require-hashes", "--requirement", requirements])  # fmt: skip


def install_node_modules() -> None:
    if shutil.which("npm") is None:
        msg = "npm is missing: install Node.js with npm (any version; npm installs the right Node)."
        raise StepFailedError(msg)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])


def build_bundle() -> None:
    run([VENV_PYTHON, "-m", "tools.bundle"])


def install_babel() -> None:
    pip_install(MESSAGES_TXT)


def compile_catalogues() -> None:
    run([VENV_PYTHON, "-m", "tools.messages", "compile"])


def write_workerd_wrapper() -> None:
    """Miniflare runs this script in place of workerd; it adds options that Miniflare lacks."""
    workerd = workerd_binary().relative_to(ROOT)
    bundle = BUNDLE_DIR.relative_to(ROOT)
    WORKERD_WRAPPER.write_text(
        f"""#!/bin/sh
root=$(dirname "$0")/..
workerd="$root/{workerd}"
[ "$1" = serve ] || exec "$workerd" "$@"
shift
if [ -f "$PYTHON_SNAPSHOT" ]; then
  set -- --python-load-snapshot="${{PYTHON_SNAPSHOT##*/}}" "$@"
elif [ -n "$PYTHON_SNAPSHOT" ]; then
  set -- --python-save-snapshot "$@"
fi
[ -z "$PYTHON_SNAPSHOT" ] || set -- --python-snapshot-dir="${{PYTHON_SNAPSHOT%/*}}" "$@"
exec "$workerd" serve --pyodide-bundle-disk-cache-dir="$root/{bundle}" "$@"
"""
    )
    WORKERD_WRAPPER.chmod(0o755)


VENDOR = Step(
    "vendor",
    "the Worker's packages",
    vendor.vendor,
    [
        LOCKFILE,
        REQUIREMENTS / "worker.txt",
        REQUIREMENTS / "worker-sdist.txt",
        Path(vendor.__file__),
        Path(bytecode.__file__),
        bytecode.SCRIPT,
    ],
    [PYTHON_MODULES / "pyvenv.cfg"],
)
RUNTIME = [
    Step("venv", "Python tools", create_venv, [TOOLS_TXT], [VENV_PYTHON]),
    Step(
        "npm",
        "wrangler, workerd, Node and Pyodide",
        install_node_modules,
        [LOCKFILE, ROOT / "package.json"],
        [NODE_MODULES / ".package-lock.json"],
    ),
    VENDOR,
    Step(
        "libraries",
        "the libraries of the room's page",
        browser_libraries.copy,
        [LOCKFILE, Path(browser_libraries.__file__)],
        [browser_libraries.TARGET],
    ),
    Step(
        "bundle",
        "the local Python runtime",
        build_bundle,
        [
            LOCKFILE,
            ROOT / "tools" / "bundle.py",
            ROOT / "tools" / "bundle.capnp",
            Path(bytecode.__file__),
            bytecode.SCRIPT,
        ],
        [BUNDLE],
    ),
    Step(
        "workerd",
        "the workerd wrapper",
        write_workerd_wrapper,
        [LOCKFILE, Path(__file__)],
        [WORKERD_WRAPPER],
    ),
]
BABEL = Step("babel", "Babel", install_babel, [TOOLS_TXT, MESSAGES_TXT], [VENV_PYTHON])
CATALOGUES = Step(
    "catalogues",
    "the catalogues of all languages",
    compile_catalogues,
    [
        MESSAGES_TXT,
        ROOT / "tools" / "messages.py",
        ROOT / "tools" / "cldr.py",
        *sorted((ROOT / "tools" / "pseudo").iterdir()),
        SOURCE / "domain" / "regions.py",
        SOURCE / "i18n" / "languages.py",
        *sorted(LOCALES.rglob("*.po")),
    ],
    [SOURCE / "i18n" / "made" / "en.py", ROOT / "public" / "js" / "words" / "made" / "de.js"],
)
BYTECODE = Step(
    "bytecode",
    "the Worker's own bytecode",
    bytecode.compile_source,
    [
        LOCKFILE,
        Path(bytecode.__file__),
        bytecode.SCRIPT,
        bytecode.TEMPLATES_SCRIPT,
        # Jinja, one of these packages, generates the code of the templates.
        *VENDOR.inputs,
        *CATALOGUES.inputs,
        *sorted(
            path
            for path in SOURCE.rglob("*")
            if path.suffix in (".py", ".html", ".txt") and path.parent.name != "made"
        ),
    ],
    [bytecode.OF_SOURCE, bytecode.OF_TEMPLATES],
)
MIGRATED = Step(
    "database",
    "an empty database",
    empty_database.make,
    [
        LOCKFILE,
        ROOT / "wrangler.toml",
        Path(empty_database.__file__),
        *sorted(MIGRATIONS.glob("*.sql")),
    ],
    [EMPTY_DATABASE],
)
STARTED = Step(
    "snapshot",
    "a snapshot of the Worker",
    snapshot.take,
    [
        *(path for step in (*RUNTIME, BYTECODE, MIGRATED) for path in step.inputs),
        ROOT / "wrangler.toml",
        ROOT / "tools" / "local_worker.py",
        Path(snapshot.__file__),
    ],
    [SNAPSHOT],
)
OPTIONS = Step(
    "options",
    "the options of the tests' Workers",
    bare_worker.write_options,
    [LOCKFILE, ROOT / "wrangler.toml", bare_worker.PRINT_OPTIONS],
    [WORKER_OPTIONS],
)
DEV_PACKAGES = Step(
    "dev", "test and lint tools", install_dev_packages, [TOOLS_TXT, DEV_TXT], [VENV_PYTHON]
)


STEPS = {
    "run": [*RUNTIME, BABEL, CATALOGUES, BYTECODE],
    "check": [*RUNTIME, BABEL, CATALOGUES, DEV_PACKAGES],
    "test": [*RUNTIME, BABEL, CATALOGUES, BYTECODE, MIGRATED, STARTED, OPTIONS, DEV_PACKAGES],
    "bench": [*RUNTIME, BABEL, CATALOGUES, BYTECODE, DEV_PACKAGES],
}


def main(purpose: str) -> None:
    """Prepare for `run` (a server, a deploy) or another of STEPS. Raises: StepFailedError."""
    run_steps(STEPS[purpose])
    vendor.mark_as_synced()
    if purpose == "test":
        chromium.install()
        install_if_possible(namespaces.PROGRAMS, "networks")
        install_if_possible(other_browsers.PROGRAMS, "other browsers")


def install_if_possible(programs: Mapping[str, str], what: str) -> None:
    """Install what some tests need; without it they are skipped."""
    try:
        debian.install_missing(programs)
    except StepFailedError as failure:
        print(f"setup: the tests of {what} are skipped: {failure}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except StepFailedError as failure:
        sys.exit(str(failure))
