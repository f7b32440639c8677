"""Installs programs that tests need, on Debian, as root."""

import os
import shutil
from collections.abc import Mapping

from tools.steps import run


def can_install() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install_missing(packages: Mapping[str, str]) -> None:
    """Install the packages of programs that are missing, where that is possible.

    `packages` are names by program. Raises: StepFailedError.
    """
    missing = [package for program, package in packages.items() if not shutil.which(program)]
    if not missing or not can_install():
        return
    print(f"setup: {', '.join(missing)} ...", flush=True)
    apt_get("update")
    apt_get("install", "--yes", "--no-install-recommends", *missing)


def apt_get(*arguments: str) -> None:
    """Run apt-get without questions; wait if another apt-get is running."""
    run(
        ["apt-get", "--quiet", "--option=DPkg::Lock::Timeout=300", *arguments],
        # Tests start a server themselves: its package must not.
        env={"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_OFFLINE": "1"},
    )
