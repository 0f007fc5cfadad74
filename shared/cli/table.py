"""Print tables with a header row, as wide as their contents: a pipe or a file cuts nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from shared.cli.terminal import clean, is_right_to_left, print_line, print_note
from shared.writing.text import FIRST_STRONG, POP

GAP = "  "
Cell = str | Text | tuple[str, str]
"""A text, or a text with its style."""


class Right(str):
    """The title of a column that is aligned right, such as one of numbers."""


@dataclass
class Table:
    """A table with these titles. A column without any content is left out."""

    titles: Sequence[str]
    _rows: list[tuple[list[Text], Text | None]] = field(default_factory=list)

    def add(self, *cells: Cell, below: Text | None = None) -> None:
        """Add a row; `below` is printed on a line of its own, indented."""
        self._rows.append(([_text(cell) for cell in cells], below))

    def print(self, *, empty: str = "") -> None:
        """Print the table, or without rows the sentence `empty` on standard error."""
        if not self._rows:
            if empty:
                print_note(empty, style="dim")
            return
        widths = self._widths()
        print_line(_line([Text(title) for title in self.titles], widths, self.titles), style="dim")
        for cells, below in self._rows:
            print_line(_line(cells, widths, self.titles))
            if below:
                print_line(Text.assemble("    ", below))

    def _widths(self) -> list[int]:
        """Return the width of each column; 0 if it is left out."""
        widths: list[int] = []
        for number, title in enumerate(self.titles):
            widest = max(cells[number].cell_len for cells, _ in self._rows)
            widths.append(max(widest, len(title)) if widest else 0)
        return widths


def print_table(titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str = "") -> None:
    """Print rows below their titles, or without rows the sentence `empty` on standard error."""
    table = Table(titles)
    for row in rows:
        table.add(*row)
    table.print(empty=empty)


def _text(cell: Cell) -> Text:
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, str):
        return Text(clean(cell))
    text, style = cell
    return Text(clean(text), style=style)


def _line(cells: Sequence[Text], widths: Sequence[int], titles: Sequence[str]) -> Text:
    """Return a row whose cells are filled up to the widths, without blanks at its end."""
    line = Text()
    for cell, width, title in zip(cells, widths, titles, strict=True):
        if not width:
            continue
        blanks = " " * (width - cell.cell_len)
        if is_right_to_left(cell.plain):
            cell = Text.assemble(FIRST_STRONG, cell, POP)  # noqa: PLW2901 - the shown cell
        if isinstance(title, Right):
            line.append_text(Text.assemble(blanks, cell, GAP))
        else:
            line.append_text(Text.assemble(cell, blanks, GAP))
    line.rstrip()
    return line
