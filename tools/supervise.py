"""Run a command that cannot outlive the process that asked for it, not even if that is killed.

The asker holds our standard input open; when it closes, by intent or by death, the command is told
to end, then whatever it left behind. `python -m tools.supervise COMMAND...`, in a session of its
own.
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
    threading.Thread(target=end_with_asker, args=[child], daemon=True).start()
    child.wait()
    end_group()


def end_with_asker(child: subprocess.Popen[bytes]) -> None:
    # Not by sys.stdin, whose lock this thread would keep from an interpreter that ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent ends: a container's init may not reap."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_group() -> None:
    """End what wrangler left behind (workerd, esbuild): politely, then by force."""
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
