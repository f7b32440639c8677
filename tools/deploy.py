"""`make deploy`: database first, because migrations are written to suit the deployed code too."""

import subprocess
import sys

from tools import setup
from tools.node import node_environment, wrangler
from tools.paths import ROOT, VENV
from tools.steps import StepFailedError

PLACEHOLDERS = ("00000000-0000-0000-0000-000000000000", "example.com")


def main() -> None:
    try:
        refuse_placeholders()
        setup.main("run")
        deploy()
    except StepFailedError as failure:
        sys.exit(f"make deploy: {failure}")


def deploy() -> None:
    step("migrations", wrangler("d1", "migrations", "apply", "DB", "--remote"))
    step("upload", [str(VENV / "bin" / "pywrangler"), "deploy"])


def refuse_placeholders() -> None:
    """Raises: StepFailedError naming what wrangler.toml still has from the repository."""
    config = (ROOT / "wrangler.toml").read_text(encoding="utf-8")
    left = [text for text in PLACEHOLDERS if text in config]
    if left:
        msg = f"wrangler.toml still has placeholders: {', '.join(left)}; put your own values there."
        raise StepFailedError(msg)


def step(name: str, command: list[str]) -> None:
    """Run with the terminal attached, since wrangler may ask."""
    if subprocess.run(command, cwd=ROOT, env=node_environment(), check=False).returncode != 0:
        msg = f"failed at step '{name}'; wrangler's reason is above."
        raise StepFailedError(msg)


if __name__ == "__main__":
    main()
