"""`make networks`: calls between two networks of every kind, into docs/networks.md.

ONLY=meetings,losses runs these parts. It needs Linux and root, and changes no network but its own.
"""

import importlib
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import setup
from tools.local_worker import LocalWorkerError
from tools.networks.namespaces import reason_not_to_run
from tools.paths import ROOT, VENV, VENV_PYTHON
from tools.steps import StepFailedError

PAGE = ROOT / "docs" / "networks.md"
PARTS = ("meetings", "interruptions", "losses")


def main() -> None:
    wanted = os.environ.get("ONLY", "").replace(",", " ").split() or PARTS
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"make networks: ONLY can be {', '.join(PARTS)}, not {', '.join(unknown)}.")
    try:
        setup.main("test")
        if reason := reason_not_to_run():
            print(f"make networks: it did not run, because {reason}.")
            return
        if Path(sys.prefix) != VENV:
            # Into the environment that has just been made, which has Playwright.
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "tools.networks"])  # noqa: S606
        run_parts(list(wanted))
    except (StepFailedError, LocalWorkerError, TimeoutError) as failure:
        sys.exit(f"make networks: {failure}")
    print(f"Written to {PAGE.relative_to(ROOT)}")


def run_parts(parts: list[str]) -> None:
    from tools.bench import machine, report  # noqa: PLC0415 (their packages are installed now)
    from tools.networks.lab import lab  # noqa: PLC0415

    with TemporaryDirectory() as folder, lab(Path(folder)) as built:
        versions = {"browser": f"Chromium {built.people[0].version}"}
        for part in parts:
            facts, started = machine.facts() | versions, time.monotonic()
            print(f"--- {part}", flush=True)
            tables = importlib.import_module(f"tools.networks.{part}").tables(built)
            facts |= {"took": f"{time.monotonic() - started:.0f} s"}
            report.write(part, tables, facts, PAGE, "make networks")


if __name__ == "__main__":
    main()
