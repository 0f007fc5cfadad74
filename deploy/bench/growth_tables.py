"""Measure growing tables and mailboxes, and return the figures as tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import click

from deploy.bench.growth import Growth, Milliseconds
from deploy.bench.mailbox import FullMailbox
from deploy.bench.measurements import temporary_directory
from deploy.bench.report import PER_SECOND, RATIO, Column, Table
from deploy.bench.stages import Stages
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres

RATIO_COLUMN = Column("of the first", RATIO)
MOVE_RATIO_COLUMN = Column("transition, of the first", RATIO)


def growth(
    counts: Sequence[int], rounds: int, messages: int, inbox: int, mails: Sequence[int]
) -> Iterator[Table]:
    """Measure new orders, transitions and exports in databases of several sizes, the same with a
    long inbox in the largest, and mailboxes of several sizes.
    """
    with temporary_directory() as directory:
        postgres = Postgres(directory / "postgres")
        try:
            postgres.start()
            sizes = {}
            for count in counts:
                url = postgres.create_database(f"growth_{count}")
                sizes[f"{count:,} orders"] = grown = Growth(directory / "rabbitmq", url)
                click.echo(f"creating {count:,} orders")
                grown.fill(count)
            yield _grown("milliseconds per message", sizes, rounds, messages)
            click.echo(f"claiming {inbox:,} messages")
            grown.fill_inbox(inbox)
            yield _grown(f"milliseconds, inbox of {inbox:,}", sizes, rounds, messages)
            yield _exported(sizes)
            yield _mailboxes(postgres, mails, directory)
        finally:
            postgres.stop()


def _grown(title: str, sizes: Mapping[str, Growth], rounds: int, messages: int) -> Table:
    found: dict[str, list[Milliseconds]] = {name: [] for name in sizes}
    for _ in range(rounds):
        for name, size in sizes.items():
            found[name].append(size.round(messages))
    columns = (
        Column("new order", ".2f"),
        RATIO_COLUMN,
        Column("transition", ".2f"),
        MOVE_RATIO_COLUMN,
    )
    table, first = Table(title, columns), None
    for name, rows in found.items():
        place = median(row.place for row in rows)
        move = median(row.transition for row in rows)
        first = first or (place, move)
        table.add(name, place, place / first[0], move, move / first[1])
    return table


def _exported(sizes: Mapping[str, Growth]) -> Table:
    table = Table("an export of all orders", (PER_SECOND, Column("MB more", ".0f")))
    for name, size in sizes.items():
        table.add(name, *size.export())
    return table


def _mailboxes(postgres: Postgres, mails: Sequence[int], directory: Path) -> Table:
    columns = (Column("ms to the first window"), Column("further per second"), RATIO_COLUMN)
    table = Table("mails fetched and stored", columns)
    first: tuple[float, float] | None = None
    for count in mails:
        dovecot = Dovecot(directory / f"dovecot-{count}")
        try:
            dovecot.start()
            mailbox = FullMailbox(dovecot, count)
            mailbox.fill()
            bare = mailbox.opening()
            stages = Stages(mailbox, postgres.create_database(f"mailbox_{count}"))
            stored = stages.opening()
            stages.close()
        finally:
            dovecot.stop()
        first = first or (stored.further, bare.further)
        name = f"mailbox of {count:,}"
        table.add(name, 1000 * stored.first, stored.further, stored.further / first[0])
        table.add(
            f"{name}, a bare client", 1000 * bare.first, bare.further, bare.further / first[1]
        )
    return table
