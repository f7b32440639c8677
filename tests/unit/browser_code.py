"""Running a module of the page that needs no page, in the Node that set-up has installed."""

import json
import subprocess
from typing import Any

from tools.node import node_folder
from tools.paths import ROOT


def results(module: str, function: str, cases: list[list[Any]]) -> list[Any]:
    """What `function` of `public/js/{module}` returns for each list of arguments."""
    script = f"""
      const {{ {function} }} = await import({json.dumps(f"{ROOT}/public/js/{module}")});
      const results = {json.dumps(cases)}.map((each) => {function}(...each));
      console.log(JSON.stringify(results));
    """
    command = [node_folder() / "node", "--input-type=module", "-"]
    done = subprocess.run(
        command, input=script, capture_output=True, text=True, check=True, timeout=30
    )
    found: list[Any] = json.loads(done.stdout)
    return found
