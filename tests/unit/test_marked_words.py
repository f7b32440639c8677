"""Babel finds every marked word: it does not look into template literals and f-strings."""

import ast
import re

import pytest

from tools.messages import DOMAINS, SCRIPTS, SOURCE, extracted, ids_of

MESSAGES, WORDS = DOMAINS
CALL = re.compile(r'\btn?\(\s*("(?:[^"\\]|\\.)*")')
MARKS = ("_", "N_", "ngettext")


def marked_in_scripts() -> set[str]:
    scripts = [path for path in SCRIPTS.rglob("*.js") if not {"vendor", "words"} & {*path.parts}]
    texts = [path.read_text(encoding="utf-8") for path in scripts]
    return {ast.literal_eval(found) for text in texts for found in CALL.findall(text)}


def marked_in_python() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in MARKS and isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


@pytest.mark.parametrize(
    ("domain", "marked"),
    [(WORDS, marked_in_scripts), (MESSAGES, marked_in_python)],
    ids=["scripts", "python"],
)
def test_babel_finds_all_words(domain, marked):
    known = {ids_of(message)[0] for message in extracted(domain) if message.id}

    assert marked()
    assert marked() - known == set()
