"""The checker finds each broken promise: good evidence, spoiled in one way at a time; and each
negative control, as it shows in the evidence.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.envelope import Envelope
from tests.system.fire.checker import findings
from tests.system.fire.evidence import Evidence, MailRow, OrderRows, Sent, Written

TEMPLATES = ("order_conf", "bankwire", "payment")
STOCK = {"sku": "MUG", "change": 10, "available": 10}
SOLD = {"sku": "MUG", "change": -2, "available": 8}


def an_event(name: str, cause: str, subject: str, sequence: int, **data: Any) -> Envelope:
    return Envelope(
        id=f"{name} {subject} {sequence}",
        source="/aftercart/orders",
        type=f"aftercart.{name}.v1",
        subject=subject,
        sequence=f"{sequence:012d}",
        causationid=cause,
        shop="default",
        data=data,
    )


def a_command(id_: str, name: str, answer: Any = "confirmed") -> Sent:
    return Sent(id_, "/storefront", name, "default", "a", 0, answer)


def good() -> Evidence:
    """An order that was placed, paid and moved, with its mails and an answer of the customer."""
    payment = {"payment_id": "p", "amount": {"amount": 2870}}
    mails = [
        MailRow(name, "default", "a", name, "ada@customer.test", "sent", f"<{name}>", 1)
        for name in TEMPLATES
    ]
    return Evidence(
        sent=[
            a_command("1", "stock.set"),
            a_command("2", "order.place"),
            a_command("3", "payment.record"),
            a_command("4", "order.transition"),
            a_command("5", "order.transition", "unknown"),
        ],
        written=[Written("<w>"), Written("<x>", "<payment>"), Written("<y>", "<payment>")],
        poison=Counter(["bad"]),
        events=[
            an_event("stock.changed", "1", "MUG", 1, **STOCK),
            an_event("order.placed", "2", "a", 1, order_id="a", new_state={"key": "new"}),
            an_event("stock.changed", "2", "MUG", 2, **SOLD),
            an_event("payment.recorded", "3", "a", 2, order_id="a", payment=payment),
            an_event(
                "order.transitioned",
                "4",
                "a",
                3,
                order_id="a",
                new_state={"key": "payment_accepted"},
            ),
            an_event("invoice.issued", "4", "a", 4, order_id="a"),
            *[an_event("mail.sent", name, name, 1, mail_id=name) for name in TEMPLATES],
        ],
        orders={"a": OrderRows(["new", "payment_accepted"], [("p", 2870)], [], 2870, 0)},
        documents=[("default", "invoice", "IN000001")],
        rendered=[("default", "invoice", "IN000001")],
        stock={("default", "MUG"): 8},
        movements={("default", "MUG"): 8},
        known_orders={"a"},
        mails=mails,
        delivered=Counter(mail.message_id for mail in mails),
        filed=[("<w>", "t1"), ("<x>", "t2"), ("<y>", "t2")],
        queues={"orders": 0, "outbox of orders": 0},
        unacked={"orders": 0},
        dead=Counter(["bad"]),
    )


def events(change: Callable[[list[Envelope]], list[Envelope]]) -> Callable[[Evidence], None]:
    def spoil(evidence: Evidence) -> None:
        evidence.events = change(evidence.events)

    return spoil


def put(name: str, value: Any) -> Callable[[Evidence], None]:
    return lambda evidence: setattr(evidence, name, value)


def update(name: str, key: Any, value: Any) -> Callable[[Evidence], None]:
    return lambda evidence: getattr(evidence, name).update({key: value})


def again(event: Envelope) -> Envelope:
    """Return the event of a second decision: other id, next number."""
    return an_event(event.name, event.causationid or "", "a", 5, **event.data)


def delivered_twice(evidence: Evidence) -> None:
    evidence.mails = [replace(mail, claims=2) for mail in evidence.mails]
    evidence.delivered["<payment>"] += 1


SPOILED: dict[str, tuple[Callable[[Evidence], object], str, str]] = {
    "a confirmed command without effects": (
        lambda evidence: evidence.sent.append(a_command("6", "order.place")),
        "each command once",
        "was confirmed, and has no effect",
    ),
    "a command twice": (
        events(lambda e: [*e, again(e[4])]),
        "each command once",
        "has 2 order.transitioned",
    ),
    "a command without an answer twice": (
        events(lambda e: [*e, *[an_event("order.noted", "5", "a", n) for n in (5, 6)]]),
        "each command once",
        "(unknown) has 2",
    ),
    "refused and carried out": (
        events(lambda e: [*e, an_event("order.transition_refused", "4", "a", 5)]),
        "each command once",
        "was refused and carried out",
    ),
    "an effect without its event": (
        lambda evidence: evidence.orders["a"].states.append("shipped"),
        "effects and events",
        "its events say",
    ),
    "an event without its effect": (
        lambda evidence: evidence.orders["a"].payments.clear(),
        "effects and events",
        "the payments of order a",
    ),
    "an order without rows": (put("orders", {}), "effects and events", "and no rows"),
    "a service missed an event": (put("known_orders", set()), "effects and events", "ingest"),
    "out of order": (
        events(lambda e: [*e[:3], e[4], e[3], *e[5:]]),
        "order of events",
        "came as",
    ),
    "a lost event": (events(lambda e: [*e[:5], *e[6:], again(e[5])]), "order of events", "came as"),
    "a gap in the numbers": (
        put("documents", [("default", "invoice", "IN000002")]),
        "numbers",
        "the numbers of invoice",
    ),
    "rendered twice": (
        put("rendered", [("default", "invoice", "IN000001")] * 2),
        "documents",
        "stored 2",
    ),
    "paid twice": (
        lambda evidence: evidence.orders["a"].payments.append(("p", 2870)),
        "money",
        "a payment twice",
    ),
    "refunded more than paid": (
        lambda evidence: setattr(evidence.orders["a"], "refunded", 2871),
        "money",
        "2871 as refunded",
    ),
    "stock lost": (update("stock", ("default", "MUG"), 6), "stock", "is 6, moved 8"),
    "a lost update of stock": (
        events(lambda e: [*e[:2], an_event("stock.changed", "2", "MUG", 2, **STOCK), *e[3:]]),
        "stock",
        "went from 10 by 10 to 10",
    ),
    "a mail missing": (
        lambda evidence: evidence.mails.pop(),
        "mails",
        "not those that the events ask for",
    ),
    "a mail not sent": (
        lambda evidence: evidence.mails.append(replace(evidence.mails[0], state="failed")),
        "mails",
        "are not sent",
    ),
    "a mail twice in one claim": (
        lambda evidence: evidence.delivered.update(["<payment>"]),
        "mails",
        "accepted 2 times, 1 claims",
    ),
    "a mail twice without a reason": (delivered_twice, "mails", "0 faults that leave SMTP"),
    "a mail with another Message-ID": (
        lambda evidence: evidence.delivered.update(["<other>"]),
        "mails",
        "unknown Message-IDs",
    ),
    "a mail in two threads": (
        lambda evidence: evidence.filed.append(("<w>", "t3")),
        "threads",
        "is in 2 threads",
    ),
    "answers apart": (
        put("filed", [("<w>", "t1"), ("<x>", "t2"), ("<y>", "t3")]),
        "threads",
        "are in 2 threads",
    ),
    "a row left": (update("queues", "outbox of orders", 1), "nothing left", "outbox of orders"),
    "unacknowledged": (update("unacked", "orders", 1), "nothing left", "unacknowledged in"),
    "poison lost": (put("dead", Counter()), "dead letters", "not among the dead letters"),
    "a good message dead": (put("dead", Counter(["bad", "x"])), "dead letters", "not injected"),
}


def test_good_evidence_has_no_finding() -> None:
    assert findings(good()) == []


def test_copies_of_events_and_doubtful_mails_are_no_findings() -> None:
    evidence = good()
    evidence.events += evidence.events[:3]
    delivered_twice(evidence)
    evidence.doubtful = 1
    evidence.dead.update(["bad"])
    assert findings(evidence) == []


def test_answers_to_mails_of_another_shop_are_not_expected_together() -> None:
    evidence = good()
    other = MailRow("m", "second", "", "greeting", "ada@customer.test", "sent", "<m>", 1)
    evidence.mails.append(other)
    evidence.delivered["<m>"] = 1
    evidence.events.append(an_event("mail.sent", "m", "m", 1, mail_id="m"))
    evidence.written += [Written("<1>", "<m>"), Written("<2>", "<m>")]
    evidence.filed += [("<1>", "t8"), ("<2>", "t9")]
    assert findings(evidence) == []


@pytest.mark.parametrize(("spoil", "promise", "said"), SPOILED.values(), ids=SPOILED.keys())
def test_each_broken_promise_is_found(
    spoil: Callable[[Evidence], object], promise: str, said: str
) -> None:
    evidence = good()
    spoil(evidence)
    found = findings(evidence)
    assert any(each.promise == promise and said in each.sentence for each in found), found
