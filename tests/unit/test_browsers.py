"""What `make browsers` writes of its tests."""

from tools import browsers
from tools.notes import Notes

CALL = "tests/browser/firefox/test_firefox_calls.py::test_lines_of_chat_arrive"
PAGE = "tests/browser/webkit/test_webkit_pages.py::test_the_page_fits[/session/demo-early]"
BLOCK = "tests/browser/firefox/test_firefox_devices.py::test_block_is_explained"


def test_a_row_for_each_test_and_a_column_for_each_browser():
    notes = Notes()
    for test in (f"{CALL}[student_in_firefox]", f"{CALL}[both_in_firefox]", PAGE, BLOCK):
        notes.begun[test] += 1
        notes.passed.add(test)
    notes.passed.remove(f"{CALL}[both_in_firefox]")

    calls, pages = browsers.tables(notes)
    assert calls.head == ["tried", "both in Firefox", "student in Firefox"]
    assert calls.rows == [["lines of chat arrive", "**no**", "yes"]]
    assert pages.head == ["tried", "Firefox", "WebKit"]
    assert pages.rows == [
        ["block is explained", "yes", ""],
        ["the page fits: `/session/demo-early`", "", "yes"],
    ]


def test_versions_of_these_browsers():
    assert browsers.version_of("echo", "Mozilla Firefox 153.8.0esr") == "153.8.0"
