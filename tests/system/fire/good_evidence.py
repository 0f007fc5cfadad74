"""Good evidence: an order that was placed, paid and moved, with its mails and answers of the
customer.
"""

from collections import Counter, defaultdict
from typing import Any

from shared.contracts.envelope import Envelope
from tests.system.fire.evidence import Evidence, MailRow, OrderRows, Sent, Tables, Written

Row = dict[str, Any]
TEMPLATES = ("order_conf", "bankwire", "payment")
STOCK: Row = {"sku": "MUG", "change": 10, "available": 10}
SOLD: Row = {"sku": "MUG", "change": -2, "available": 8, "order_id": "a"}
PAYMENT: Row = {"payment_id": "p", "amount": {"amount": 2870}}
NUMBERED: Row = {"document_id": "d", "kind": "invoice", "number": "IN000001"}
INVOICE: Row = NUMBERED | {"order_reference": "R"}
ORDER, NEW = "order/a", "thread/w"  # conversations
BAD = ("orders", "bad")  # a dead letter; two services take such messages
SERVICES = ("orders", "documents", "ingest", "notify")


def an_event(
    name: str, cause: str, subject: str, sequence: int, service: str = "orders", **data: Any
) -> Envelope:
    return Envelope(
        id=f"{name} {subject} {sequence}",
        source=f"/aftercart/{service}",
        type=f"aftercart.{name}.v1",
        subject=subject,
        sequence=f"{sequence:012d}",
        causationid=cause,
        shop="default",
        data=data,
    )


def mail_sent(name: str) -> Envelope:
    mail = {"mail_message_id": f"<{name}>", "conversation": ORDER}
    return an_event("mail.sent", name, name, 1, "notify", mail_id=name, mail=mail)


def filed(message_id: str, thread: str, sequence: int) -> Envelope:
    message = {
        "message_id": message_id,
        "direction": "customer",
        "mail_message_id": f"<{message_id}>",
    }
    cause, name = f"file {message_id}", "thread.message_added"
    return an_event(name, cause, thread, sequence, "ingest", thread_id=thread, message=message)


def opened(thread: str, conversation: str) -> Envelope:
    view = {"conversation": conversation}
    return an_event("thread.opened", thread, thread, 1, "ingest", thread_id=thread, thread=view)


def a_command(id_: str, name: str, answer: Any = "confirmed") -> Sent:
    return Sent(id_, "/storefront", name, "default", "a", 0, answer)


def good_events() -> list[Envelope]:
    accepted = {"key": "payment_accepted", "label": "Paid"}
    return [
        an_event("stock.changed", "1", "MUG", 1, **STOCK),
        an_event(
            "order.placed",
            "2",
            "a",
            1,
            order_id="a",
            new_state={"key": "new", "label": "New"},
            order={"reference": "R", "customer": {"customer_id": "c"}},
            lines=[{"sku": "MUG", "quantity": 2}],
        ),
        an_event("stock.changed", "2", "MUG", 2, **SOLD),
        an_event("payment.recorded", "3", "a", 2, order_id="a", payment=PAYMENT),
        an_event("order.transitioned", "4", "a", 3, order_id="a", new_state=accepted),
        an_event("invoice.issued", "4", "a", 4, order_id="a", document=INVOICE),
        an_event("document.rendered", "i", "d", 1, "documents", document_id="d", document=INVOICE),
        *map(mail_sent, TEMPLATES),
        opened("w", NEW),
        filed("w", "w", 2),
        opened("a", ORDER),
        filed("x", "a", 2),
        filed("y", "a", 3),
    ]


def a_mail(name: str) -> MailRow:
    return MailRow(name, "default", "a", name, "ada@customer.test", "sent", f"<{name}>", 1, ORDER)


def good() -> Evidence:
    mails = list(map(a_mail, TEMPLATES))
    events = good_events()
    sent = [
        a_command("1", "stock.set"),
        a_command("2", "order.place"),
        a_command("3", "payment.record"),
        a_command("4", "order.transition"),
        a_command("5", "order.transition", "unknown"),
    ]
    return Evidence(
        sent=sent,
        written=[Written("<w>"), Written("<x>", "<payment>"), Written("<y>", "<payment>")],
        poison=Counter(["bad"]),
        events=events,
        tables=good_tables() | message_tables(events, sent),
        orders={"a": OrderRows(["new", "payment_accepted"], [("p", 2870)], [], 2870, 0)},
        mails=mails,
        delivered=Counter(mail.message_id for mail in mails),
        filed=[("<w>", NEW), ("<x>", ORDER), ("<y>", ORDER)],
        queues={"orders": 0, "ingest": 1, "outbox of orders": 0},
        unacked={"orders": 0, "ingest": 1},
        dead=Counter([BAD, ("documents", "bad")]),
    )


