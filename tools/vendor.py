"""Fill `python_modules/` with what the Worker imports, and mark it the way pywrangler does.

pywrangler itself needs a Pyodide interpreter and a second index; pip needs neither, because PyPI
serves wasm wheels (PEP 783). The result is what `pywrangler deploy` would upload.
"""

import shutil
import tempfile
from pathlib import Path

from tools import bytecode
from tools.paths import CACHE, PYTHON_MODULES, REQUIREMENTS, ROOT, VENV, VENV_PYTHON
from tools.steps import StepFailedError, run

# The interpreter that workerd runs from compatibility date 2026-09-08 on.
WASM_TARGET = [
    "--python-version=3.14",
    "--implementation=cp",
    "--abi=cp314",
    "--abi=none",
    "--platform=pyemscripten_2026_0_wasm32",
]
PIP = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]
INSTALL = [*PIP, "install", "--no-deps", "--no-compile", "--no-warn-script-location"]
# Command line tools, and 340 files of tests inside a package.
NOT_FOR_THE_WORKER = ("bin", "icalendar/tests")
SYNC_MARKERS = [PYTHON_MODULES / ".synced", ROOT / ".venv-workers" / ".synced"]


def vendor() -> None:
    """Install beside the old folder, then swap, so that a failure leaves a working one."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        fresh = Path(scratch) / "python_modules"
        install_wheels(fresh)
        install_pure_builds(fresh, Path(scratch) / "wheels")
        for folder in NOT_FOR_THE_WORKER:
            shutil.rmtree(fresh / folder, ignore_errors=True)
        bytecode.compile_folder(fresh)
        # workerd takes the folder for a virtual environment only with this file in it.
        (fresh / "pyvenv.cfg").touch()
        shutil.rmtree(PYTHON_MODULES, ignore_errors=True)
        shutil.move(fresh, PYTHON_MODULES)


def install_wheels(target: Path) -> None:
    wheels = REQUIREMENTS / "worker.txt"
    run([*INSTALL, "--only-binary=:all:", *WASM_TARGET, f"--target={target}", "--require-hashes",
         f"--requirement={wheels}"])  # fmt: skip


def install_pure_builds(target: Path, wheels: Path) -> None:
    """Build from source without a C compiler: the optional C part is left out, Python remains."""
    # No cache: pip would hand back a wheel that was built with a compiler.
    # No build isolation: isolation would fetch an unpinned setuptools.
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
    """Tell pywrangler that there is nothing to sync.

    It compares the version written here with its own, and the file's age with pyproject.toml's.
    """
    [metadata] = VENV.glob("lib/python3*/site-packages/workers_py-*.dist-info")
    version = metadata.name.removeprefix("workers_py-").removesuffix(".dist-info")
    for marker in SYNC_MARKERS:
        marker.parent.mkdir(exist_ok=True)
        marker.write_text(version)
