"""Tables of figures, as text and in the page that shows them."""

from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"


@dataclass
class Table:
    """Figures under a title; `note` describes the measurement. `words` are cells of words."""

    title: str
    head: list[str]
    rows: list[list[str]]
    note: str = ""
    words: bool = False

    def markdown(self) -> str:
        aligned = "---" if self.words else "---:"
        lines = [self.head, ["---", *[aligned] * (len(self.head) - 1)], *self.rows]
        table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        return "\n\n".join(part for part in (f"### {self.title}", table, self.note) if part)


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def write(
    part: str,
    tables: list[Table],
    facts: dict[str, str],
    page: Path = PAGE,
    command: str = "make bench",
) -> None:
    """Replace the figures of a part between its marks in the page; other text stays."""
    begin, end = f"<!-- {part}: made by `{command}` -->", f"<!-- end of {part} -->"
    about = "; ".join(f"{name} {value}" for name, value in facts.items())
    body = "\n\n".join(table.markdown() for table in tables)
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    section = f"{begin}\n\n{body}\n\n{about}\n\n{end}"
    before, found, rest = text.partition(begin)
    after = rest.partition(end)[2] if found else ""
    text = f"{before}{section}{after}" if found else f"{text.rstrip()}\n\n{section}\n".lstrip()
    page.write_text(text, encoding="utf-8")
