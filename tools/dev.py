"""`make dev`: runs the whole Worker at http://localhost:PORT, with demo people and sessions."""

import importlib
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType

from tools import dev_settings, project_settings, setup
from tools.local_worker import DIRECT, LocalWorker, LocalWorkerError
from tools.paths import ROOT
from tools.steps import StepFailedError

STATE = ROOT / ".wrangler" / "state"
CRON_INTERVAL_S = 60.0
DEFAULT_PORT = "8787"
FAKE_PROVIDERS = {
    "plugnmeet-fake": ("tests.fakes.plugnmeet", "PlugNmeetFake"),
    "bigbluebutton-fake": ("tests.fakes.bigbluebutton", "BigBlueButtonFake"),
}
HIGHEST_PORT = 65_535
# wrangler's tables of modules and bindings, and successful requests, which the Worker logs itself.
NOISE = re.compile(
    r"[│┌├└]|Attaching additional modules|Your Worker has access|Binding +Resource|env\."
    r"|Using secrets|\[wrangler:info\] (?:[A-Z]+ \S+ [123]\d\d\b|Ready on)"
)


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM."""


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, request_stop)
    try:
        serve(port())
    except (StopRequested, BrokenPipeError):
        # The reader of our output may have ended: Python must not flush to a closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (StepFailedError, LocalWorkerError, ValueError) as failure:
        sys.exit(f"make dev: {failure}")


def serve(port: int) -> None:
    """Set up, start and seed the Worker, print its address, and run until stopped."""
    refuse_busy_port(port)
    setup.main("run")
    origin = f"http://localhost:{port}"
    environment = {**os.environ, **fake_provider(os.environ.get("PROVIDER", ""))}
    settings = dev_settings.with_stand_in(
        dev_settings.merged(origin, project_settings.names(), ROOT / ".dev.vars", environment)
    )
    terminal = Terminal()
    worker = LocalWorker(settings, port=port, state=STATE, ip="localhost", on_log=terminal.show)
    try:
        print("Starting the Worker ...", flush=True)
        worker.start()
        if settings["ENVIRONMENT"] == "development":
            seed(origin)
            print(f"Dashboard: {origin}/dev", flush=True)
        print(f"Ready on {origin}", flush=True)
        terminal.is_ready = True
        while True:
            run_cron(worker)
            restart_after_change(worker)
    finally:
        ignore_further_signals()
        worker.stop()


def fake_provider(name: str) -> dict[str, str]:
    """Start the fake video service of that name. Returns the settings to use it.

    Raises: ValueError.
    """
    if not name:
        return {}
    if name not in FAKE_PROVIDERS:
        msg = f"PROVIDER can be {' or '.join(FAKE_PROVIDERS)}, not {name!r}."
        raise ValueError(msg)
    server = importlib.import_module(FAKE_PROVIDERS[name][0])
    fake = getattr(server, FAKE_PROVIDERS[name][1])()
    threading.Thread(target=fake.serve_forever, daemon=True).start()
    print(f"Video calls are held by {name} at {fake.url}", flush=True)
    settings: dict[str, str] = fake.settings
    return settings


def run_cron(worker: LocalWorker) -> None:
    """Run the cron trigger each minute, until wrangler ends."""
    next_run = time.monotonic() + CRON_INTERVAL_S
    while worker.is_running():
        time.sleep(0.5)
        if time.monotonic() < next_run:
            continue
        next_run += CRON_INTERVAL_S
        try:
            worker.scheduled()
        except (LocalWorkerError, OSError) as failure:
            print(str(failure).splitlines()[0], flush=True)


def restart_after_change(worker: LocalWorker) -> None:
    """Restart wrangler after a change in src/; it ends if the code cannot be imported."""
    worker.stop()
    print("The Worker stopped, see above. Save a file in src/ to start it again.", flush=True)
    before = newest_change()
    while newest_change() == before:
        time.sleep(0.5)
    try:
        worker.start()
        print(f"Ready on {worker.url}", flush=True)
    except LocalWorkerError:
        print("The Worker did not start.", flush=True)


def newest_change() -> float:
    """Return the time of the last change below src/, in epoch seconds."""
    return max(path.stat().st_mtime for path in (ROOT / "src").rglob("*.py"))


def seed(origin: str) -> None:
    """Make the Worker write its demo people and sessions. Raises: LocalWorkerError."""
    request = urllib.request.Request(
        f"{origin}/dev/seed", method="POST", data=b"", headers={"Origin": origin}
    )
    try:
        DIRECT.open(request, timeout=60).close()
    except urllib.error.HTTPError as error:
        answer = error.read().decode(errors="replace")
        msg = f"The demo data could not be written, POST /dev/seed answered {error.code}: {answer}"
        raise LocalWorkerError(msg) from error


class Terminal:
    """Prints the output of wrangler and the Worker once they are ready, without NOISE.

    Output from before is part of the error message if the start fails.
    """

    def __init__(self) -> None:
        self.is_ready = False

    def show(self, line: str) -> None:
        if not self.is_ready or not line.strip() or NOISE.match(line):
            return
        try:
            print(line, flush=True)
        except BrokenPipeError:
            signal.raise_signal(signal.SIGTERM)


def port() -> int:
    """Return PORT. Raises: ValueError."""
    text = os.environ.get("PORT") or DEFAULT_PORT
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        msg = f"PORT must be a number up to {HIGHEST_PORT}, not {text!r}."
        raise ValueError(msg)
    return int(text)


def refuse_busy_port(port: int) -> None:
    """Raises: ValueError if another process listens on the port."""
    for family, kind, protocol, _, address in socket.getaddrinfo(
        "localhost", port, type=socket.SOCK_STREAM
    ):
        with socket.socket(family, kind, protocol) as probe:
            if probe.connect_ex(address) == 0:
                msg = f"Port {port} is in use; choose another: make dev PORT={port + 1}."
                raise ValueError(msg)


def request_stop(_number: int, _frame: FrameType | None) -> None:
    raise StopRequested


def ignore_further_signals() -> None:
    """Ignore a second Ctrl-C, which must not interrupt the clean-up after the first one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
