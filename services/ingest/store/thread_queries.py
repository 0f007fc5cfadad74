"""Queries over many threads: pages, waiting threads, statistics, the timeline of a customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Uuid, case, func, literal, select, tuple_

from services.ingest.domain.contacts import Waiting
from services.ingest.domain.folded_lines import preview
from services.ingest.domain.known_orders import KnownOrder, OrderChange
from services.ingest.domain.timeline import CustomerMessage
from services.ingest.store.customers import of_customer, read_order
from services.ingest.store.search_terms import matching_terms
from services.ingest.store.tables import order_changes, orders, thread_messages, threads
from services.ingest.store.threads import read_message, read_view
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import Fold, ListedThread, ListThreads, ThreadMessage, ThreadView
from shared.runtime.storage.database import UtcDateTime
from shared.writing.search import sorting, wanted

ENOUGH = 4000  # characters of a message, enough to find its beginning
Conditions = list[ColumnElement[bool]]
CustomerKeys = tuple[str | None, Sequence[str]]
"""A customer's key, if it is known, and their addresses."""
NEEDS_AN_ANSWER = threads.c.waits_since.is_not(None) & (threads.c.status == "open")
"""Read marks do not count: marking a thread as read does not answer it."""


class ThreadQueries:
    """Queries over the threads of a shop."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def page(self, shop: str, asked: ListThreads, after: Cursor | None) -> list[ThreadView]:
        """Return the next threads behind a cursor, newest first; one more than the limit if there
        are more.
        """
        position = (threads.c.opened_at, threads.c.thread_id)
        where = [threads.c.shop == shop, *_filters(asked), *_behind(*position, after)]
        if asked.search is not None:
            where += matching_terms(shop, wanted(asked.search))
        query = select(threads).where(*where).order_by(*(column.desc() for column in position))
        return list(map(read_view, self.connection.execute(query.limit(asked.limit + 1))))

    def with_latest(self, views: Sequence[ThreadView]) -> list[ListedThread]:
        """Return threads with their number of messages and the beginning of the latest one."""
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

    def latest_messages(
        self, thread_ids: Sequence[UUID], limit: int
    ) -> dict[UUID, list[ThreadMessage]]:
        """Return up to `limit` latest messages of each thread, oldest first."""
        message = thread_messages.c
        latest_first = (message.at.desc(), message.message_id.desc())
        rank = func.row_number().over(partition_by=message.thread_id, order_by=latest_first)
        ranked = (
            select(thread_messages, rank.label("rank"))
            .where(message.thread_id.in_(thread_ids))
            .subquery()
        )
        query = select(ranked).where(ranked.c.rank <= limit)
        query = query.order_by(ranked.c.at, ranked.c.message_id)
        found: dict[UUID, list[ThreadMessage]] = {thread_id: [] for thread_id in thread_ids}
        for row in self.connection.execute(query):
            found[row.thread_id].append(read_message(row).message)
        return found

    def unanswered(self, shop: str, contact: str | None) -> int:
        """Return the number of waiting threads."""
        query = select(func.count()).select_from(threads).where(*_waiting(shop, contact))
        return int(self.connection.scalar(query) or 0)

    def next_unanswered(
        self, shop: str, contact: str | None, after: ThreadView | None
    ) -> ThreadView | None:
        """Return the thread that has waited longest, or the next one behind `after`, if that
        waits.
        """
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
        """Return the waiting threads and unread messages by contact."""
        query = (
            select(threads.c.contact, func.sum(threads.c.unread_messages), _number(NEEDS_AN_ANSWER))
            .where(threads.c.shop == shop)
            .group_by(threads.c.contact)
        )
        rows = self.connection.execute(query)
        return {contact: Waiting(int(unread), int(count)) for contact, unread, count in rows}

    def statistics(self, shop: str, contact: str | None, since: datetime) -> dict[str, Any]:
        """Return the fields of the answer to `desk.statistics`, without `days`."""
        messages = threads.c.customer_messages + threads.c.employee_messages
        recently_closed = (threads.c.status == "closed") & (threads.c.closed_at >= since)
        recently_answered = threads.c.answered_at >= since
        query = select(
            func.count().label("all_threads"),
            _number(threads.c.status == "open").label("open_threads"),
            _number(threads.c.status.in_(["pending1", "pending2"])).label("pending_threads"),
            _number(threads.c.status == "closed").label("closed_threads"),
            _number(NEEDS_AN_ANSWER).label("waiting_threads"),
            _number(threads.c.unread_messages > 0).label("unread_threads"),
            _sum(threads.c.unread_messages).label("unread_messages"),
            _sum(threads.c.customer_messages).label("customer_messages"),
            _sum(threads.c.employee_messages).label("employee_messages"),
            func.avg(case((recently_answered, threads.c.first_response))).label(
                "first_response_seconds"
            ),
            func.avg(case((recently_closed, messages))).label("messages_per_closed_thread"),
        )
        row = self.connection.execute(query.where(*_of(shop, contact))).one()
        return dict(row._mapping)

    def messages(
        self, shop: str, customer: CustomerKeys, after: Cursor | None, limit: int
    ) -> list[CustomerMessage]:
        """Return the latest messages in a customer's threads behind a cursor."""
        at, key = thread_messages.c.at, thread_messages.c.message_id
        query = (
            select(
                thread_messages, threads.c.subject, threads.c.order_id, threads.c.order_reference
            )
            .join(threads, threads.c.thread_id == thread_messages.c.thread_id)
            .where(of_customer(threads, shop, *customer), *_behind(at, key, after))
            .order_by(at.desc(), key.desc())
            .limit(limit)
        )
        return list(map(_customer_message, self.connection.execute(query)))

    def changes(
        self, shop: str, customer: CustomerKeys, after: Cursor | None, limit: int
    ) -> list[tuple[OrderChange, KnownOrder]]:
        """Return the latest changes of a customer's orders behind a cursor."""
        at, key = order_changes.c.at, order_changes.c.change_id
        query = (
            select(*(column.label(f"change_{column.name}") for column in order_changes.c), orders)
            .join(orders, orders.c.order_id == order_changes.c.order_id)
            .where(of_customer(orders, shop, *customer), *_behind(at, key, after))
            .order_by(at.desc(), key.desc())
            .limit(limit)
        )
        return [(_change(row), read_order(row)) for row in self.connection.execute(query)]


