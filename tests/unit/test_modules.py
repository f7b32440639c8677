"""The browser's modules, as the pages ask for them."""

import re

from tools.bench import budgets
from tools.paths import ROOT

MODULES = ROOT / "public" / "js"
IMPORT = re.compile(r'^(?:import|export)\b[^;]*?"\./([\w.]+)\.js"', re.MULTILINE)


def imported_by(name: str, known: set[str]) -> set[str]:
    """All that a module imports, and what these import."""
    for found in IMPORT.findall((MODULES / f"{name}.js").read_text()):
        if found not in known:
            known |= imported_by(found, known | {found})
    return known


def test_the_lobby_preloads_all_that_it_imports_and_nothing_else():
    page = (ROOT / "src/templates/session/lobby.html").read_text()
    preloaded = re.findall(r'<link rel="modulepreload" href="/js/(\w+)\.js">', page)

    assert sorted(preloaded) == sorted(imported_by("lobby", set()))


def test_the_lobby_keeps_its_budget_also_when_a_device_fails():
    assert budgets.kilobytes(budgets.LOBBY + budgets.TROUBLE) <= budgets.LOBBY_KB
