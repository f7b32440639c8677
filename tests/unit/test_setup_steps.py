"""The inputs of set-up steps: a step runs again if one of its inputs changes."""

import re
import tomllib

from tools import setup
from tools.paths import ROOT
from tools.steps import run


def test_bytecode_step_depends_on_the_packages():
    """Jinja, one of the Worker's packages, compiles the templates."""
    assert set(setup.VENDOR.inputs) <= set(setup.BYTECODE.inputs)


def test_pyproject_pins_the_pywrangler_of_make():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = (ROOT / "requirements" / "tools.txt").read_text(encoding="utf-8")

    [package] = groups["dependency-groups"]["dev"]
    assert re.search(rf"^{re.escape(package)} ", pinned, re.MULTILINE)


def test_nothing_stands_after_the_command_that_replaces_the_shell_of_a_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"(?m)^([a-z-]+):", makefile)
    commands = run(["make", "--dry-run", *targets]).splitlines()

    assert len(targets) > 10
    assert [line for line in commands if re.search(r"exec .*(&&|;)", line)] == []
