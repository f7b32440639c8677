"""`make recorded`: lessons that browsers record, with faults, into docs/recordings.md.

ONLY=lesson,killed runs these parts. It takes half an hour. `cut` needs Linux and root, `hidden` a
Chromium with windows and Xvfb.
"""

import importlib
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import setup
from tools.local_worker import LocalWorkerError
from tools.paths import ROOT, VENV, VENV_PYTHON
from tools.steps import StepFailedError

PAGE = ROOT / "docs" / "recordings.md"
PARTS = ("lesson", "killed", "cut", "hidden")


def main() -> None:
    wanted = os.environ.get("ONLY", "").replace(",", " ").split() or PARTS
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"make recorded: ONLY can be {', '.join(PARTS)}, not {', '.join(unknown)}.")
    try:
        setup.main("test")
        if Path(sys.prefix) != VENV:
            # Into the environment that has just been made, which has Playwright.
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "tools.recorded"])  # noqa: S606
        for part in wanted:
            run_part(part)
    except (StepFailedError, LocalWorkerError, TimeoutError) as failure:
        sys.exit(f"make recorded: {failure}")
    print(f"Written to {PAGE.relative_to(ROOT)}")


def run_part(part: str) -> None:
    from tools.bench import machine, report  # noqa: PLC0415 (their packages are installed now)

    module = importlib.import_module(f"tools.recorded.{part}")
    if reason := module.reason_not_to_run():
        print(f"--- {part} did not run, because {reason}", flush=True)
        return
    facts, started = machine.facts(), time.monotonic()
    print(f"--- {part}", flush=True)
    with TemporaryDirectory() as folder:
        tables = module.tables(Path(folder))
    for table in tables:
        print(f"{table.markdown()}\n", flush=True)
    facts |= {"took": f"{time.monotonic() - started:.0f} s"}
    report.write(part, tables, facts, PAGE, "make recorded")


if __name__ == "__main__":
    main()
