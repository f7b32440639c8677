"""The networks of tests leave no trace on the machine."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tools.paths import ROOT

# Builds everything but the sites, says which processes keep it, and waits.
BUILD = """
import json, sys
from pathlib import Path
from tools.networks.internet import internet
from tools.networks.relay import coturn
with internet() as built, coturn(Path(sys.argv[1])) as server:
    print(json.dumps([server.pid, *(each.pid for each in built.namespaces)]), flush=True)
    input()
"""


def test_networks_end_with_the_process_that_made_them(tmp_path: Path) -> None:
    before = traces()
    with subprocess.Popen(
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as tool:
        assert tool.stdout
        pids = json.loads(tool.stdout.readline())
        assert len(pids) == 6
        assert all(map(is_running, pids))
        assert traces() == before
        tool.kill()

    deadline = time.monotonic() + 20
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert traces() == before


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def traces() -> list[str]:
    """What the machine's own network has: interfaces, routes, rules, named namespaces."""
    questions = ("ip -o link", "ip route", "nft list ruleset", "ip netns list")
    return [subprocess.check_output(question.split(), text=True) for question in questions]
