"""`make test`: checks, then the tests part by part, and what each took."""

import subprocess
import sys
import time

from tools import setup
from tools.check import failed_checks
from tools.paths import ROOT, VENV_PYTHON
from tools.steps import StepFailedError

# Separate runs: Playwright's synchronous API and asynchronous tests do not share a process.
PARTS = ("unit", "worker", "browser")


def main() -> None:
    try:
        setup.main("test")
    except StepFailedError as failure:
        sys.exit(f"make test: {failure}")
    started = time.monotonic()
    failed = failed_checks()
    report = [summary("check", ok=not failed, since=started)]
    for part in PARTS:
        started = time.monotonic()
        ok = run_part(part)
        report.append(summary(part, ok=ok, since=started))
        if not ok:
            failed.append(part)
    print("\n".join(report))
    if failed:
        sys.exit(f"make test: failed: {', '.join(failed)}")


def run_part(part: str) -> bool:
    """Run one part. Real sockets and media can miss a deadline on a busy machine: what failed there
    is run once more by itself, and a second failure counts.
    """
    print(f"--- tests/{part}", flush=True)
    if run_tests(part):
        return True
    if part == "unit":
        return False
    print(f"--- tests/{part}: what failed, once more", flush=True)
    return run_tests(part, "--last-failed", "--last-failed-no-failures=none")


def run_tests(part: str, *options: str) -> bool:
    command = [str(VENV_PYTHON), "-m", "pytest", "--quiet", *options, f"tests/{part}"]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def summary(part: str, *, ok: bool, since: float) -> str:
    return f"{part:8} {'passed' if ok else 'FAILED'} in {time.monotonic() - since:.1f} s"


if __name__ == "__main__":
    main()
