"""Many threads at once: the list, what waits, what is counted, and what happened with a
customer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Uuid, case, func, literal, select, tuple_

from services.ingest.domain.contacts import Waiting
from services.ingest.domain.folds import beginning
from services.ingest.domain.orders import KnownOrder, OrderChange
from services.ingest.domain.timeline import Said
from services.ingest.store.customers import of_customer, read_order
from services.ingest.store.search_terms import with_words
from services.ingest.store.tables import order_changes, orders, thread_messages, threads
from services.ingest.store.threads import read_entry, read_view
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import Fold, ListedThread, ListThreads, ThreadView
from shared.runtime.storage.database import UtcDateTime
from shared.writing.search import sorting, wanted

ENOUGH = 4000  # characters of a message in which its beginning is looked for
Conditions = list[ColumnElement[bool]]
Whose = tuple[str | None, Sequence[str]]
"""A customer's key, if it is known, and his addresses."""
NEEDS_AN_ANSWER = threads.c.waits_since.is_not(None) & (threads.c.status == "open")
"""Whether it was read does not count: marking a thread as read answers nobody."""


class Listing:
    """Threads of one shop."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def page(self, shop: str, asked: ListThreads, after: Cursor | None) -> list[ThreadView]:
        """The next threads behind a cursor, newest first; one more than the limit where there are
        more.
        """
        where = [threads.c.shop == shop, *_equal(asked), *_between(asked), *_worded(shop, asked)]
        query = select(threads).where(
            *where, *_behind(threads.c.opened_at, threads.c.thread_id, after)
        )
        query = query.order_by(threads.c.opened_at.desc(), threads.c.thread_id.desc()).limit(
            asked.limit + 1
        )
        return [read_view(row) for row in self.connection.execute(query)]

    def with_latest(self, views: Sequence[ThreadView]) -> list[ListedThread]:
        """Return threads with how many messages they have, and how the latest one begins."""
        ids = [view.thread_id for view in views]
        message = thread_messages.c
        counted = (
            select(
                message.thread_id,
                func.count().label("messages"),
                func.max(message.at).label("latest"),
            )
            .where(message.thread_id.in_(ids))
            .group_by(message.thread_id)
            .subquery()
        )
        query = (
            select(
                message.thread_id,
                message.author,
                message.at,
                message.private,
                message.folds,
                func.substr(message.text, 1, ENOUGH).label("text"),
                counted.c.messages,
            )
            .join(counted, counted.c.thread_id == message.thread_id)
            .where(message.at == counted.c.latest)
            .order_by(message.message_id)
        )
        latest = {row.thread_id: row for row in self.connection.execute(query)}
        return [_listed(view, latest.get(view.thread_id)) for view in views]

    def unanswered(self, shop: str, contact: str | None) -> int:
        """How many threads wait."""
        query = select(func.count()).select_from(threads).where(*_waiting(shop, contact))
        return int(self.connection.scalar(query) or 0)

    def next_unanswered(
        self, shop: str, contact: str | None, after: ThreadView | None
    ) -> ThreadView | None:
        """The thread that has waited longest; behind `after`, if that waits."""
        where = _waiting(shop, contact)
        if after and after.waits_since:
            last = tuple_(literal(after.waits_since, UtcDateTime), literal(after.thread_id, Uuid))
            where.append(tuple_(threads.c.waits_since, threads.c.thread_id) > last)
        query = (
            select(threads)
            .where(*where)
            .order_by(threads.c.waits_since, threads.c.thread_id)
            .limit(1)
        )
        row = self.connection.execute(query).one_or_none()
        return read_view(row) if row else None

    def waiting(self, shop: str) -> dict[str | None, Waiting]:
        """What waits, by contact."""
        query = (
            select(threads.c.contact, func.sum(threads.c.unread), _number(NEEDS_AN_ANSWER))
            .where(threads.c.shop == shop)
            .group_by(threads.c.contact)
        )
        return {
            contact: Waiting(int(unread), int(count))
            for contact, unread, count in self.connection.execute(query)
        }

    def statistics(self, shop: str, contact: str | None, since: datetime) -> dict[str, Any]:
        """What `desk.statistics` answers, but for the days."""
        recent = (threads.c.status == "closed") & (threads.c.closed_at >= since)
        told = case((recent, threads.c.customer_messages + threads.c.employee_messages))
        counted = {
            "threads": func.count(),
            "open": _number(threads.c.status == "open"),
            "pending": _number(threads.c.status.in_(["pending1", "pending2"])),
            "closed": _number(threads.c.status == "closed"),
            "waiting": _number(NEEDS_AN_ANSWER),
            "unread_threads": _number(threads.c.unread > 0),
            "unread_messages": _sum(threads.c.unread),
            "customer_messages": _sum(threads.c.customer_messages),
            "employee_messages": _sum(threads.c.employee_messages),
            "first_response_seconds": func.avg(
                case((threads.c.answered_at >= since, threads.c.first_response))
            ),
            "messages_per_closed_thread": func.avg(told),
        }
        query = select(*(value.label(name) for name, value in counted.items())).where(
            *_of(shop, contact)
        )
        return dict(self.connection.execute(query).one()._mapping)

    def said(self, shop: str, whose: Whose, after: Cursor | None, limit: int) -> list[Said]:
        """The latest messages of a customer's threads behind a cursor."""
        at, key = thread_messages.c.at, thread_messages.c.message_id
        query = (
            select(
                thread_messages, threads.c.subject, threads.c.order_id, threads.c.order_reference
            )
            .join(threads, threads.c.thread_id == thread_messages.c.thread_id)
            .where(of_customer(threads, shop, *whose), *_behind(at, key, after))
            .order_by(at.desc(), key.desc())
            .limit(limit)
        )
        rows = self.connection.execute(query)
        return [
            Said(
                read_entry(row).message,
                row.thread_id,
                row.subject,
                row.order_id,
                row.order_reference,
            )
            for row in rows
        ]

    def changes(
        self, shop: str, whose: Whose, after: Cursor | None, limit: int
    ) -> list[tuple[OrderChange, KnownOrder]]:
        """The latest of what happened with a customer's orders behind a cursor."""
        at, key = order_changes.c.at, order_changes.c.change_id
        query = (
            select(*(column.label(f"change_{column.name}") for column in order_changes.c), orders)
            .join(orders, orders.c.order_id == order_changes.c.order_id)
            .where(of_customer(orders, shop, *whose), *_behind(at, key, after))
            .order_by(at.desc(), key.desc())
            .limit(limit)
        )
        return [(_change(row), read_order(row)) for row in self.connection.execute(query)]


