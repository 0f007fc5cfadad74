"""Tables of measurements, and the report that `aftercart bench all` writes of them."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import Any

import weasyprint

NAME_WIDTH = 46  # characters
BAR = 360  # pixels for the ratio 1
ROW = 22  # pixels


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: its head, and how a figure is written."""

    head: str
    form: str = ",.0f"


PER_SECOND = Column("per second")
RATIO = ".2f"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one benchmark by name. `ratio` is the head of the column that compares them with
    the peer or the bare part, if there is one.
    """

    title: str
    columns: tuple[Column, ...]
    ratio: str | None = None
    rows: list[tuple[str, tuple[float | str, ...]]] = field(default_factory=list)

    def add(self, name: str, *figures: float | str) -> None:
        """Add a row with one figure, or text, per column."""
        self.rows.append((name, figures))

    def text(self) -> str:
        """Return the table with a line of heads."""
        heads = Column("", "")
        lines = [self._line(self.title, self._heads, [heads] * len(self.columns))]
        for name, figures in self.rows:
            lines.append(self._line(name, figures, self.columns))
        return "\n".join(lines)

    def _line(self, name: str, figures: Sequence[float | str], columns: Sequence[Column]) -> str:
        line = f"{name:{NAME_WIDTH}}"
        for figure, column, head in zip(figures, columns, self._heads, strict=True):
            line += f"{_written(figure, column):>{max(10, len(head) + 2)}}"
        return line

    @property
    def _heads(self) -> list[str]:
        return list(map(attrgetter("head"), self.columns))

    def data(self) -> dict[str, Any]:
        """Return the table for JSON."""
        rows = []
        for name, figures in self.rows:
            rows.append({"name": name, **dict(zip(self._heads, figures, strict=True))})
        return {"title": self.title, "ratio": self.ratio, "rows": rows}

    def ratios(self) -> list[tuple[str, float]]:
        """Return the compared figures by name."""
        if self.ratio is None:
            return []
        place = self._heads.index(self.ratio)
        return [(name, float(figures[place])) for name, figures in self.rows]


def _written(figure: float | str, column: Column) -> str:
    if isinstance(figure, str):
        return figure
    return format(figure, column.form)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "weasyprint": weasyprint.__version__,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write(directory: Path, tables: Sequence[Table], at: datetime, command: str) -> None:
    """Write `report.txt`, `report.json` and `report.svg` into a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    about = {"measured_at": at.isoformat(timespec="seconds"), "command": command, **machine()}
    head = "\n".join(map("{0[0]}: {0[1]}".format, about.items()))
    body = "\n\n".join(map(Table.text, tables))
    (directory / "report.txt").write_text(f"{head}\n\n{body}\n")
    found = {**about, "tables": list(map(Table.data, tables))}
    (directory / "report.json").write_text(json.dumps(found, indent=2) + "\n")
    (directory / "report.svg").write_text(picture(tables))


def picture(tables: Sequence[Table]) -> str:
    """Return bars of all ratios as an SVG; the line marks 1."""
    bars: list[str] = []
    top = ROW
    for table in tables:
        if not table.ratios():
            continue
        top += ROW
        better = "shorter is better" if "milliseconds" in table.title else "longer is better"
        bars.append(f'<text x="8" y="{top}" class="title">{escape(table.title)}: {better}</text>')
        for name, ratio in table.ratios():
            top += ROW
            width = min(ratio, 3.0) * BAR / 3
            bars.append(f'<text x="20" y="{top}">{escape(name)}</text>')
            bars.append(f'<rect x="380" y="{top - 13}" width="{width:.0f}" height="15"/>')
            bars.append(f'<text x="{388 + width:.0f}" y="{top}">{ratio:.2f}</text>')
    height = top + ROW
    line = 380 + BAR / 3
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="820" height="{height}" role="img"'
        ' font-family="sans-serif" font-size="13"><style>text{fill:#333}.title{font-weight:bold}'
        "rect{fill:#1f618d}</style>"
        f'<rect width="820" height="{height}" style="fill:#fff"/>{"".join(bars)}'
        f'<line x1="{line:.0f}" x2="{line:.0f}" y1="8" y2="{height - 8}" stroke="#c0392b"/></svg>\n'
    )
