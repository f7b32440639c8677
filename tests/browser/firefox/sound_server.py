"""PulseAudio with microphones and speakers that come and go."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPEAKER = ("module-null-sink", "sink_name=speaker")


class SoundServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "sound-server"
        self.address = f"unix:{self._socket}"

    def find(self, module: str) -> str:
        """Return what `remove` takes."""
        modules = self._pactl("list", "short", "modules").splitlines()
        return next(line.split("\t")[0] for line in modules if f"\t{module}\t" in line)

    def add(self, module: str, *options: str) -> str:
        """Plug in a device; returns what `remove` takes."""
        return self._pactl("load-module", module, *options)

    def remove(self, device: str) -> None:
        self._pactl("unload-module", device)

    def _pactl(self, *command: str) -> str:
        environment = {**os.environ, "PULSE_SERVER": self.address}
        done = subprocess.run(
            ["pactl", *command],  # noqa: S607
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    @contextmanager
    def running(self) -> Iterator[None]:
        options = ("-n", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes")
        access = f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        # Not the home folder of who runs the tests.
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        with subprocess.Popen(
            ["pulseaudio", *options, "--load", access],  # noqa: S607
            env={**os.environ, **home},
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                self._wait_until_ready(server)
                yield
            finally:
                server.terminate()

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        while not self._socket.exists():
            assert server.poll() is None, "PulseAudio has not started"
            time.sleep(0.02)
