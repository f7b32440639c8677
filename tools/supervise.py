"""Runs a command that ends with the process that started it, also if that process is killed.

The starting process keeps our standard input open. When it closes, the command gets SIGTERM, then
all its remaining children. Run `python -m tools.supervise COMMAND...` in a session of its own.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 4.0
PR_SET_CHILD_SUBREAPER = 36


def main(command: list[str]) -> None:
    adopt_orphans()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=end_with_starter, args=[child], daemon=True).start()
    child.wait()
    end_group()


def end_with_starter(child: subprocess.Popen[bytes]) -> None:
    # Not sys.stdin: this thread would hold its lock, which the interpreter needs at its end.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def adopt_orphans() -> None:
    """Become the parent of orphaned processes: a container's init may not reap them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_group() -> None:
    """End remaining children of wrangler (workerd, esbuild): first SIGTERM, then SIGKILL."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S / 2
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            time.sleep(0.02)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
