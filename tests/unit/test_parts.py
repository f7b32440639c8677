"""The parts of `make test`."""

from tools import test as make_test

TESTS = ["tests/unit", "tests/worker"]


def test_each_file_belongs_to_one_part():
    patterns = [pattern for part in make_test.PARTS.values() for pattern in part]
    files = [file for pattern in patterns for file in make_test.files_of(pattern)]

    assert sorted(files) == [*make_test.files_of("tests/browser/test_*.py"), *TESTS]
