"""Which tests have passed, noted at once: a run that is cut off can go on where it was."""

from pathlib import Path

import pytest


class Passed:
    """Leaves out what a file names, and adds to it what passes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._before = set(file.read_text().splitlines()) if file.exists() else set()
        self._failed: set[str] = set()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        done = [item for item in items if item.nodeid in self._before]
        items[:] = [item for item in items if item.nodeid not in self._before]
        config.hook.pytest_deselected(items=done)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when == "teardown" and report.nodeid not in self._failed:
            with self._file.open("a") as file:
                file.write(f"{report.nodeid}\n")
