"""The whole Worker on this machine: real workerd, D1, R2, queues, cron and Durable Objects.

`make dev` starts it with wrangler, the tests without (tools/bare_worker.py). Standard library only.
"""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from tools.node import node_environment, wrangler
from tools.paths import MIGRATIONS, ROOT, WORKERD_WRAPPER
from tools.steps import locked

# With this flag workerd loads its Python runtime from disk; production never has it.
LOCAL_FLAG: Final = "python_workers_development"
START_DEADLINE_S: Final = 90.0
STOP_DEADLINE_S: Final = 8.0
LOG_LINES_KEPT: Final = 5_000
LOG_LINES_SHOWN: Final = 40
# Never through a proxy: the Worker is on this machine.
DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ANSI_CODES: Final = re.compile(r"\x1b\[[0-9;]*m")


class LocalWorkerError(Exception):
    """The Worker could not be started or prepared; the message ends with the last log lines."""


class LocalWorker:
    """One `wrangler dev` with its own state folder and port."""

    # If True, `start` waits until /healthz answers; else only for wrangler's "Ready on".
    polls_health = True

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        port: int,
        state: Path,
        ip: str = "127.0.0.1",
        on_log: Callable[[str], None] | None = None,
        config: Path | None = None,
        snapshot: Path | None = None,
    ) -> None:
        """`settings` replace the [vars] of wrangler.toml; `on_log` gets each log line.

        `config` is another Worker's wrangler.toml, which must have all compatibility flags.
        If the file `snapshot` exists, the Worker starts from it; else the Worker writes it.
        """
        self.settings = dict(settings)
        self.state = state
        self.port = port
        self.ip = ip
        self.url = f"http://{ip}:{port}"
        self._settings_file = state / f"settings-{port}"
        self._on_log = on_log
        self._config = config
        self._snapshot = snapshot
        self._log: deque[str] = deque(maxlen=LOG_LINES_KEPT)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start the Worker and wait until it answers. Raises: LocalWorkerError."""
        self.apply_migrations()
        self._write_settings()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.supervise", *self._command()],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Its own process group, which can be ended as a whole and does not get Ctrl-C.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout], daemon=True)
        self._reader.start()
        try:
            self._wait_until_ready(self._process, time.monotonic() + START_DEADLINE_S)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End wrangler, workerd and all their children. Harmless if it is not running."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()  # tools/supervise.py waits for this
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._reader:
            self._reader.join()
        if process.stdout:
            process.stdout.close()
        self._settings_file.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """True if wrangler is running."""
        return self._process is not None and self._process.poll() is None

    def logs(self) -> str:
        """Return the output of wrangler and the Worker, without colours."""
        return "\n".join(list(self._log))

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the Worker's log lines of this event. wrangler puts a mark before some lines."""
        lines = [line for line in list(self._log) if f'{{"event": "{event}"' in line]
        return [json.loads(line[line.index("{") :]) for line in lines]

    def scheduled(self, cron: str = "* * * * *") -> None:
        """Run the `scheduled` handler now. Raises: LocalWorkerError if it fails."""
        query = {"cron": cron, "format": "json"}
        address = f"{self.url}/cdn-cgi/local/scheduled?{urllib.parse.urlencode(query)}"
        try:
            with DIRECT.open(address, timeout=120) as response:
                answer = response.read().decode()
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
        if '"outcome":"ok"' not in answer:
            raise LocalWorkerError(self._with_logs(f"The cron {cron} failed: {answer}"))

    def apply_migrations(self) -> None:
        """Apply migrations/*.sql to the local D1, unless that was done."""
        stamp = self.state / "migrations.sha256"
        wanted = migrations_digest()
        with locked(self.state / "migrations.lock"):
            if stamp.is_file() and stamp.read_text() == wanted:
                return
            self._run_migrations()
            stamp.write_text(wanted)

    def _run_migrations(self) -> None:
        done = subprocess.run(
            wrangler("d1", "migrations", "apply", "DB", "--local", f"--persist-to={self.state}"),
            cwd=ROOT,
            env=self._environment() | {"CI": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            msg = f"The migrations could not be applied:\n{ANSI_CODES.sub('', done.stdout)}"
            raise LocalWorkerError(msg)

    def _write_settings(self) -> None:
        write_env_file(self._settings_file, self.settings)

    def _command(self) -> list[str]:
        return wrangler(
            "dev",
            f"--ip={self.ip}",
            f"--port={self.port}",
            "--inspector-port=0",
            f"--persist-to={self.state}",
            f"--env-file={self._settings_file}",
            "--show-interactive-dev-session=false",
            *(
                [f"--config={self._config}"]
                if self._config
                else ["--compatibility-flags", *compatibility_flags(), LOCAL_FLAG]
            ),
        )

    def _environment(self) -> dict[str, str]:
        """Make wrangler write only to our state folder, and use no network."""
        return node_environment() | {
            "MINIFLARE_WORKERD_PATH": str(WORKERD_WRAPPER),
            "CLOUDFLARE_CF_FETCH_ENABLED": "false",
            "CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV": "true",
            "CLOUDFLARE_INCLUDE_PROCESS_ENV": "false",
            "WRANGLER_REGISTRY_PATH": str(self.state / "registry"),
            "WRANGLER_LOG_PATH": str(self.state / "logs"),
            "FORCE_COLOR": "0",
            "PYTHON_SNAPSHOT": str(self._snapshot or ""),
        }

    def _wait_until_ready(self, process: subprocess.Popen[str], deadline: float) -> None:
        while not self._is_ready():
            if process.poll() is not None:
                raise LocalWorkerError(self._with_logs("wrangler ended too early."))
            if time.monotonic() > deadline:
                raise LocalWorkerError(self._with_logs("The Worker did not answer in time."))
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        if self.polls_health:
            return answers(f"{self.url}/healthz")
        return any("Ready on" in line for line in list(self._log))

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            text = ANSI_CODES.sub("", line.rstrip("\n"))
            self._log.append(text)
            if self._on_log:
                self._on_log(text)

    def _with_logs(self, message: str) -> str:
        return "\n".join([message, *list(self._log)[-LOG_LINES_SHOWN:]])


def answers(address: str) -> bool:
    """True if the Worker answers, with any status."""
    try:
        with DIRECT.open(address, timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def compatibility_flags() -> list[str]:
    """Return the flags of wrangler.toml: flags on the command line replace them all."""
    config = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    return list(config["compatibility_flags"])


def migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(MIGRATIONS.glob("*.sql")):
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def write_env_file(path: Path, settings: Mapping[str, str]) -> None:
    """Write settings to a file for wrangler: arguments would be visible in the process list."""
    lines = [f"{name}={quoted(value)}\n" for name, value in settings.items()]
    write_private(path, "".join(lines))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first moment on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def quoted(value: str) -> str:
    """Quote a value so that wrangler's dotenv reads it unchanged. Raises: ValueError.

    dotenv cannot escape a quote inside quotes, so the value must lack one kind of quote. wrangler
    expands `$NAME`, unless it is escaped. Double quotes do not work: dotenv expands `\\n` in them.
    """
    free = [quote for quote in "'`" if quote not in value]
    if not free or value.endswith("\\"):
        msg = "A setting cannot contain both ' and `, nor end with a backslash."
        raise ValueError(msg)
    escaped = value.replace("$", r"\$")
    return f"{free[0]}{escaped}{free[0]}"
