"""`make test`: checks, then the tests part by part, and what each took."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from tools import setup
from tools.check import failed_checks
from tools.paths import CACHE, ROOT, VENV_PYTHON
from tools.steps import StepFailedError

# Real workerd and real Chromium: each mostly waits, so they run side by side. Not in one process:
# Playwright's synchronous API and asynchronous tests do not go together.
SLOW_PARTS = ("worker", "browser")
# A call that never ends must not hold up everything: where it waits is shown.
TEST_LIMIT = ("-o", "faulthandler_timeout=100", "-o", "faulthandler_exit_on_timeout=true")


def main() -> None:
    try:
        setup.main("test")
    except StepFailedError as failure:
        sys.exit(f"make test: {failure}")
    started = time.monotonic()
    failed = failed_checks()
    report = [summary("check", ok=not failed, since=started)]
    started = time.monotonic()
    if start("unit").wait() != 0:
        failed.append("unit")
    report.append(summary("unit", ok="unit" not in failed, since=started))
    started = time.monotonic()
    failed += failed_slow_parts()
    report += [summary(part, ok=part not in failed, since=started) for part in SLOW_PARTS]
    print("\n".join(report))
    if failed:
        sys.exit(f"make test: failed: {', '.join(failed)}")


def failed_slow_parts() -> list[str]:
    """Run them at once.

    Real sockets and media can miss a deadline on a busy machine: what did not pass is run again,
    alone. So is what never came, since a call had not ended.
    """
    for part in SLOW_PARTS:
        passed_of(part).unlink(missing_ok=True)
    with tempfile.TemporaryFile("w+") as browser_output:
        browser = start("browser", output=browser_output)
        ok = {"worker": start("worker").wait() == 0, "browser": browser.wait() == 0}
        browser_output.seek(0)
        print(f"--- tests/browser\n{browser_output.read()}", flush=True)
    again = [part for part in SLOW_PARTS if not ok[part]]
    return [part for part in again if not passes_alone(part)]


def passes_alone(part: str) -> bool:
    """Twice at most: what has passed is not run again, so that this is a matter of seconds."""
    return any(start(part).wait() == 0 for _ in range(2))


def passed_of(part: str) -> Path:
    """Where is noted what has passed (tests/passed.py)."""
    return CACHE / f"passed-{part}"


def start(part: str, *, output: IO[str] | None = None) -> subprocess.Popen[bytes]:
    if output is None:
        print(f"--- tests/{part}", flush=True)
    command = [str(VENV_PYTHON), "-m", "pytest", "--quiet", "--durations=8", *TEST_LIMIT]
    if part in SLOW_PARTS:
        command.append(f"--passed={passed_of(part)}")
    command += ["-o", f"cache_dir=.pytest_cache/{part}", f"tests/{part}"]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )


def summary(part: str, *, ok: bool, since: float) -> str:
    return f"{part:8} {'passed' if ok else 'FAILED'} in {time.monotonic() - since:.1f} s"


if __name__ == "__main__":
    main()
