"""What the events say about rows: each function yields the values of some columns of a table."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from shared.contracts.envelope import Envelope

ISSUED = ("invoice.issued", "delivery_slip.issued", "credit_slip.issued")
MOVED = ("order.placed", "order.transitioned")
Row = tuple[Any, ...]
Rows = Iterator[Row]


def named(events: list[Envelope], *names: str) -> Iterator[Envelope]:
    """Yield the events with one of these names."""
    for event in events:
        if event.name in names:
            yield event


def documents(events: list[Envelope]) -> Rows:
    for event in named(events, *ISSUED):
        document = event.data["document"]
        yield document["document_id"], event.shop, document["kind"], document["number"]


def rendered(events: list[Envelope]) -> Rows:
    for event in named(events, "document.rendered"):
        document = event.data["document"]
        yield document["document_id"], event.shop, document["kind"], document["number"]


def rendered_ids(events: list[Envelope]) -> Rows:
    for event in named(events, "document.rendered"):
        yield (event.data["document_id"],)


def documented_orders(events: list[Envelope]) -> Rows:
    for event in named(events, *ISSUED):
        yield event.shop, event.data["document"]["order_reference"], event.data["order_id"]


def lines(events: list[Envelope]) -> Rows:
    for event in named(events, "order.placed"):
        for position, line in enumerate(event.data["lines"]):
            yield event.data["order_id"], position, line["sku"], line["quantity"]


def history(events: list[Envelope]) -> Rows:
    for event in named(events, *MOVED):
        yield event.data["order_id"], event.data["new_state"]["key"]


def shown_history(events: list[Envelope]) -> Rows:
    for event in named(events, *MOVED):
        yield event.data["order_id"], event.data["new_state"]["label"]


def refunds(events: list[Envelope]) -> Rows:
    for event in named(events, "refund.created"):
        yield event.data["order_id"], event.data["refund"]["refund_id"]


def movements(events: list[Envelope]) -> Rows:
    for event in named(events, "stock.changed"):
        yield event.shop, event.data["sku"], event.data["change"], event.data.get("order_id")


def references(events: list[Envelope]) -> Rows:
    for event in named(events, "order.placed"):
        yield event.shop, event.data["order"]["reference"], event.data["order_id"]


def buyers(events: list[Envelope]) -> Rows:
    for event in named(events, "order.placed"):
        yield event.shop, event.data["order"]["customer"]["customer_id"]


def products(events: list[Envelope]) -> Rows:
    for event in named(events, "product.changed"):
        yield event.shop, event.data["sku"]


def shops(events: list[Envelope]) -> Rows:
    for event in named(events, "shop.changed"):
        yield (event.shop,)


def last_states(events: list[Envelope], shown: str) -> Rows:
    """Yield each order, its last state, and the sums of its payments and refunds. That a refund is
    paid out, which ingest adds up, is not part of the load.
    """
    states: dict[str, str] = {}
    paid: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    for event in events:
        order = str(event.data.get("order_id"))
        if event.name in MOVED:
            states[order] = event.data["new_state"][shown]
        elif event.name == "payment.recorded":
            paid[order] += event.data["payment"]["amount"]["amount"]
        elif event.name == "refund.created":
            refunded[order] += event.data["refund"]["gross"]["amount"]
    for order, state in states.items():
        yield order, state, paid[order], refunded[order] if shown == "key" else 0


def messages(direction: str, events: list[Envelope]) -> Rows:
    for event in named(events, "thread.message_added"):
        if event.data["message"]["direction"] == direction:
            yield event.data["message"]["message_id"], event.data["thread_id"]


def filed(events: list[Envelope]) -> Rows:
    for event in named(events, "thread.message_added"):
        if event.data["message"]["direction"] == "customer":
            yield event.data["message"]["mail_message_id"], event.data["thread_id"]


def order_messages(events: list[Envelope]) -> Rows:
    for event in named(events, "thread.message_added"):
        if event.data.get("order_id"):
            yield event.data["message"]["message_id"], event.data["order_id"]


def counted_messages(events: list[Envelope]) -> Rows:
    """Yield each thread with the numbers of messages of the customer and of employees."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for event in named(events, "thread.message_added"):
        counts[event.data["thread_id"]][event.data["message"]["direction"]] += 1
    for thread, found in counts.items():
        yield thread, found["customer"], found["employee"]


def opened(events: list[Envelope]) -> Rows:
    for event in named(events, "thread.opened"):
        yield event.data["thread_id"], event.shop, event.data["thread"]["conversation"]


def sent_mails(events: list[Envelope]) -> Rows:
    for event in named(events, "mail.sent"):
        mail = event.data["mail"]
        yield event.data["mail_id"], mail["mail_message_id"], mail["conversation"]


def accepted(events: list[Envelope]) -> Rows:
    for event in named(events, "mail.sent"):
        yield (event.data["mail_id"],)


def known_mails(events: list[Envelope]) -> Rows:
    """Yield the mails by which an answer is recognised: those of the shop and of the customer."""
    conversations: dict[str, str] = {}
    for thread, _, conversation in opened(events):
        conversations[thread] = conversation
    for event in named(events, "mail.sent"):
        mail = event.data["mail"]
        yield event.shop, mail["mail_message_id"], mail["conversation"]
    for event in named(events, "thread.message_added"):
        message_id = event.data["message"]["mail_message_id"]
        if message_id:
            yield event.shop, message_id, conversations[event.data["thread_id"]]
