"""What each step of the set-up depends on: a step runs again when one of its inputs changes."""

import re
import tomllib

from tools import setup
from tools.paths import ROOT


def test_templates_are_compiled_again_when_the_packages_change():
    """Jinja compiles them, and Jinja is one of the Worker's packages."""
    assert set(setup.VENDOR.inputs) <= set(setup.BYTECODE.inputs)


def test_uv_runs_the_pywrangler_that_make_runs():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = (ROOT / "requirements" / "tools.txt").read_text(encoding="utf-8")

    [package] = groups["dependency-groups"]["dev"]
    assert re.search(rf"^{re.escape(package)} ", pinned, re.MULTILINE)
