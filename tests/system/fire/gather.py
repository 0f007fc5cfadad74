"""Wait until everything is done after the faults were healed, and gather the evidence."""

import hashlib
import time
from collections import Counter, defaultdict
from typing import Any

from deploy.stack.local import LocalStack
from shared.clients.connection import connect
from shared.contracts.envelope import Envelope, decode
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import DOCUMENT_STREAM, STREAM
from tests.conditions import least
from tests.house.facts import FILED, PASSING, STREAMS, outboxes, queue_depths, rows
from tests.system.fire.customer import customer_mailbox
from tests.system.fire.evidence import Evidence, MailRow, OrderRows

UNDECIDED = "SELECT count(*) FROM mails WHERE state NOT IN ('sent', 'failed', 'suppressed')"
PAUSE = 0.5


def drain(stack: LocalStack, written: int, seconds: float) -> bool:
    """Wait until nothing is on its way any more. Return False if that takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if _all_done(stack, written) and not any(least_left(stack).values()):
                return True
        except AftercartError:  # RabbitMQ is not up again yet
            pass
        time.sleep(PAUSE)
    return False


def least_left(stack: LocalStack) -> dict[str, int]:
    """Return the least number of messages in each queue and outbox within some seconds: polls of
    the mailbox come at any time, and do not stay.
    """

    def count() -> dict[str, int]:
        return waiting(stack) | {f"outbox of {name}": n for name, n in outboxes(stack).items()}

    return least(count, PASSING)


def _all_done(stack: LocalStack, written: int) -> bool:
    if rows(stack, "notify", UNDECIDED)[0][0]:
        return False
    issued = rows(stack, "orders", "SELECT count(*) FROM documents")[0][0]
    rendered = rows(stack, "documents", "SELECT count(*) FROM documents")[0][0]
    return rendered >= issued and len(rows(stack, "ingest", FILED)) >= written


def waiting(stack: LocalStack) -> dict[str, int]:
    """Return how many messages wait in each queue, without dead letters. Those of the mailbox's
    polls, which come each second, are too short to be seen twice.
    """
    depths = queue_depths(stack)
    return {name: depth for name, depth in depths.items() if not name.endswith(".dead")}


def gather(stack: LocalStack, evidence: Evidence) -> Evidence:
    """Add what the databases, streams, queues and mailboxes show."""
    evidence.events = stream(stack, STREAM) + stream(stack, DOCUMENT_STREAM)
    evidence.orders = _orders(stack)
    documents = "SELECT shop, kind, number FROM documents"
    evidence.documents = rows(stack, "orders", documents)
    evidence.rendered = rows(stack, "documents", documents)
    for shop, sku, available in rows(stack, "orders", "SELECT shop, sku, available FROM stock"):
        evidence.stock[shop, sku] = int(available)
    moved = "SELECT shop, sku, sum(change) FROM stock_movements GROUP BY shop, sku"
    for shop, sku, change in rows(stack, "orders", moved):
        evidence.movements[shop, sku] = int(change)
    known = rows(stack, "ingest", "SELECT order_id FROM orders")
    evidence.known_orders = {_id(order) for (order,) in known}
    columns = "mail_id, shop, order_id, template, recipient, state, message_id, attempts"
    for row in rows(stack, "notify", f"SELECT {columns} FROM mails"):  # noqa: S608 - our names
        mail_id, shop, order, *rest = row
        evidence.mails.append(MailRow(_id(mail_id), shop, _id(order), *rest))
    evidence.delivered = delivered(stack)
    evidence.filed = rows(stack, "ingest", FILED)
    evidence.queues = least_left(stack)
    evidence.unacked = least(lambda: _unacknowledged(stack), PASSING)
    evidence.dead = dead_letters(stack)
    return evidence


def stream(stack: LocalStack, name: str) -> list[Envelope]:
    """Return every event of a stream, the data of large ones included."""
    with connect(stack.amqp_url("client"), "gather") as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=500)
        found = []
        for method, _, body in channel.consume(
            name, arguments={"x-stream-offset": "first"}, inactivity_timeout=2
        ):
            if method is None:
                break
            channel.basic_ack(method.delivery_tag)
            event = decode(body)
            if name == DOCUMENT_STREAM:
                event = event.model_copy(update={"data": {}})  # the bytes of a PDF
            found.append(event)
        return found


def _orders(stack: LocalStack) -> dict[str, OrderRows]:
    found: dict[str, OrderRows] = defaultdict(OrderRows)
    sums = "SELECT order_id, paid, refunded FROM orders"
    for order, paid, refunded in rows(stack, "orders", sums):
        found[_id(order)].paid, found[_id(order)].refunded = int(paid), int(refunded)
    history = "SELECT order_id, state FROM order_history ORDER BY order_id, position"
    for order, state in rows(stack, "orders", history):
        found[_id(order)].states.append(state)
    for order, payment, amount in rows(
        stack, "orders", "SELECT order_id, payment_id, amount FROM payments"
    ):
        found[_id(order)].payments.append((_id(payment), int(amount)))
    for order, refund in rows(stack, "orders", "SELECT order_id, refund_id FROM refunds"):
        found[_id(order)].refunds.append(_id(refund))
    return dict(found)


def delivered(stack: LocalStack) -> Counter[str]:
    """Return the Message-IDs in the customer's mailbox."""
    found: Counter[str] = Counter()
    with customer_mailbox(stack) as client:
        numbers = client.search()
        fields = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
        for headers in client.fetch(numbers, [fields]).values() if numbers else ():
            raw = next(value for key, value in headers.items() if key.startswith(b"BODY["))
            found[raw.decode().partition(":")[2].strip()] += 1
    return found


def _unacknowledged(stack: LocalStack) -> dict[str, int]:
    with Management(stack.rabbit.admin_management_url) as management:
        return {
            queue["name"]: queue.get("messages_unacknowledged", 0)
            for queue in management.queues()
            if queue["name"] not in STREAMS
        }


def dead_letters(stack: LocalStack) -> Counter[str]:
    """Return the digests of the dead letters of all services, which stay where they are."""
    found: Counter[str] = Counter()
    with connect(stack.rabbit.admin_amqp_url, "gather") as connection:
        for service in stack.services:
            channel = connection.channel()
            while True:
                method, _, body = channel.basic_get(f"{service}.dead")
                if method is None:
                    break
                found[digest(body)] += 1
            channel.close()
    return found


def digest(body: bytes) -> str:
    """Return what identifies a malformed message."""
    return hashlib.sha256(body).hexdigest()[:16]


def _id(value: Any) -> str:
    """Return an id as messages write it; SQLite stores it without hyphens."""
    text = str(value or "")
    if len(text) == 32:
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return text
