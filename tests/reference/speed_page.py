"""Generate the page of the last report of `aftercart bench all`, and the README's table of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path("docs/explanation/speed")
PAGE = Path("docs/explanation/speed.md")
README = Path("README.md")
BEGIN, END = "<!-- speed: written by `make contract` -->", "<!-- end of speed -->"
HEAD = """\
# Speed

The report of `{command}` of {date}, on {cores} cores ({processor}, {memory_gb} GB, {system},
Python {python}, WeasyPrint {weasyprint}) that RabbitMQ, PostgreSQL, the workers and the load share.
Compare only figures of one run. To repeat it on your machine, with nothing else running:

```
aftercart bench all --report var/bench
```

[Scaling](scaling.md) says what limits each part, and [document speed](document-speed.md) where the
time of a document goes. `aftercart bench growth` measures large databases and mailboxes, half an
hour by itself.

![Ratios of all benchmarks, with a line at 1](speed/report.svg)
"""


@dataclass(frozen=True)
class Line:
    """A line of the README's table: a figure of a row of the report, and what its ratio compares
    it with.
    """

    text: str
    table: str
    row: str
    column: str
    ratio: str = ""
    beside: str = ""


LINES = (
    Line(
        "transitions of orders a second, one worker",
        "transitions",
        "one worker, batches of 200",
        "per second",
        "of pgbench",
        "of pgbench with the same statements, 16 clients, no broker",
    ),
    Line(
        "new orders a second, one worker",
        "new orders",
        "one worker, batches of 200",
        "per second",
        "of pgbench",
        "of the same",
    ),
    Line(
        "milliseconds of processor for an invoice",
        "milliseconds of processor per document",
        "the engine",
        "median",
        "of alone",
        "of WeasyPrint alone",
    ),
    Line(
        "mails sent a second, one worker, the mail server takes 10 ms",
        "mails sent, accepted after 10 ms",
        "one worker, 1 thread(s), 10 connections",
        "per second",
        "of (3)",
        "of a loop by hand: claim, write, send, mark, publish",
    ),
    Line(
        "mails of customers filed a second, one worker",
        "mails stored, filed, and their event",
        "one worker, 1 thread(s), all of it",
        "per second",
        "of by hand",
        "of a loop by hand: fetch, parse, insert, publish",
    ),
    Line(
        "milliseconds from a command to its event",
        "milliseconds",
        "command to event, idle",
        "median",
    ),
    Line(
        "milliseconds from a command to the accepted mail with its invoice",
        "milliseconds, without other load",
        "order.transition to invoice mailed",
        "median",
        "of bare",
        "of WeasyPrint and smtplib alone",
    ),
)


@cache
def report() -> dict[str, Any]:
    """Return the last report."""
    found: dict[str, Any] = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
    return found


def page() -> str:
    """Return the page with all tables."""
    found = report()
    parts = [HEAD.format(date=found["measured_at"][:10], **found)]
    for table in found["tables"]:
        parts.append("\n".join(_table(table)))
    return "\n".join(parts)


def readme() -> str:
    """Return the README with the table of the last report."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + "\n" + "\n".join(_summary()) + "\n" + END + rest.split(END)[1]


def _summary() -> Iterator[str]:
    yield "| | | beside |"
    yield "|---|---|---|"
    for line in LINES:
        row = row_of(line.table, line.row)
        beside = f"{row[line.ratio]:.2f} {line.beside}" if line.ratio else ""
        yield f"| {line.text} | {_written(row[line.column])} | {beside} |"


def row_of(title: str, name: str) -> dict[str, Any]:
    """Return a row of the report. Raises `LookupError` after a benchmark has changed its names."""
    for table in report()["tables"]:
        for row in table["rows"]:
            if (table["title"], row["name"]) == (title, name):
                return dict(row)
    raise LookupError(f"The report has no {name!r} under {title!r}.")


def _table(table: dict[str, Any]) -> Iterator[str]:
    heads = list(table["rows"][0])[1:]
    yield f"| {table['title']} | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    for row in table["rows"]:
        figures = [_written(row[head]) for head in heads]
        yield f"| {row['name']} | {' | '.join(figures)} |"
    yield ""


def _written(figure: float | str) -> str:
    """Write a figure with about three digits."""
    if isinstance(figure, str):
        return figure
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"
