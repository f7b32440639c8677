"""Fills `python_modules/` with the Worker's packages, and marks it as pywrangler does.

pywrangler needs a Pyodide interpreter and a second index. pip needs neither, because PyPI has wasm
wheels (PEP 783). The result is the same that `pywrangler deploy` would upload.
"""

import shutil
import tempfile
from pathlib import Path

from tools import bytecode
from tools.paths import CACHE, PYTHON_MODULES, REQUIREMENTS, ROOT, VENV, VENV_PYTHON
from tools.steps import StepFailedError, run

# workerd's interpreter from compatibility date 2026-09-08 on.
WASM_TARGET = [
    "--python-version=3.14",
    "--implementation=cp",
    "--abi=cp314",
    "--abi=none",
    "--platform=pyemscripten_2026_0_wasm32",
]
PIP = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]
INSTALL = [*PIP, "install", "--no-deps", "--no-compile", "--no-warn-script-location"]
# Command line tools, and 340 test files inside a package.
NOT_FOR_THE_WORKER = ("bin", "icalendar/tests")
SYNC_MARKERS = [PYTHON_MODULES / ".synced", ROOT / ".venv-workers" / ".synced"]


def vendor() -> None:
    """Install into a scratch folder, then replace the old one: a failure keeps the old one."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        fresh = Path(scratch) / "python_modules"
        install_wheels(fresh)
        install_pure_builds(fresh, Path(scratch) / "wheels")
        for folder in NOT_FOR_THE_WORKER:
            shutil.rmtree(fresh / folder, ignore_errors=True)
        bytecode.compile_folder(fresh)
        # workerd needs this file to recognize the folder as a virtual environment.
        (fresh / "pyvenv.cfg").touch()
        shutil.rmtree(PYTHON_MODULES, ignore_errors=True)
        shutil.move(fresh, PYTHON_MODULES)


def install_wheels(target: Path) -> None:
    wheels = REQUIREMENTS / "worker.txt"
    run([*INSTALL, "--only-binary=:all:", *WASM_TARGET, f"--target={target}", "--require-hashes",
         f"--requirement={wheels}"])  # fmt: skip


def install_pure_builds(target: Path, wheels: Path) -> None:
    """Build from source without a C compiler, so that the optional C extension is left out."""
    # No cache: pip would return a wheel that was built with a compiler.
    # No build isolation: it would download an unpinned setuptools.
    source = REQUIREMENTS / "worker-sdist.txt"
    run(
        [*PIP, "wheel", "--no-deps", "--no-cache-dir", "--no-binary=:all:", "--no-build-isolation",
         "--require-hashes", f"--requirement={source}", f"--wheel-dir={wheels}"],
        env={"CC": "/bin/false", "CXX": "/bin/false"},
    )  # fmt: skip
    built = sorted(wheels.glob("*.whl"))
    not_pure = [wheel.name for wheel in built if not wheel.name.endswith("-py3-none-any.whl")]
    if not_pure or not built:
        msg = f"Expected pure Python wheels, built {not_pure or 'nothing'}."
        raise StepFailedError(msg)
    run([*INSTALL, f"--target={target}", *built])


def mark_as_synced() -> None:
    """Write the files by which pywrangler knows that the packages are in sync.

    It compares the file's version with its own, and the file's age with that of pyproject.toml.
    """
    [metadata] = VENV.glob("lib/python3*/site-packages/workers_py-*.dist-info")
    version = metadata.name.removeprefix("workers_py-").removesuffix(".dist-info")
    for marker in SYNC_MARKERS:
        marker.parent.mkdir(exist_ok=True)
        marker.write_text(version)