def _listed(view: ThreadView, row: Any) -> ListedThread:
    if row is None:
        return ListedThread(**dict(view), message_count=0)
    return ListedThread(
        **dict(view),
        message_count=row.messages,
        last_message_at=row.at,
        last_author=row.author,
        last_text=preview(row.text, [Fold.model_validate(fold) for fold in row.folds]),
        last_private=row.private,
    )


def _customer_message(row: Any) -> CustomerMessage:
    return CustomerMessage(
        read_message(row).message, row.thread_id, row.subject, row.order_id, row.order_reference
    )


def _change(row: Any) -> OrderChange:
    names = OrderChange.__dataclass_fields__
    return OrderChange(**{name: getattr(row, f"change_{name}") for name in names})


def _of(shop: str, contact: str | None) -> Conditions:
    conditions: Conditions = [threads.c.shop == shop]
    if contact:
        conditions.append(threads.c.contact == contact)
    return conditions


def _waiting(shop: str, contact: str | None) -> Conditions:
    return [*_of(shop, contact), NEEDS_AN_ANSWER]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _filters(asked: ListThreads) -> Conditions:
    found: Conditions = []
    for name in ("order_id", "status", "contact", "customer_id", "language"):
        value = getattr(asked, name)
        if value is not None:
            found.append(threads.c[name] == value)
    if asked.owner is not None:
        found.append(threads.c.owner_key == sorting(asked.owner)[:200])
    if asked.nobodys:
        found.append(threads.c.owner.is_(None))
    if asked.email is not None:
        found.append(threads.c.email_key == asked.email.lower())
    if asked.opened_from:
        found.append(threads.c.opened_at >= asked.opened_from)
    if asked.opened_before:
        found.append(threads.c.opened_at < asked.opened_before)
    return [*found, *_state_filters(asked)]


def _state_filters(asked: ListThreads) -> Conditions:
    conditions = ((asked.waiting, NEEDS_AN_ANSWER), (asked.unread, threads.c.unread_messages > 0))
    found: Conditions = []
    for wanted_state, condition in conditions:
        if wanted_state is True:
            found.append(condition)
        elif wanted_state is False:
            found.append(~condition)
    return found


def _behind(at: Any, key: Any, after: Cursor | None) -> Conditions:
    if after is None:
        return []
    return [tuple_(at, key) < tuple_(literal(after.at, UtcDateTime), literal(after.key, Uuid))]