def good_tables() -> Tables:
    order = {"order_id": "a", "state": "payment_accepted", "paid": 2870, "refunded": 0}
    reference = {"shop": "default", "reference": "R", "order_id": "a"}
    document = {"shop": "default", **NUMBERED}
    customer = {"shop": "default", "customer_id": "c"}
    item = {"shop": "default", "sku": "MUG"}
    return {
        "orders.orders": [order],
        "orders.order_history": [
            {"order_id": "a", "state": "new"},
            {"order_id": "a", "state": "payment_accepted"},
        ],
        "orders.order_lines": [{"order_id": "a", "position": 0, "sku": "MUG", "quantity": 2}],
        "orders.documents": [document],
        "orders.counters": [{"shop": "default", "kind": "invoice", "last": 1}],
        "orders.stock": [item | {"available": 8}],
        "orders.stock_movements": [
            item | {"change": 10, "order_id": None},
            item | {"change": -2, "order_id": "a"},
        ],
        "orders.customers": [customer],
        "orders.first_orders": [customer],
        "documents.documents": [document],
        "documents.order_references": [reference],
        "ingest.orders": [order | {"state": "Paid"}],
        "ingest.order_changes": [
            {"order_id": "a", "state": "New"},
            {"order_id": "a", "state": "Paid"},
        ],
        "ingest.customers": [customer],
        "ingest.mailboxes": [{"name": "default"}],
        "ingest.documents": [document],
        "ingest.threads": [a_thread("w", NEW, 1), a_thread("a", ORDER, 2)],
        "ingest.thread_messages": [a_message("w", "w"), a_message("x", "a"), a_message("y", "a")],
        "ingest.inbound_mails": [arrived("w", "w"), arrived("x", "a"), arrived("y", "a")],
        "ingest.known_mails": [
            known("<w>", NEW),
            known("<x>", ORDER),
            known("<y>", ORDER),
            *map(known_in_order, TEMPLATES),
        ],
        "notify.papers": [{"document_id": "d"}],
        "notify.paper_contents": [{"document_id": "d"}],
        "notify.order_references": [reference],
        "notify.mails": list(map(mail_row, TEMPLATES)),
        "notify.attempts": list(map(an_attempt, TEMPLATES)),
    }


def a_message(name: str, thread: str) -> Row:
    return {"message_id": name, "thread_id": thread, "direction": "customer"}


def arrived(name: str, thread: str) -> Row:
    return {"message_id": f"<{name}>", "thread_id": thread, "state": "filed"}


def mail_row(name: str) -> Row:
    return {"mail_id": name, "message_id": f"<{name}>", "conversation": ORDER, "state": "sent"}


def an_attempt(name: str) -> Row:
    return {"mail_id": name, "result": "sent"}


def known_in_order(name: str) -> Row:
    return known(f"<{name}>", ORDER)


def a_thread(thread: str, conversation: str, messages: int) -> Row:
    return {
        "thread_id": thread,
        "shop": "default",
        "conversation": conversation,
        "customer_messages": messages,
        "employee_messages": 0,
    }


def known(message_id: str, conversation: str) -> Row:
    return {"shop": "default", "mail_message_id": message_id, "conversation": conversation}


def message_tables(events: list[Envelope], sent: list[Sent]) -> Tables:
    """Return inbox, journal and sequence of all services."""
    found: Tables = defaultdict(list)
    last: dict[tuple[str, str], int] = {}
    messages = [(event.source, event.id) for event in events]
    messages += [(f"storefront:{command.source}", command.id) for command in sent]
    for source, id_ in messages:
        for service in SERVICES:
            found[f"{service}.inbox"].append({"source": source, "id": id_})
    for event in events:
        service = event.source.rpartition("/")[2]
        found[f"{service}.journal"].append({"route": "event", "message_id": event.id})
        last[service, f"default/{event.subject}"] = int(event.sequence or 0)
    for (service, subject), number in last.items():
        found[f"{service}.sequence"].append({"subject": subject, "last": number})
    return found
