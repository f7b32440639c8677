"""The check against the oldest browsers finds what they lack, and accepts what they have."""

import subprocess
from pathlib import Path

import pytest

from tools.node import node_environment, node_folder
from tools.paths import ROOT

LACKING = {
    "a.css": ("a { color: light-dark(#fff, #000) }", "light-dark() is not in the oldest chrome"),
    "b.css": ("a:has(b) { color: red }", ":has is not in the oldest firefox"),
    "c.css": ("a { &:hover { color: red } }", "nesting is not in the oldest chrome"),
    "d.css": ("a { --b: light-dark(#fff, #000) }", "light-dark() is not in the oldest chrome"),
    "e.css": ("@scope (a) { b { color: red } }", "@scope is not in the oldest chrome"),
    "f.css": ("@media (scripting: none) { a { color: red } }", "@media (scripting) is not in"),
    "g.css": ("a { anchor-name: --b }", "anchor-name is not in the oldest chrome"),
    "h.css": ("a { color }", "line 1: "),
    "a.js": ("export const a = (b) => Object.groupBy(b, String);", "Object.groupBy is not in"),
    "b.js": ("export const a = () => new Set().union(new Set());", ".union is not in the oldest"),
    "c.js": ("export const a = (b) => (b.ariaBusy = 'true');", ".ariaBusy is not in the oldest f"),
    "d.js": ("export const a = new CloseWatcher();", "CloseWatcher is not in the oldest chrome"),
    "a.html": ('<p>{% if a %}\n<button popovertarget="b">', "<button popovertarget> is not in"),
    "b.html": ("<p>\n<input\n  type='b' popover>", "popover= is not in the oldest chrome"),
}
NEW_SYNTAX = ("export const a = /[a--b]/v;", "Invalid regular expression flag")
FINE = {
    "a.css": """
      @layer a { a:is(:focus-visible) { color: color-mix(in oklab, red 45%, blue); inset: 0 } }
      @media (width < 40rem) { a { min-height: 100dvh } }
      @supports selector(:has(*)) { a:has(b) { color: red } }
    """,
    "a.js": """
      export class Call { union() {} }
      export const a = (b) => [b.toSorted(), b?.at(-1), new Call().union()];
    """,
    "a.html": '<dialog inert>{{ a.popover }}</dialog><link rel="stylesheet" href="/a.css">',
}


def complaints(folder: Path) -> str:
    done = subprocess.run(
        [node_folder() / "node", "tools/browser_floor/check.mjs", folder],
        cwd=ROOT,
        env=node_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert (done.returncode == 1) == bool(done.stdout), done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the check says of all of LACKING."""
    folder = tmp_path_factory.mktemp("lacking")
    for name, (text, _) in LACKING.items():
        (folder / name).write_text(text)
    return complaints(folder)


@pytest.mark.parametrize("name", LACKING)
def test_what_an_old_browser_lacks_is_named(said: str, name: str):
    of_this = [line for line in said.splitlines() if f"/{name}:" in line]

    assert any(LACKING[name][1] in line for line in of_this), said


def test_a_script_of_newer_syntax_is_refused(tmp_path: Path):
    (tmp_path / "a.js").write_text(NEW_SYNTAX[0])

    assert NEW_SYNTAX[1] in complaints(tmp_path)


def test_what_all_have_or_what_is_guarded_passes(tmp_path: Path):
    for name, text in FINE.items():
        (tmp_path / name).write_text(text)

    assert complaints(tmp_path) == ""


def test_the_documented_versions_are_the_checked_ones():
    floor = (ROOT / "tools/browser_floor/support.mjs").read_text()
    documented = (ROOT / "docs/browsers.md").read_text()

    for browser, version in (("chrome", "111"), ("firefox", "115"), ("safari_ios", "16.4")):
        assert f'{browser}: "{version}"' in floor
        assert f"| {version} " in documented
