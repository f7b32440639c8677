"""Set-up steps, which run again only if their inputs have changed."""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.paths import CACHE, ROOT

STAMPS = CACHE / "stamps"


class StepFailedError(Exception):
    """A step failed; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Step:
    """`action` makes `outputs` from `inputs`; the terminal shows `title`."""

    name: str
    title: str
    action: Callable[[], None]
    inputs: Sequence[Path]
    outputs: Sequence[Path]


def run_steps(steps: Sequence[Step]) -> None:
    """Bring every step up to date, in order. Raises: StepFailedError, which names the step."""
    # Two `make` commands at once must not install into the same folders.
    with locked(CACHE / "lock"):
        for step in steps:
            run_step(step)


def run_step(step: Step) -> None:
    stamp = STAMPS / step.name
    wanted = fingerprint(step)
    if is_current(step, stamp, wanted):
        return
    stamp.unlink(missing_ok=True)
    started = time.monotonic()
    print(f"setup: {step.title} ...", flush=True)
    try:
        step.action()
    except (StepFailedError, OSError) as error:
        msg = f"setup failed at step '{step.name}': {error}"
        raise StepFailedError(msg) from error
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    print(f"setup: {step.title}: {time.monotonic() - started:.1f} s", flush=True)


def is_current(step: Step, stamp: Path, wanted: str) -> bool:
    done = stamp.is_file() and stamp.read_text() == wanted
    return done and all(output.exists() for output in step.outputs)


def fingerprint(step: Step) -> str:
    """A hash of the inputs, Python's version and the checkout's path (a venv cannot be moved)."""
    digest = hashlib.sha256(f"{step.name}\0{ROOT}\0{sys.version_info[:2]}".encode())
    for path in step.inputs:
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Run a command and return its output; print the output if the command fails."""
    arguments = [str(part) for part in command]
    shown = " ".join([Path(arguments[0]).name, *arguments[1:4]])
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr, flush=True)
        msg = f"`{shown} ...` ended with {done.returncode}; its output is above."
        raise StepFailedError(msg)
    return done.stdout


@contextmanager
def locked(lock_file: Path) -> Iterator[None]:
    """Hold a lock between processes; a process that ends releases it."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
