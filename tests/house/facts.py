"""What is true after a storm, from the databases, the stream of events, the queues and the mailbox;
and judged.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from deploy.demo.customer import Mailbox
from deploy.stack.local import CUSTOMER_MAILBOX, LocalStack
from services.orders.store.catalogue_tables import stock, stock_movements
from services.orders.store.tables import documents, order_history, payments
from shared.clients.connection import connect
from shared.contracts.envelope import Envelope, decode
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import DOCUMENT_STREAM, STREAM
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import FAR, least
from tests.house.load import MOVES, STOCK

STREAMS = {STREAM, DOCUMENT_STREAM}
UNKNOWN = 1  # messages in a queue that has not been counted since its node started
STALE = 6.0  # seconds; a quorum queue counts its messages every five
PASSING = 2 * STALE  # a look into the mailbox comes at any time, is done at once, and stays counted
FILED = "SELECT mail_message_id, thread_id FROM thread_messages WHERE direction = 'customer'"
TEMPLATES = ("order_conf", "bankwire", "payment", "preparation")


@dataclass
class Facts:
    """Plain data, so that the judgement below is pure."""

    orders: list[str]
    written: list[str]
    history: dict[str, list[str]]
    paid: dict[str, list[int]]
    numbers: dict[str, list[str]]
    available: int
    movements: int
    events: list[Envelope]
    rendered: list[tuple[str, str]]
    mails: list[tuple[str, str, str]]
    delivered: Counter[str]
    filed: list[tuple[str, str]]
    outbox: dict[str, int]
    queues: dict[str, int]


def gather(stack: LocalStack, orders: list[str], written: list[str]) -> Facts:
    """Everything, when all is quiet."""
    with database(stack, "orders") as connection:
        history, paid, numbers = defaultdict(list), defaultdict(list), defaultdict(list)
        in_order = select(order_history).order_by(
            order_history.c.order_id, order_history.c.position
        )
        for row in connection.execute(in_order):
            history[str(row.order_id)].append(row.state)
        for row in connection.execute(select(payments)):
            paid[str(row.order_id)].append(row.amount)
        for row in connection.execute(select(documents).order_by(documents.c.number)):
            numbers[row.kind].append(row.number)
        available = connection.execute(select(stock.c.available)).scalar_one()
        movements = sum(connection.execute(select(stock_movements.c.change)).scalars())
    port, secret = stack.dovecot.imap_port, stack.secret(CUSTOMER_MAILBOX)
    mailbox = Mailbox("127.0.0.1", port, CUSTOMER_MAILBOX, secret)
    return Facts(
        orders,
        written,
        dict(history),
        dict(paid),
        dict(numbers),
        available,
        movements,
        events(stack),
        rows(stack, "documents", "SELECT kind, number FROM documents"),
        rows(stack, "notify", "SELECT conversation, template, state FROM mails"),
        Counter(mail["Message-ID"] for mail in mailbox.mails()),
        rows(stack, "ingest", FILED),
        least(lambda: outboxes(stack), PASSING),
        least(lambda: queue_depths(stack), PASSING),
    )


@contextmanager
def database(stack: LocalStack, service: str) -> Iterator[Connection]:
    """Read a service's database over a connection that is closed afterwards: PostgreSQL permits a
    hundred, and some looks are repeated until something is true.
    """
    engine = engine_for(stack.database_url(service))
    try:
        with reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def rows(stack: LocalStack, service: str, query: str) -> list[Any]:
    """A look into a service's database."""
    with database(stack, service) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def outboxes(stack: LocalStack) -> dict[str, int]:
    """Messages that wait in each service's database for its relay."""
    return {name: rows(stack, name, "SELECT count(*) FROM outbox")[0][0] for name in stack.services}


def queue_depths(stack: LocalStack) -> dict[str, int]:
    """Messages in each queue, ready or unacknowledged, without the streams."""
    with Management(stack.rabbit.admin_management_url) as management:
        counted = [queue for queue in management.queues() if queue["name"] not in STREAMS]
    return {queue["name"]: queue.get("messages", UNKNOWN) for queue in counted}


