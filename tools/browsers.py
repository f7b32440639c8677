"""`make browsers`: the tests of Firefox and WebKit, and their results in docs/browsers.md."""

import re
import subprocess
import sys
from datetime import UTC, datetime

from tools import chromium, other_browsers, setup
from tools import test as make_test
from tools.bench import report
from tools.notes import Notes
from tools.paths import ROOT
from tools.steps import StepFailedError

PAGE = ROOT / "docs" / "browsers.md"
PART = "browsers"
CALLS = "firefox_calls"
NAMES = {"firefox": "Firefox", "webkit": "WebKit"}
# The parts of a test's id: its folder, file and name, and the case in brackets.
TEST = re.compile(r".*/(\w+)/test_(\w+)\.py::test_(\w+)(?:\[(.*)\])?")


def main() -> None:
    try:
        setup.main("test")
    except StepFailedError as failure:
        sys.exit(f"make browsers: {failure}")
    if not other_browsers.find_firefox() or not other_browsers.find_webkit():
        print("make browsers: it did not run, because Firefox or WebKit is not installed.")
        return
    make_test.file_of_notes(PART).unlink(missing_ok=True)
    make_test.run(PART, 1)
    if make_test.notes_of(PART).failed:
        make_test.run(PART, 2)
    notes = make_test.notes_of(PART)
    report.write(PART, tables(notes), versions(), PAGE, "make browsers")
    print(f"Written to {PAGE.relative_to(ROOT)}")
    if not notes.is_whole:
        sys.exit(f"make browsers: failed: {', '.join(notes.failed)}")


def tables(notes: Notes) -> list[report.Table]:
    """Return what was tried, by browser: a row for each test."""
    calls: dict[str, dict[str, str]] = {}
    pages: dict[str, dict[str, str]] = {}
    for test in notes.begun:
        found = TEST.fullmatch(test)
        if not found:
            continue
        browser, file, name, case = found.groups()
        outcome = "yes" if test in notes.passed else "**no**"
        if file == CALLS:
            calls.setdefault(in_words(name), {})[in_words(case)] = outcome
        else:
            tried = f"{in_words(name)}: `{case}`" if case else in_words(name)
            pages.setdefault(tried, {})[NAMES[browser]] = outcome
    return [
        matrix("Calls: who is not in Firefox is in Chromium", calls),
        matrix("Pages and devices", pages),
    ]


def matrix(title: str, tried: dict[str, dict[str, str]]) -> report.Table:
    columns = sorted({column for outcomes in tried.values() for column in outcomes})
    rows = [
        [row, *(outcomes.get(column, "") for column in columns)]
        for row, outcomes in sorted(tried.items())
    ]
    return report.Table(title, ["tried", *columns], rows, "An empty cell: not tried.", words=True)


def in_words(name: str) -> str:
    return " ".join(NAMES.get(word, word) for word in name.split("_"))


def versions() -> dict[str, str]:
    found = {
        "Chromium": version_of(chromium.find(), "--version"),
        "Firefox": version_of(other_browsers.find_firefox(), "--version"),
        "WebKit": version_of("dpkg-query", "--showformat=${Version}", "-W", "webkit2gtk-driver"),
    }
    return found | {"on": f"{datetime.now(UTC):%Y-%m-%d}"}


def version_of(*command: str | None) -> str:
    said = subprocess.run(
        [each or "" for each in command], capture_output=True, text=True, check=True
    )
    found = re.search(r"\d[\d.]+", said.stdout)
    return found[0] if found else "unknown"


if __name__ == "__main__":
    main()
