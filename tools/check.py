"""`make check`: lint, format, types; all of them, even when one fails."""

import subprocess
import sys

from tools import setup
from tools.paths import ROOT, VENV_PYTHON
from tools.steps import StepFailedError

CHECKS = {
    "lint": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy", "--no-error-summary"],
}


def failed_checks() -> list[str]:
    """Run every check, show what it finds, and return the names of those that failed."""
    return [
        name
        for name, command in CHECKS.items()
        if subprocess.run([VENV_PYTHON, "-m", *command], cwd=ROOT, check=False).returncode != 0
    ]


def main() -> None:
    try:
        setup.main("check")
    except StepFailedError as failure:
        sys.exit(f"make check: {failure}")
    if failed := failed_checks():
        sys.exit(f"make check: failed: {', '.join(failed)}")
    print("make check: passed")


if __name__ == "__main__":
    main()
