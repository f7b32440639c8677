"""`make pins`: resolves requirements/*.in and pyproject.toml to exact versions with hashes.

Keeps the pinned versions, unless UPGRADE=1 is set.
"""

import os
import sys

from tools import setup
from tools.paths import REQUIREMENTS, ROOT, VENV
from tools.steps import StepFailedError, run

HOST = ["--universal", "--python-version=3.11"]
WORKER = ["--python-version=3.14"]


def main() -> None:
    try:
        setup.main("run")
        # The order matters: earlier files constrain later ones.
        pin("tools.in", "tools.txt", *HOST)
        pin("worker-sdist.in", "worker-sdist.txt", *WORKER)
        # E-mail addresses are checked without DNS, so dnspython is never imported.
        pin("../pyproject.toml", "worker.txt", *WORKER, "--no-emit-package=markupsafe",
            "--no-emit-package=dnspython",
            "--constraints=requirements/worker-sdist.txt")  # fmt: skip
        pin("messages.in", "messages.txt", *HOST)
        pin("dev.in", "dev.txt", *HOST)
        pin("bench.in", "bench.txt", *WORKER)
    except StepFailedError as failure:
        sys.exit(f"make pins: {failure}")


def pin(source: str, target: str, *options: str) -> None:
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    run(
        [VENV / "bin" / "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header",
         "--no-annotate", "--no-emit-index-url", *upgrade, *options, REQUIREMENTS / source,
         f"--output-file={(REQUIREMENTS / target).relative_to(ROOT)}"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
