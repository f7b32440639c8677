"""The parts of `make test`."""

from textwrap import dedent

import pytest

from tools import test as make_test
from tools.notes import Notes

FOLDERS = ["tests/networks", "tests/unit"]
FILES = ("tests/browser/**/test_*.py", "tests/worker/test_*.py")


def test_each_file_belongs_to_one_part():
    patterns = [pattern for part in make_test.PARTS.values() for pattern in part]
    files = [file for pattern in patterns for file in make_test.files_of(pattern)]

    assert sorted(files) == sorted(
        [*FOLDERS, *(file for each in FILES for file in make_test.files_of(each))]
    )


@pytest.fixture
def outcome(tmp_path, monkeypatch, capsys):
    """Return what runs these tests as a part, and says what was printed and what failed."""
    monkeypatch.setattr(make_test, "CACHE", tmp_path)
    parts = {"calls": [str(tmp_path / "test_some.py")], "unit": [str(tmp_path / "test_other.py")]}
    (tmp_path / "test_other.py").write_text("def test_good(): pass")
    monkeypatch.setattr(make_test, "PARTS", parts)
    monkeypatch.setattr(make_test, "files_of", lambda pattern: [pattern])
    monkeypatch.setattr(make_test.setup, "main", lambda _: None)
    monkeypatch.setattr(make_test, "failed_checks", lambda *_: [])
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(tests):
        (tmp_path / "test_some.py").write_text(f"{FAILING}{dedent(tests)}")
        try:
            make_test.main()
        except SystemExit as failure:
            return capsys.readouterr().out, str(failure.code)
        return capsys.readouterr().out, None

    return run


FAILING = """\
import os
from pathlib import Path
import pytest

def passes_at(attempt, name):
    file = Path(__file__).with_name(name)
    file.write_text(file.read_text() + "x" if file.exists() else "x")
    return len(file.read_text()) >= attempt

"""


def test_a_test_that_fails_once_is_repeated_once_and_counted(outcome):
    """One of them ends its process: what comes after it begins once all the same."""
    printed, failed = outcome("""
        def test_good(): assert passes_at(1, "good")
        def test_once(): assert passes_at(2, "once")
        def test_ends_it(): passes_at(2, "ends it") or os._exit(1)
        def test_after(): assert passes_at(1, "after")
    """)

    assert failed is None
    assert "repeated: 2\n" in printed
    for test in ("once", "ends_it"):
        assert f"test_some.py::test_{test}: passed\n" in printed


def test_a_test_that_fails_twice_is_not_tried_a_third_time(outcome):
    printed, failed = outcome("""
        def test_good(): assert passes_at(1, "good")
        def test_twice(): assert passes_at(3, "twice")
    """)

    assert failed == "make test: failed: calls"
    assert "test_some.py::test_twice: failed again\n" in printed
    assert "failed or cut off: " in printed


def test_four_failed_tests_fail_the_run_and_are_not_repeated(outcome):
    printed, failed = outcome("""
        @pytest.mark.parametrize("name", ["a", "b", "c", "d"])
        def test_once(name): assert passes_at(2, name)
    """)

    assert failed == "make test: failed: calls"
    assert "repeated: 0\n" in printed


def test_a_part_that_cannot_be_collected_fails(outcome):
    assert outcome("import nothing_of_that_name")[1] == "make test: failed: calls"


def test_a_part_without_tests_fails(tmp_path):
    (tmp_path / "notes").write_text("started \nended 5\n")

    assert not Notes.read(tmp_path / "notes").is_whole
