"""Records which tests begin and which pass, so that a killed run can continue."""

from pathlib import Path

import pytest

from tools.notes import Notes


class NoteTaker:
    """Deselects tests that have passed or begun `tries` times; records the events of the others."""

    def __init__(self, file: Path, tries: int) -> None:
        self._file, self._tries = file, tries
        self._before = Notes.read(file)
        self._failed: set[str] = set()
        self._note("started", "")

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        deselected = [item for item in items if self._is_done(item.nodeid)]
        items[:] = [item for item in items if not self._is_done(item.nodeid)]
        config.hook.pytest_deselected(items=deselected)

    def _is_done(self, test: str) -> bool:
        return test in self._before.passed or self._before.begun[test] >= self._tries

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._note("begun", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when == "teardown" and report.nodeid not in self._failed:
            self._note("passed", report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._note("ended", str(int(exitstatus)))

    def _note(self, event: str, about: str) -> None:
        with self._file.open("a") as file:
            file.write(f"{event} {about}\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--notes", type=Path, help="run the tests that this file does not have yet")
    parser.addoption("--tries", type=int, default=1, help="how often a test may begin")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--notes"):
        config.pluginmanager.register(NoteTaker(file, config.getoption("--tries")))
