"""Networks of our own on this machine: Linux network namespaces without names.

The kernel removes a namespace, with its interfaces and rules, when its last process has ended, and
it ends these processes when ours ends, however that happens. So nothing is left to be removed.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.steps import StepFailedError, run

# Of linux/sched.h.
CLONE_NEWNET: Final = 0x40000000
# The kernel ends the command when the thread that has started it ends.
BOUND: Final = ("setpriv", "--pdeathsig", "KILL")
# Programs, and Debian's packages with them.
PROGRAMS: Final = {
    "ip": "iproute2",
    "nft": "nftables",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "turnserver": "coturn",
}


def reason_not_to_run() -> str:
    """Why this machine cannot have networks of our own; empty if it can."""
    if sys.platform != "linux":
        return "it needs Linux"
    if os.geteuid() != 0:
        return "it needs root"
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        return f"{', '.join(missing)} cannot be found"
    try:
        run(["unshare", "--net", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])
    except StepFailedError:
        return "this machine allows no new network namespaces"
    return ""


@contextmanager
def network_of_our_own() -> Iterator[None]:
    """Move this thread, and all that it starts, into a network without any connection.

    Raises: OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        checked(libc.unshare(CLONE_NEWNET))
        run(["ip", "link", "set", "lo", "up"])
        yield
    finally:
        checked(libc.setns(before, CLONE_NEWNET))
        os.close(before)


def checked(result: int) -> None:
    """Raises: OSError if a call of the C library has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Namespace:
    """A network beside ours, which exists until `close`."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            [*BOUND, "unshare", "--net", "sh", "-c", "echo ready; exec sleep infinity"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        if self._holder.stdout:
            self._holder.stdout.readline()
        self.ip("link set lo up")

    @property
    def pid(self) -> int:
        """The process that keeps the network."""
        return self._holder.pid

    @property
    def enter(self) -> list[str]:
        """Run a command in this network by these words before it."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net"]

    def ip(self, *changes: str) -> None:
        """Make changes of `ip` one after the other. Raises: StepFailedError."""
        ip(*changes, inside=self.enter)

    def set(self, name: str, value: str) -> None:
        """Set a value below /proc/sys/net of this network. Raises: StepFailedError."""
        run([*self.enter, "sh", "-c", f"echo {value} > /proc/sys/net/{name}"])

    def rules(self, changes: str) -> None:
        """Change the rules of nftables, all at once. Raises: StepFailedError."""
        run([*self.enter, "nft", changes])

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()
        if self._holder.stdout:
            self._holder.stdout.close()


def ip(*changes: str, inside: list[str] | None = None) -> None:
    """Make changes of `ip` one after the other. Raises: StepFailedError."""
    # One process for all: a change of network is one moment.
    script = " && ".join(f"ip {change}" for change in changes)
    run([*(inside or []), "sh", "-c", script])
