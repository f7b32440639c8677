"""Facts of this machine on which the figures depend."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from tools.node import workerd_binary
from tools.paths import NODE_MODULES
from tools.steps import run


def facts() -> dict[str, str]:
    """Names and values for a table, with the present load average."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))
    return {
        "taken": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{os.cpu_count()} x {cpu[1] if cpu else platform.machine()}",
        "memory": f"{int(memory[1]) / 1024 / 1024:.0f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "workerd": run([workerd_binary(), "--version"]).strip(),
        "Pyodide": version_of("pyodide"),
        "wrangler": version_of("wrangler"),
        "load average at the start": load(),
    }


def version_of(package: str) -> str:
    text = (NODE_MODULES / package / "package.json").read_text(encoding="utf-8")
    found = re.search(r'"version":\s*"([^"]+)"', text)
    return found[1] if found else "unknown"


def load() -> str:
    """The load average of the last minute, five and fifteen."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())
