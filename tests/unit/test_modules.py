"""The browser's modules, as the pages ask for them."""

import re

import pytest

from tools.bench import budgets
from tools.paths import ROOT

ENTRY = "lobby/lobby.js"
PUBLIC = ROOT / "public"


def test_the_lobby_preloads_all_that_it_imports_and_nothing_else():
    page = (ROOT / "src/templates/session/lobby.html").read_text()
    preloaded = re.findall(r'<link rel="modulepreload" href="{{ release }}/js/([\w./]+)">', page)

    assert sorted(preloaded) == sorted(budgets.loaded([ENTRY]) - {ENTRY})


@pytest.mark.parametrize("when", budgets.BESIDES)
def test_the_lobby_keeps_its_budget(when):
    assert budgets.kilobytes(budgets.LOBBY + budgets.BESIDES[when]) <= budgets.LOBBY_KB


def test_the_sheet_knows_no_room():
    sheet = {f"sheet/{path.name}" for path in (budgets.MODULES / "sheet").glob("*.js")}
    texts = [(budgets.MODULES / name).read_text() for name in sheet]
    late = [found for text in texts for found in re.findall(r"\bimport\(([^)]*)\)", text)]

    assert "sheet/sheet.js" in sheet
    assert budgets.loaded(sheet) - sheet == {"shared/formulas.js", "vendor/perfect_freehand.js"}
    assert late == []


def test_the_boards_scripts_stay_short():
    """The contract's limit; what is drawn and how is `sheet/`."""
    lines = [path.read_text().count("\n") for path in (budgets.MODULES / "board").glob("*.js")]

    assert sum(lines) < 1_500


def test_each_old_address_leads_to_a_file():
    lines = [
        line.split() for line in (PUBLIC / "_redirects").read_text().splitlines() if "/" in line[:1]
    ]

    assert len(lines) == 28
    for old, new in lines:
        assert not (PUBLIC / old[1:]).exists()
        assert (PUBLIC / new[1:]).is_file(), new
