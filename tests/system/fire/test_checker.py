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
from tests.system.fire.evidence import Evidence, MailRow, Written
from tests.system.fire.good_evidence import BAD, NEW, ORDER, STOCK, a_command, an_event, good


def events(change: Callable[[list[Envelope]], list[Envelope]]) -> Callable[[Evidence], None]:
    def spoil(evidence: Evidence) -> None:
        evidence.events = change(evidence.events)

    return spoil


def put(name: str, value: Any) -> Callable[[Evidence], None]:
    return lambda evidence: setattr(evidence, name, value)


def update(name: str, key: Any, value: Any) -> Callable[[Evidence], None]:
    return lambda evidence: getattr(evidence, name).update({key: value})


def row(table: str, **changes: Any) -> Callable[[Evidence], None]:
    """Change the first row of a table."""
    return lambda evidence: evidence.tables[table][0].update(changes)


def put_rows(table: str, *rows: dict[str, Any]) -> Callable[[Evidence], None]:
    return lambda evidence: evidence.tables.update({table: list(rows)})


def lost(table: str) -> Callable[[Evidence], object]:
    """Lose the first row of a table."""
    return lambda evidence: evidence.tables[table].pop(0)


def doubled(table: str) -> Callable[[Evidence], object]:
    """Store the first row of a table twice."""
    return lambda evidence: evidence.tables[table].append(evidence.tables[table][0])


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
    "a service without the order": (
        lost("ingest.orders"),
        "effects and events",
        "ingest.orders lacks 1",
    ),
    "a service with an old state": (
        row("ingest.orders", state="New"),
        "effects and events",
        "ingest.orders has 1 rows without event",
    ),
    "a table that nothing compares": (
        put_rows("orders.inventions", {"shop": "default"}),
        "tables",
        "nothing compares the 1 rows of orders.inventions",
    ),
    "a side effect that is not finished": (
        put_rows("notify.side_effects", {"subject": "a"}),
        "tables",
        "rows of notify.side_effects",
    ),
    "an event that a service did not handle": (
        lambda evidence: evidence.tables["notify.inbox"].clear(),
        "messages",
        "notify has not handled",
    ),
    "an event that is not in the stream": (
        lambda evidence: evidence.tables["orders.journal"].append(
            {"route": "event", "message_id": "lost"}
        ),
        "journal",
        "the stream lacks 1 events of orders",
    ),
    "an event that nobody wrote": (
        lost("notify.journal"),
        "journal",
        "the stream adds 1 events of notify",
    ),
    "a number that no event has": (
        row("orders.sequence", last=9),
        "journal",
        "sequences of orders do not end",
    ),
    "out of order": (
        events(lambda e: [*e[:3], e[4], e[3], *e[5:]]),
        "order of events",
        "came as",
    ),
    "a lost event": (events(lambda e: [*e[:5], *e[6:], again(e[5])]), "order of events", "came as"),
    "a gap in the numbers": (
        row("orders.documents", number="IN000002"),
        "numbers",
        "the numbers of invoice",
    ),
    "a counter that ran ahead": (row("orders.counters", last=2), "numbers", "is 2, not 1"),
    "rendered twice": (
        doubled("documents.documents"),
        "effects and events",
        "documents.documents has 1 rows without event",
    ),
    "never rendered": (
        lost("documents.documents"),
        "effects and events",
        "documents.documents lacks 1",
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
    "stock lost": (row("orders.stock", available=6), "stock", "is 6, moved 8"),
    "moved twice": (
        doubled("orders.stock_movements"),
        "effects and events",
        "orders.stock_movements has 1 rows without event",
    ),
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
    "a mail that is not filed": (
        put("filed", [("<x>", ORDER), ("<y>", ORDER)]),
        "threads",
        "is in 0 threads",
    ),
    "an answer elsewhere": (
        put("filed", [("<w>", NEW), ("<x>", ORDER), ("<y>", "thread/y")]),
        "threads",
        "to a mail in order/a is in thread/y",
    ),
    "two new mails together": (
        lambda evidence: (
            evidence.written.append(Written("<v>")) or evidence.filed.append(("<v>", NEW))
        ),
        "threads",
        "2 mails that answer none",
    ),
    "a message twice": (
        doubled("ingest.thread_messages"),
        "effects and events",
        "ingest.thread_messages has 1 rows without event",
    ),
    "a row left": (update("queues", "outbox of orders", 1), "nothing left", "outbox of orders"),
    "more than a poll": (update("queues", "ingest", 2), "nothing left", "waiting in ingest"),
    "unacknowledged": (update("unacked", "orders", 1), "nothing left", "unacknowledged in"),
    "poison lost": (put("dead", Counter()), "dead letters", "not among the dead letters"),
    "poison dead twice": (put("dead", Counter([BAD] * 2)), "dead letters", "1 dead letters more"),
    "a good message dead": (
        put("dead", Counter([BAD, ("orders", "x")])),
        "dead letters",
        "not injected",
    ),
}


def test_good_evidence_has_no_finding() -> None:
    assert findings(good()) == []


def test_copies_of_events_and_doubtful_mails_are_no_findings() -> None:
    evidence = good()
    evidence.events += evidence.events[:3]
    delivered_twice(evidence)
    evidence.doubtful = 1
    evidence.dead.update([BAD])
    evidence.disruptions = 1
    assert findings(evidence) == []


def test_a_mail_without_an_answer_of_the_server_may_be_missing() -> None:
    evidence = good()
    evidence.written.append(Written("<v>", accepted=False))
    assert findings(evidence) == []


def test_answers_are_expected_in_the_conversation_of_the_shop_that_wrote() -> None:
    evidence = good()
    other = MailRow("m", "second", "", "greeting", "ada@customer.test", "sent", "<m>", 1, "order/b")
    evidence.mails.append(other)
    evidence.written.append(Written("<1>", "<m>"))
    evidence.filed.append(("<1>", ORDER))
    found = [each.sentence for each in findings(evidence) if each.promise == "threads"]
    assert found == ["the answer <1> to a mail in order/b is in order/a"]


@pytest.mark.parametrize(("spoil", "promise", "said"), SPOILED.values(), ids=SPOILED.keys())
def test_each_broken_promise_is_found(
    spoil: Callable[[Evidence], object], promise: str, said: str
) -> None:
    evidence = good()
    spoil(evidence)
    found = findings(evidence)
    assert any(each.promise == promise and said in each.sentence for each in found), found
