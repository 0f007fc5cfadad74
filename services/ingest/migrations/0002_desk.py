"""The desk: contacts, options, predefined messages; what lists, figures and timelines need of
threads and orders.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.ingest.domain.vocabulary import words_of
from shared.runtime.storage.database import Json, UtcDateTime, insert

revision, down_revision = "0002_desk", "0001"

WORD = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
AT_ONCE = 1000  # rows that are read and written together
EMPTY, ZERO = sa.text("''"), sa.text("0")
INDEXED = {
    "orders": ("shop reference", "shop customer_id", "shop email_key"),
    "threads": (
        "shop opened_at thread_id",
        "shop status opened_at thread_id",
        "shop contact opened_at thread_id",
        "shop owner opened_at thread_id",
        "shop email_key",
        "shop customer_id",
        "shop waits_since",
    ),
    "order_changes": ("order_id at",),
    "customers": ("shop email_key",),
    "submissions": ("conversation",),
    "thread_words": ("thread_id",),
}


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _kept_by_the_shop()
    _told_by_others()
    _fill(op.get_bind())
    op.drop_index(op.f("ix_threads_shop_opened_at"), "threads")
    for table, indices in INDEXED.items():
        for names in map(str.split, indices):
            op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names)


def _columns() -> dict[str, list[sa.Column]]:
    return {
        "orders": [
            sa.Column("customer_id", sa.String(64), nullable=False, server_default=EMPTY),
            sa.Column("email_key", sa.String(254), nullable=False, server_default=EMPTY),
            sa.Column("placed_at", UtcDateTime),
            sa.Column("currency", sa.String(3), nullable=False, server_default=sa.text("'XXX'")),
            sa.Column("total", sa.BigInteger(), nullable=False, server_default=ZERO),
            sa.Column("paid", sa.BigInteger(), nullable=False, server_default=ZERO),
            sa.Column("state", sa.String(200), nullable=False, server_default=EMPTY),
            sa.Column("colour", sa.String(7), nullable=False, server_default=EMPTY),
            sa.Column("changed_at", UtcDateTime),
        ],
        "threads": [
            sa.Column("contact", sa.String(40)),
            sa.Column("customer_id", sa.String(64)),
            sa.Column("sku", sa.String(64)),
            sa.Column("unread", sa.Integer(), nullable=False, server_default=ZERO),
            sa.Column("waits_since", UtcDateTime),
            sa.Column("email_key", sa.String(254), nullable=False, server_default=EMPTY),
            sa.Column("customer_messages", sa.Integer(), nullable=False, server_default=ZERO),
            sa.Column("employee_messages", sa.Integer(), nullable=False, server_default=ZERO),
            sa.Column("answered_at", UtcDateTime),
            sa.Column("first_response", sa.BigInteger()),
            sa.Column("closed_at", UtcDateTime),
        ],
        "thread_messages": [
            sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
    }


def _kept_by_the_shop() -> None:
    for table in ("contacts", "canned_messages"):
        op.create_table(
            table,
            sa.Column("shop", sa.String(40), nullable=False),
            sa.Column("key", sa.String(40), nullable=False),
            sa.Column("definition", Json, nullable=False),
            sa.PrimaryKeyConstraint("shop", "key", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "desks",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.PrimaryKeyConstraint("shop", name=op.f("pk_desks")),
    )
    op.create_table(
        "submissions",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("conversation", sa.String(50), nullable=False),
        sa.Column("held", Json),
        sa.PrimaryKeyConstraint("shop", "submission_id", name=op.f("pk_submissions")),
    )
    op.create_table(
        "thread_words",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "word", "thread_id", name=op.f("pk_thread_words")),
        sqlite_with_rowid=False,
    )


def _told_by_others() -> None:
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("shop", name=op.f("pk_shops")),
    )
    op.create_table(
        "customers",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("addresses", Json, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", name=op.f("pk_customers")),
    )
    op.create_table(
        "order_changes",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_order_changes")),
    )


# --- what is there already ------------------------------------------------------------------------


def _table(name: str, *plain: str, uuids: str = "", times: str = "") -> sa.TableClause:
    columns = [sa.column(column) for column in plain]
    columns += [sa.column(column, sa.Uuid()) for column in uuids.split()]
    return sa.table(name, *columns, *(sa.column(column, UtcDateTime) for column in times.split()))


ORDERS = _table("orders", "customer_email", "email_key")
THREADS = _table(
    "threads",
    "shop",
    "status",
    "subject",
    "customer_email",
    "customer_name",
    "order_reference",
    "email_key",
    "customer_messages",
    "employee_messages",
    uuids="thread_id",
    times="waits_since",
)
MESSAGES = _table("thread_messages", "direction", "text", uuids="message_id thread_id", times="at")
WORDS = _table("thread_words", "shop", "word", uuids="thread_id")


def _fill(connection: sa.Connection) -> None:
    """Threads that were kept before are listed, found and counted like all others; all of them
    count as read.
    """
    for table in (ORDERS, THREADS):
        connection.execute(sa.update(table).values(email_key=sa.func.lower(table.c.customer_email)))
    connection.execute(
        sa.update(THREADS).values(
            customer_messages=_of(sa.func.count(), "customer"),
            employee_messages=_of(sa.func.count(), "employee"),
        )
    )
    heard, said = (
        _of(sa.func.max(MESSAGES.c.at), "customer"),
        _of(sa.func.max(MESSAGES.c.at), "employee"),
    )
    waits = sa.and_(
        THREADS.c.status != "closed", heard.is_not(None), sa.or_(said.is_(None), heard > said)
    )
    connection.execute(sa.update(THREADS).values(waits_since=heard).where(waits))
    for threads in _read(connection, sa.select(THREADS).order_by(THREADS.c.thread_id)):
        texts = "subject", "customer_email", "customer_name", "order_reference"
        _add(
            connection,
            [(row, words_of(*(getattr(row, text) or "" for text in texts))) for row in threads],
        )
    joined = MESSAGES.join(THREADS, THREADS.c.thread_id == MESSAGES.c.thread_id)
    texts_of_threads = sa.select(THREADS.c.shop, THREADS.c.thread_id, MESSAGES.c.text).select_from(
        joined
    )
    for messages in _read(connection, texts_of_threads.order_by(MESSAGES.c.message_id)):
        _add(connection, [(row, words_of(row.text)) for row in messages])


def _of(what: Any, direction: str) -> Any:
    """Something of a thread's messages in one direction."""
    query = sa.select(what).where(
        MESSAGES.c.thread_id == THREADS.c.thread_id, MESSAGES.c.direction == direction
    )
    return query.correlate(THREADS).scalar_subquery()


def _read(connection: sa.Connection, query: sa.Select) -> Iterator[Sequence[sa.Row]]:
    return connection.execute(query.execution_options(yield_per=AT_ONCE)).partitions()


def _add(connection: sa.Connection, found: list[tuple[sa.Row, Sequence[str]]]) -> None:
    rows = [
        {"shop": row.shop, "thread_id": row.thread_id, "word": word}
        for row, words in found
        for word in words
    ]
    if rows:
        connection.execute(insert(connection, WORDS).on_conflict_do_nothing(), rows)