def messages_in(stack: LocalStack, queue: str) -> int:
    """Return how many messages RabbitMQ counts in a queue or stream; new ones come a little later
    into its count.
    """
    with Management(stack.rabbit.admin_management_url) as management:
        for found in management.queues():
            if found["name"] == queue:
                return int(found.get("messages", 0))
    return 0


def events(stack: LocalStack) -> list[Envelope]:
    """Every event that ever was, from the stream. A busy RabbitMQ may pause before the last one."""
    expected, deadline = messages_in(stack, STREAM), time.monotonic() + FAR
    with connect(stack.amqp_url("client"), "facts") as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=500)
        found = []
        for method, _, body in channel.consume(
            STREAM, arguments={"x-stream-offset": "first"}, inactivity_timeout=1.5
        ):
            if method is None:
                if len(found) >= expected or time.monotonic() > deadline:
                    break
                continue
            channel.basic_ack(method.delivery_tag)
            found.append(decode(body))
        return found


def faults(facts: Facts) -> Iterable[str]:
    """What should not be; nothing when all is well."""
    states = ["awaiting_bank_wire", *MOVES]
    for order in facts.orders:
        if facts.history.get(order) != states:
            yield f"order {order} has the history {facts.history.get(order)}"
        if facts.paid.get(order) != [2870]:
            yield f"order {order} was paid {facts.paid.get(order)}"
    for kind, prefix in (("invoice", "IN"), ("delivery_slip", "DE")):
        wanted = [f"{prefix}{number:06d}" for number in range(1, len(facts.orders) + 1)]
        if facts.numbers.get(kind) != wanted:
            yield f"numbers of {kind}: {facts.numbers.get(kind)}"
        if sorted(number for found, number in facts.rendered if found == kind) != wanted:
            yield f"rendered {kind}: {sorted(facts.rendered)}"
    if facts.available != STOCK - 2 * len(facts.orders) or facts.movements != facts.available:
        yield f"stock is {facts.available}, its movements add up to {facts.movements}"
    yield from _faults_of_events(facts)
    yield from _faults_of_mails(facts)
    yield from _faults_of_threads(facts)
    yield from (
        f"{count} rows are left in the outbox of {name}"
        for name, count in facts.outbox.items()
        if count
    )
    yield from (
        f"{count} messages are left in the queue {name}"
        for name, count in facts.queues.items()
        if count
    )


def _faults_of_events(facts: Facts) -> Iterable[str]:
    refused = Counter(event.name for event in facts.events if event.name.endswith("_refused"))
    if refused:
        yield f"commands were done more than once: {dict(refused)}"
    firsts = {(event.source, event.id): event for event in reversed(facts.events)}
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in facts.events:
        if event.sequence and firsts.pop((event.source, event.id), None):
            lanes[event.source, event.subject or ""].append(int(event.sequence))
    for lane, sequence in lanes.items():
        if sequence != list(range(1, len(sequence) + 1)):
            yield f"events of {lane} came as {sequence}"


def _faults_of_mails(facts: Facts) -> Iterable[str]:
    wanted = sorted(
        (f"order/{order}", template, "sent") for order in facts.orders for template in TEMPLATES
    )
    if sorted(facts.mails) != wanted:
        yield f"mails: {sorted(set(facts.mails) ^ set(wanted))[:5]}"
    if len(facts.delivered) != len(wanted):
        yield f"{len(facts.delivered)} different mails were delivered, {len(wanted)} were wanted"


def _faults_of_threads(facts: Facts) -> Iterable[str]:
    filed = Counter(message_id for message_id, _ in facts.filed)
    if filed != Counter(facts.written):
        yield f"customers' mails were filed {dict(filed)}, written were {facts.written}"
    if len({thread for _, thread in facts.filed}) != len(facts.filed):
        yield "mails that belong to no conversation share a thread"
