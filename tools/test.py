"""`make test`: checks, then the tests part by part, and what each took."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tools import setup
from tools.check import failed_checks
from tools.paths import CACHE, ROOT, VENV_PYTHON
from tools.steps import StepFailedError

BROWSER = sorted(ROOT.glob("tests/browser/test_*.py"))
CALLS = [path for path in BROWSER if path.name.startswith(("test_room", "test_embed"))]
# Not in one process: Playwright's synchronous API and asynchronous tests do not go together.
PARTS: dict[str, list[Path]] = {
    "unit": [ROOT / "tests" / "unit"],
    "worker": [ROOT / "tests" / "worker"],
    "calls": CALLS,
    "pages": [path for path in BROWSER if path not in CALLS],
}
# A call that never ends must not hold up everything: where it waits is shown.
TEST_LIMIT = ("-o", "faulthandler_timeout=100", "-o", "faulthandler_exit_on_timeout=true")


NO_TESTS = 5


def main() -> None:
    try:
        setup.main("test")
    except StepFailedError as failure:
        sys.exit(f"make test: {failure}")
    for part in PARTS:
        passed_of(part).unlink(missing_ok=True)
    times: dict[str, float] = {}
    with ThreadPoolExecutor(1) as beside:
        # Chromium and workerd take a core each, so no more than these two at once.
        in_browser = beside.submit(failed_beside, ("calls", "pages"), times)
        with timed("check", times):
            failed = failed_checks()
        for part in ("unit", "worker"):
            with timed(part, times):
                failed += [] if passes(part) else [part]
        failed += in_browser.result()
    # Real sockets and media can miss a deadline on a busy machine: once more, alone.
    failed = [part for part in failed if part not in PARTS or not passes(part, tries=2)]
    print("\n".join(f"{part:8} took {seconds:.1f} s" for part, seconds in times.items()))
    if failed:
        sys.exit(f"make test: failed: {', '.join(failed)}")


@contextmanager
def timed(part: str, times: dict[str, float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    times[part] = time.monotonic() - started


def failed_beside(parts: Iterable[str], times: dict[str, float]) -> list[str]:
    """Run these while others run, and show in the end what each said.

    Twice: a call that never ends would leave most of it to be done.
    """
    failed = []
    for part in parts:
        with tempfile.TemporaryFile("w+") as output, timed(part, times):
            failed += [] if passes(part, tries=2, output=output) else [part]
            output.seek(0)
            print(f"--- {part}\n{output.read()}", flush=True)
    return failed


def passes(part: str, *, tries: int = 1, output: IO[str] | None = None) -> bool:
    """Whether all of it has passed; what has is not run again, so that another try is short."""
    for _ in range(tries):
        nothing_left = passed_of(part).exists()
        result = run(part, output=output)
        if result == 0 or (result == NO_TESTS and nothing_left):
            return True
    return False


def run(part: str, *, output: IO[str] | None = None) -> int:
    if output is None:
        print(f"--- {part}", flush=True)
    command = [
        *(str(VENV_PYTHON), "-m", "pytest", "--quiet", "--durations=8", *TEST_LIMIT),
        *(f"--passed={passed_of(part)}", "-o", f"cache_dir=.pytest_cache/{part}"),
        *map(str, PARTS[part]),
    ]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
    ).returncode


def passed_of(part: str) -> Path:
    """Where is noted what has passed (tests/passed.py)."""
    return CACHE / f"passed-{part}"


if __name__ == "__main__":
    main()
