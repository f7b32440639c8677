"""`make bench`: measure the budgets of docs/performance.md on this machine, and write them there.

ONLY=pages,rooms runs these parts. All but reminders, events and recordings run by default.
"""

import importlib
import os
import sys
import time
from pathlib import Path

from tools import setup
from tools.bench import machine, report
from tools.local_worker import LocalWorkerError
from tools.paths import ROOT, VENV, VENV_PYTHON
from tools.steps import StepFailedError

PARTS = ("pages", "startup", "budgets", "join", "rooms", "load")
LONG_PARTS = ("reminders", "events", "recordings")


def main() -> None:
    wanted = os.environ.get("ONLY", "").replace(",", " ").split() or PARTS
    if unknown := set(wanted) - {*PARTS, *LONG_PARTS}:
        sys.exit(f"make bench: ONLY can be {', '.join(PARTS + LONG_PARTS)}, not {unknown}.")
    if sys.platform != "linux":
        sys.exit("make bench: it reads processor time and memory from /proc, so it needs Linux.")
    try:
        setup.main("bench")
        if Path(sys.prefix) != VENV:
            # Into the environment that has just been made, which has what the parts import.
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "tools.bench"])  # noqa: S606
        # Peers are made from our own templates and queries.
        sys.path.insert(0, str(ROOT / "src"))
        for part in wanted:
            run_part(part)
    except (StepFailedError, LocalWorkerError) as failure:
        sys.exit(f"make bench: {failure}")
    print(f"Written to {report.PAGE.relative_to(ROOT)}")


def run_part(part: str) -> None:
    facts, started = machine.facts(), time.monotonic()
    print(f"--- {part}, load average {machine.load()}", flush=True)
    tables = importlib.import_module(f"tools.bench.{part}").main()
    facts |= {"at the end": machine.load(), "took": f"{time.monotonic() - started:.0f} s"}
    for table in tables:
        print(f"{table.markdown()}\n", flush=True)
    report.write(part, tables, facts)


if __name__ == "__main__":
    main()
