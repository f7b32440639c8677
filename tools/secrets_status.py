"""`make secrets`: the names of the secrets that the Worker of an environment has, and lacks."""

import json
import os
import re
import subprocess
import sys

from tools import environments, project_settings, setup
from tools.node import node_environment, wrangler
from tools.paths import ROOT
from tools.steps import StepFailedError

SIGNED_OUT = ("CLOUDFLARE_API_TOKEN", "wrangler login", "not authenticated", "Not logged in")
# wrangler's message before the first deployment: without a Worker there are no secrets.
NO_WORKER = re.compile(r'Worker "[^"]+"( \(env: \S+\))? not found\.')


def main() -> None:
    try:
        setup.main("run")
        present = names_set()
    except StepFailedError as failure:
        sys.exit(f"make secrets: {failure}")
    for name in project_settings.secret_names():
        print(f"{'set    ' if name in present else 'missing'}  {name}")
    print(how_to_set())


def how_to_set() -> str:
    """Return the command that sets a secret in the chosen environment."""
    label = os.environ.get("ENV")
    return 'Set one with: make wrangler RUN="secret put NAME"' + (f" ENV={label}" if label else "")


def names_set() -> set[str]:
    """Return the names that Cloudflare lists; empty if there is no Worker.

    Raises: StepFailedError.
    """
    done = subprocess.run(
        wrangler("secret", "list", "--format=json", *environments.options()),
        cwd=ROOT,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode == 0:
        return {secret["name"] for secret in json.loads(done.stdout)}
    if NO_WORKER.search(output):
        return set()
    if any(words in output for words in SIGNED_OUT):
        msg = 'not signed in to Cloudflare: make wrangler RUN="login", or set CLOUDFLARE_API_TOKEN.'
        raise StepFailedError(msg)
    msg = f"wrangler could not list the secrets:\n{output.strip()}"
    raise StepFailedError(msg)


if __name__ == "__main__":
    main()
