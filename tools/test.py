"""`make test`: checks, then the tests part by part, and what each took."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tools import setup
from tools.check import failed_checks
from tools.paths import CACHE, ROOT, VENV_PYTHON
from tools.steps import StepFailedError

# Each a process of its own: Playwright's synchronous API and asynchronous tests do not mix. The
# longest first, and beside it the one that is the first to say what is wrong.
PARTS = {
    "worker": ["tests/worker"],
    "unit": ["tests/unit"],
    "calls": ["tests/browser/test_room*.py", "tests/browser/test_embed.py"],
    "lobby": ["tests/browser/test_lobby*.py"],
    "pages": [
        f"tests/browser/test_{name}.py" for name in ("afterwards", "mail", "policies", "states")
    ],
}
# Chromium and workerd take a core each.
AT_ONCE = 2
# Without sockets and media, which can miss a deadline on a busy machine, nothing is tried twice.
TRIED_ONCE = ("unit",)
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
    with timed("check", times):
        failed = failed_checks()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passed = {part: pool.submit(passes_beside, part, times) for part in PARTS}
    not_yet = [part for part, each in passed.items() if not each.result()]
    # Once more, alone.
    failed += [part for part in not_yet if part in TRIED_ONCE or not passes(part)]
    print("\n".join(f"{part:8} took {seconds:.1f} s" for part, seconds in times.items()))
    if failed:
        sys.exit(f"make test: failed: {', '.join(failed)}")


@contextmanager
def timed(part: str, times: dict[str, float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    times[part] = time.monotonic() - started


def passes_beside(part: str, times: dict[str, float]) -> bool:
    """Run it while another runs, and show in the end what it said."""
    print(f"--- {part} begins", flush=True)
    with tempfile.TemporaryFile("w+") as output, timed(part, times):
        passed = passes(part, output)
        output.seek(0)
        print(f"--- {part}\n{output.read()}", flush=True)
    return passed


def passes(part: str, output: IO[str] | None = None) -> bool:
    """Whether all of it has passed; what has is not run again, so that another try is short.

    Tried twice: a call that never ends leaves most of it to be done.
    """
    done = passed_of(part)
    for _ in range(1 if part in TRIED_ONCE else 2):
        nothing_left = done.exists()
        result = run(part, output)
        if result == 0 or (result == NO_TESTS and nothing_left):
            return True
    return False


def run(part: str, output: IO[str] | None) -> int:
    if output is None:
        print(f"--- {part}", flush=True)
    command = [
        *(str(VENV_PYTHON), "-m", "pytest", "--quiet", "--durations=8", *TEST_LIMIT),
        *(f"--passed={passed_of(part)}", "-o", f"cache_dir=.pytest_cache/{part}"),
        *(file for pattern in PARTS[part] for file in files_of(pattern)),
    ]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
    ).returncode


def files_of(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def passed_of(part: str) -> Path:
    """Where is noted what has passed (tests/passed.py)."""
    return CACHE / f"passed-{part}"


if __name__ == "__main__":
    main()
