"""`make check`: lint, format, types, rules of the browser code. Runs all, even if one fails."""

import subprocess
import sys
from pathlib import Path

from tools import setup
from tools.node import node_environment
from tools.paths import ROOT, VENV_PYTHON
from tools.steps import StepFailedError

CHECKS: dict[str, list[str | Path]] = {
    "lint": [VENV_PYTHON, "-m", "ruff", "check", "--quiet"],
    "format": [VENV_PYTHON, "-m", "ruff", "format", "--check", "--quiet"],
    "types": [VENV_PYTHON, "-m", "mypy", "--no-error-summary"],
    "translations": [VENV_PYTHON, "-m", "tools.messages", "check"],
    "the browser's types": ["tsc", "--project", "jsconfig.json"],
    "the oldest browsers": ["node", "tools/browser_floor/check.mjs"],
    "the browser's rules": [
        *("node", "--test", "--test-reporter=dot", "--experimental-test-isolation=none"),
        *(
            "--disable-warning=ExperimentalWarning",
            "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        ),
        "tests/js/*.test.mjs",
    ],
}


def failed_checks() -> list[str]:
    """Run every check, print its findings, and return the names of the failed checks."""
    environment = node_environment()
    return [
        name
        for name, command in CHECKS.items()
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0
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
