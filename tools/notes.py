"""A part's notes: which of its tests have begun, and which have passed.

`tests/passed.py` writes the notes while the tests run; `tools.test` reads them to repeat tests.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Exit statuses of pytest: all passed, some failed, no tests to run.
ENDED_WELL: Final = frozenset({0, 1, 5})


@dataclass
class Notes:
    """The lines of a file, one for each event: `begun <test>`, `passed <test>`, `ended <n>`."""

    begun: Counter[str] = field(default_factory=Counter)
    passed: set[str] = field(default_factory=set)
    ended: int | None = None
    """The exit status of the last process; None if it is running or was killed."""

    @classmethod
    def read(cls, file: Path) -> Notes:
        notes = cls()
        for line in file.read_text().splitlines() if file.exists() else ():
            event, _, name = line.partition(" ")
            notes.ended = int(name) if event == "ended" else None
            if event == "begun":
                notes.begun[name] += 1
            elif event == "passed":
                notes.passed.add(name)
        return notes

    @property
    def failed(self) -> list[str]:
        """Tests that have begun and not passed; a killed one too."""
        return [name for name in self.begun if name not in self.passed]

    @property
    def repeated(self) -> list[str]:
        return [name for name, times in self.begun.items() if times > 1]

    @property
    def is_whole(self) -> bool:
        """True if every test has run and passed."""
        return bool(self.begun) and self.ended in ENDED_WELL and not self.failed