def _listed(view: ThreadView, row: Any) -> ListedThread:
    if row is None:
        return ListedThread(**dict(view), messages=0)
    return ListedThread(
        **dict(view),
        messages=row.messages,
        last_message_at=row.at,
        last_author=row.author,
        last_text=beginning(row.text, [Fold.model_validate(fold) for fold in row.folds]),
        last_private=row.private,
    )


def _change(row: Any) -> OrderChange:
    return OrderChange(
        **{name: getattr(row, f"change_{name}") for name in OrderChange.__dataclass_fields__}
    )


def _of(shop: str, contact: str | None) -> Conditions:
    return [threads.c.shop == shop, *([threads.c.contact == contact] if contact else [])]


def _waiting(shop: str, contact: str | None) -> Conditions:
    return [*_of(shop, contact), NEEDS_AN_ANSWER]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _equal(asked: ListThreads) -> Conditions:
    names = ("order_id", "status", "contact", "customer_id", "language")
    same = {name: getattr(asked, name) for name in names}
    found: Conditions = [
        threads.c[name] == value for name, value in same.items() if value is not None
    ]
    if asked.owner is not None:
        found.append(threads.c.owner_key == sorting(asked.owner)[:200])
    if asked.nobodys:
        found.append(threads.c.owner.is_(None))
    if asked.email is not None:
        found.append(threads.c.email_key == asked.email.lower())
    if asked.waiting is not None:
        found.append(NEEDS_AN_ANSWER if asked.waiting else ~NEEDS_AN_ANSWER)
    if asked.unread is not None:
        found.append((threads.c.unread > 0) if asked.unread else (threads.c.unread == 0))
    return found


def _between(asked: ListThreads) -> Conditions:
    return [
        *([threads.c.opened_at >= asked.opened_from] if asked.opened_from else []),
        *([threads.c.opened_at < asked.opened_before] if asked.opened_before else []),
    ]


def _worded(shop: str, asked: ListThreads) -> Conditions:
    return with_words(shop, wanted(asked.search)) if asked.search is not None else []


def _behind(at: Any, key: Any, after: Cursor | None) -> Conditions:
    if after is None:
        return []
    return [tuple_(at, key) < tuple_(literal(after.at, UtcDateTime), literal(after.key, Uuid))]
