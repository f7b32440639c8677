"""The browser's modules, as the pages ask for them."""

import re

import pytest

from tools.bench import budgets
from tools.paths import ROOT


def test_the_lobby_preloads_all_that_it_imports_and_nothing_else():
    page = (ROOT / "src/templates/session/lobby.html").read_text()
    preloaded = re.findall(r'<link rel="modulepreload" href="/js/([\w.]+)">', page)

    assert sorted(preloaded) == sorted(budgets.loaded(["lobby.js"]) - {"lobby.js"})


@pytest.mark.parametrize("when", budgets.BESIDES)
def test_the_lobby_keeps_its_budget(when):
    assert budgets.kilobytes(budgets.LOBBY + budgets.BESIDES[when]) <= budgets.LOBBY_KB
