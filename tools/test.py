"""`make test`: checks, then the tests part by part, and what each took."""

import subprocess
import sys
import tempfile
import time
from typing import IO

from tools import setup
from tools.check import failed_checks
from tools.paths import ROOT, VENV_PYTHON
from tools.steps import StepFailedError

# Real workerd and real Chromium: each mostly waits, so they run side by side. Not in one process:
# Playwright's synchronous API and asynchronous tests do not go together.
SLOW_PARTS = ("worker", "browser")
# A call that never ends must not hold up everything: where it waits is shown.
TEST_LIMIT = ("-o", "faulthandler_timeout=240", "-o", "faulthandler_exit_on_timeout=true")


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

    Real sockets and media can miss a deadline on a busy machine: what failed is run once more,
    alone, and a second failure counts.
    """
    with tempfile.TemporaryFile("w+") as browser_output:
        browser = start("browser", output=browser_output)
        ok = {"worker": start("worker").wait() == 0, "browser": browser.wait() == 0}
        browser_output.seek(0)
        print(f"--- tests/browser\n{browser_output.read()}", flush=True)
    again = [part for part in SLOW_PARTS if not ok[part]]
    return [part for part in again if start(part, "--last-failed").wait() != 0]


def start(part: str, *options: str, output: IO[str] | None = None) -> subprocess.Popen[bytes]:
    if output is None:
        print(f"--- tests/{part} {' '.join(options)}", flush=True)
    command = [str(VENV_PYTHON), "-m", "pytest", "--quiet", "--durations=8", *TEST_LIMIT]
    # One of its own: what failed last is written when a run ends.
    command += ["-o", f"cache_dir=.pytest_cache/{part}", *options, f"tests/{part}"]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )


def summary(part: str, *, ok: bool, since: float) -> str:
    return f"{part:8} {'passed' if ok else 'FAILED'} in {time.monotonic() - since:.1f} s"


if __name__ == "__main__":
    main()
