"""`make test`: checks, then the tests part by part, and what each took."""

import os
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
from tools.notes import Notes
from tools.paths import CACHE, ROOT, VENV_PYTHON
from tools.steps import StepFailedError

# Each a process of its own: Playwright's synchronous API and asynchronous tests do not mix. The
# longest first, so that all processors are busy to the end.
PARTS = {
    "rooms": ["tests/browser/test_room*.py"],
    "calls": [f"tests/browser/test_{name}.py" for name in ("board*", "call_*", "embed")],
    "worker-1": ["tests/worker/test_[a-p]*.py"],
    "worker-2": ["tests/worker/test_[q-z]*.py"],
    "unit": ["tests/unit"],
    "browsers": ["tests/browser/*/test_*.py"],
    "lobby": ["tests/browser/test_lobby*.py"],
    "afterwards": [
        f"tests/browser/test_{name}.py" for name in ("afterwards", "mail", "recording*")
    ],
    "pages": [
        f"tests/browser/test_{name}.py"
        for name in (
            *(
                "every_language",
                "framed",
                "language*",
                "narrow",
                "operations",
                "policies",
                "release*",
            ),
            "right_to_left",
            "states",
        )
    ],
    "networks": ["tests/networks"],
}
# Tests of two parts keep two cores busy; while they wait for a timer, those of a third run.
AT_ONCE = 3
# Without sockets and media, which can miss a deadline on a busy machine, nothing is repeated.
NOT_REPEATED = ("unit",)
# A test that fails is repeated once, alone. More of them are no accident of a busy machine.
MAX_REPEATED = 3
# A call that never ends must not hold up everything: where it waits is shown.
TEST_LIMIT = ("-o", "faulthandler_timeout=180", "-o", "faulthandler_exit_on_timeout=true")


def main() -> None:
    try:
        setup.main("test")
    except StepFailedError as failure:
        sys.exit(f"make test: {failure}")
    for part in PARTS:
        file_of_notes(part).unlink(missing_ok=True)
    times: dict[str, float] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checking = pool.submit(check, times)
        list(pool.map(lambda part: run_beside(part, times), PARTS))
    failed = checking.result()
    with timed("repeated", times):
        repeat_failed()
    print("\n".join(f"{part:10} took {seconds:.1f} s" for part, seconds in times.items()))
    print_repeated()
    print_failed()
    failed += [part for part in PARTS if not notes_of(part).is_whole]
    if failed:
        sys.exit(f"make test: failed: {', '.join(failed)}")


@contextmanager
def timed(part: str, times: dict[str, float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    times[part] = time.monotonic() - started


def check(times: dict[str, float]) -> list[str]:
    """Return the names of the failed checks."""
    with timed("check", times):
        return failed_checks()


def run_beside(part: str, times: dict[str, float]) -> None:
    """Run it while others run, and show in the end what it said."""
    print(f"--- {part} begins", flush=True)
    with tempfile.TemporaryFile("w+") as output, timed(part, times):
        run(part, 1, output)
        output.seek(0)
        print(f"--- {part}\n{output.read()}", flush=True)


def repeat_failed() -> None:
    """Run failed tests once more, alone, unless they are too many."""
    failed = {part: notes_of(part).failed for part in PARTS if part not in NOT_REPEATED}
    count = sum(map(len, failed.values()))
    if count > MAX_REPEATED:
        print(f"{count} tests failed: too many to be repeated")
        return
    for part in (part for part, tests in failed.items() if tests):
        print(f"--- {part}, repeated", flush=True)
        run(part, 2)


def print_repeated() -> None:
    """Count the repeated tests, and name each with what became of it."""
    all_notes = [notes_of(part) for part in PARTS]
    tests = [
        f"  {test}: {'passed' if test in notes.passed else 'failed again'}"
        for notes in all_notes
        for test in notes.repeated
    ]
    print("\n".join([f"repeated: {len(tests)}", *tests]))


def print_failed() -> None:
    """Name what has not passed: a test that was cut off is in no summary of pytest's."""
    for part in PARTS:
        for test in notes_of(part).failed:
            print(f"failed or cut off: {test}")


def run(part: str, tries: int, output: IO[str] | None = None) -> None:
    """Run its tests that have not passed and have begun fewer than `tries` times.

    A process that is cut off is followed by another one, as long as each begins a test.
    """
    command = [
        *(str(VENV_PYTHON), "-m", "pytest", "--quiet", "-rs", "--durations=8", *TEST_LIMIT),
        *("-p", "tests.passed", f"--notes={file_of_notes(part)}", f"--tries={tries}"),
        *("-o", f"cache_dir={ROOT}/.pytest_cache/{part}"),
        *(file for pattern in PARTS[part] for file in files_of(pattern)),
    ]
    while True:
        begun = notes_of(part).begun
        subprocess.run(
            command,
            cwd=ROOT,
            # A file that is written below src/ restarts all Workers that run.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        notes = notes_of(part)
        if notes.ended is not None or notes.begun == begun:
            return


def files_of(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def notes_of(part: str) -> Notes:
    return Notes.read(file_of_notes(part))


def file_of_notes(part: str) -> Path:
    """Where is noted what its tests do (tests/passed.py)."""
    return CACHE / f"notes-{part}"


if __name__ == "__main__":
    main()
