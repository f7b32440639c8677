"""Processor time and memory of a running Worker's process (Linux)."""

from pathlib import Path

from tools.local_worker import LocalWorker
from tools.steps import run

NANOSECONDS = 1e9
LISTENING = "0A"


class Workerd:
    """The workerd with a Worker's own code; wrangler's proxy runs in another one."""

    def __init__(self, worker: LocalWorker) -> None:
        self.pid, _ = serving(worker.port)
        self.port = listening_ports(self.pid)[0]

    def cpu_s(self) -> float:
        """Processor seconds of all its threads so far; differences are exact to microseconds."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / NANOSECONDS

    def memory_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def serving(port: int) -> tuple[int, str]:
    """The process with the Worker's own code, and its command line, not the proxy."""
    [found] = [
        (pid, arguments)
        for pid, arguments in below(port)
        if "workerd serve" in arguments and f":{port}" not in arguments
    ]
    return found


def below(port: int) -> list[tuple[int, str]]:
    """Each process of the Worker that serves this port, with its command line."""
    table = [line.split(None, 2) for line in run(["ps", "-eo", "pid,ppid,args"]).splitlines()[1:]]
    roots = {pid for pid, _, arguments in table if f"/settings-{port} " in f"{arguments} "}
    while children := {pid for pid, parent, _ in table if parent in roots} - roots:
        roots |= children
    return [(int(pid), arguments) for pid, _, arguments in table if pid in roots]


def listening_ports(pid: int) -> list[int]:
    """The ports of a process in the order of opening; workerd gets requests at its first port."""
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    ports = {
        f"socket:[{row[9]}]": int(row[1].split(":")[1], 16) for row in rows if row[3] == LISTENING
    }
    descriptors = sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda path: int(path.name))
    opened = [str(descriptor.readlink()) for descriptor in descriptors]
    return [ports[target] for target in opened if target in ports]
