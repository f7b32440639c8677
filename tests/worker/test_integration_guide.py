"""The example of docs/integration.md, run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.worker.site import eventually
from tools.dev_settings import SECRETS, WEBHOOK_SECRET
from tools.local_worker import free_port
from tools.node import node_folder
from tools.paths import ROOT

GUIDE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
EXAMPLE = GUIDE.partition("## In ten minutes")[2].partition("\n## ")[0]


def snippet(language: str) -> str:
    [found] = re.findall(rf"^   ```{language}\n(.*?)^   ```", EXAMPLE, re.DOTALL | re.MULTILINE)
    return dedent(found)


@pytest.fixture(params=["python", "js"])
def receiver(request, tmp_path):
    """Run the receiver of the guide; give its port, and what it prints."""
    port = free_port()
    if request.param == "python":
        command = [sys.executable, "-c", snippet("python")]
    else:
        # Node finds packages from the place of the file.
        file = ROOT / ".cache" / f"receiver-{port}.mjs"
        file.write_text(snippet("js"), encoding="utf-8")
        command = [str(node_folder() / "node"), str(file)]
    printed = tmp_path / "printed"
    environment = {**os.environ, "PORT": str(port), "PLATFORM_WEBHOOK_SECRET": WEBHOOK_SECRET}
    with printed.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
        try:
            yield port, printed
        finally:
            process.terminate()
            process.wait()
            if request.param == "js":
                Path(command[1]).unlink()


def test_the_example_books_a_session_and_hears_of_it(receiver, worker_with):
    port, printed = receiver
    hooks = f"http://localhost:{port}/hooks"
    worker = worker_with(PLATFORM_WEBHOOK_URL=hooks, PLATFORM_WEBHOOK_SECRET=WEBHOOK_SECRET)
    assert f"PLATFORM_WEBHOOK_SECRET={WEBHOOK_SECRET}" in EXAMPLE
    assert SECRETS["PLATFORM_TOKEN"] in EXAMPLE

    booking = snippet("sh").replace("http://localhost:8787", worker.url)
    subprocess.run(["/bin/sh", "-ec", booking], check=True, capture_output=True)
    heard = eventually(printed.read_text)

    assert heard.startswith("first-lesson session.booked")
    assert "demo-student" in heard
