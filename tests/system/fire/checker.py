"""Judge the evidence: each promise of `docs/explanation/guarantees.md` is a function that yields
what contradicts it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.system.fire.evidence import Evidence, OrderRows, firsts
from tests.system.fire.mail_checks import mails_filed_once, mails_once
from tests.system.fire.message_checks import journal_is_stream, messages_handled
from tests.system.fire.table_checks import every_table_is_compared, tables_are_as_events_say

SHOWN = 5  # examples in a finding


@dataclass(frozen=True)
class Finding:
    """A broken promise, and one sentence that shows how."""

    promise: str
    sentence: str


def findings(evidence: Evidence) -> list[Finding]:
    """Return everything that contradicts a promise."""
    found = []
    for promise, contradictions in PROMISES.items():
        for sentence in contradictions(evidence):
            found.append(Finding(promise, sentence))
    return found


def decided_once(evidence: Evidence) -> Iterator[str]:
    """A confirmed command has its effects once, one without an answer at most once."""
    caused: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for event in firsts(evidence.events):
        if event.causationid:
            caused[event.causationid][event.name, event.subject or ""] += 1
    for sent in evidence.sent:
        effects = caused[sent.id]
        if not effects and sent.answer == "confirmed":
            yield f"{sent.name} {sent.id} was confirmed, and has no effect"
        for (name, subject), count in effects.items():
            if count > 1:
                yield f"{sent.name} {sent.id} ({sent.answer}) has {count} {name} of {subject}"
        refused = [name for name, _ in effects if name.endswith("_refused")]
        if refused and len(effects) > 1:
            yield f"{sent.name} {sent.id} was refused and carried out: {sorted(effects)}"


def effects_have_events(evidence: Evidence) -> Iterator[str]:
    """The rows of each order are what its events say, in every service."""
    said = _said_of_orders(evidence)
    for order in sorted(said.keys() | evidence.orders.keys()):
        rows = evidence.orders.get(order)
        if rows is None:
            yield f"order {order} has the events {said[order].states}, and no rows"
            continue
        for what, stored, told in (
            ("states", rows.states, said[order].states),
            ("payments", sorted(rows.payments), sorted(said[order].payments)),
            ("refunds", sorted(rows.refunds), sorted(said[order].refunds)),
        ):
            if stored != told:
                yield f"the {what} of order {order} are {stored}, its events say {told}"
    yield from tables_are_as_events_say(evidence, firsts(evidence.events))


def _said_of_orders(evidence: Evidence) -> dict[str, OrderRows]:
    """Return the orders as their events describe them."""
    said: dict[str, OrderRows] = defaultdict(OrderRows)
    for event in firsts(evidence.events):
        data = event.data
        if event.name in ("order.placed", "order.transitioned"):
            said[str(data["order_id"])].states.append(str(data["new_state"]["key"]))
        elif event.name == "payment.recorded":
            payment = data["payment"]
            paid = (str(payment["payment_id"]), payment["amount"]["amount"])
            said[str(data["order_id"])].payments.append(paid)
        elif event.name == "refund.created":
            said[str(data["order_id"])].refunds.append(str(data["refund"]["refund_id"]))
    return said


def events_in_order(evidence: Evidence) -> Iterator[str]:
    """The events of an aggregate come in the order of their numbers, without a gap."""
    lanes: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for event in firsts(evidence.events):
        if event.sequence and event.name != "document.content":
            lanes[event.source, event.shop, event.subject or ""].append(int(event.sequence))
    for event in firsts(evidence.events):
        if event.name == "document.content" and event.sequence:  # on a stream of its own
            lane = lanes[event.source, event.shop, event.subject or ""]
            lane.append(int(event.sequence))
            lane.sort()
    for (source, shop, subject), numbers in lanes.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"events of {subject} in {shop} from {source} came as {_around(numbers)}"


def numbers_without_gap(evidence: Evidence) -> Iterator[str]:
    """The numbers of each series are 1, 2, 3, …"""
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in evidence.tables["orders.documents"]:
        digits = re.search(r"\d+$", row["number"])
        if digits:
            series[row["shop"], row["kind"]].append(int(digits[0]))
    for row in evidence.tables["orders.counters"]:
        counted = len(series[row["shop"], row["kind"]])
        if row["last"] != counted:
            yield f"the counter of {row['kind']} in {row['shop']} is {row['last']}, not {counted}"
    for (shop, kind), numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {kind} in {shop} are {_around(sorted(numbers))}"


def money_adds_up(evidence: Evidence) -> Iterator[str]:
    """No payment counts twice, and no more is paid back than was paid."""
    for order, rows in evidence.orders.items():
        ids = [payment for payment, _ in rows.payments]
        if len(ids) != len(set(ids)):
            yield f"order {order} has a payment twice: {rows.payments}"
        paid = sum(amount for _, amount in rows.payments)
        if paid != rows.paid or rows.refunded > paid:
            sums = f"{rows.paid} counts as paid, {rows.refunded} as refunded"
            yield f"order {order} was paid {paid}; {sums}"


def stock_adds_up(evidence: Evidence) -> Iterator[str]:
    """The stock is the sum of its movements, and the events say the same, step by step."""
    last: dict[tuple[str, str], int] = {}
    for event in firsts(evidence.events):
        if event.name != "stock.changed":
            continue
        key = (event.shop, str(event.data["sku"]))
        before, now = last.get(key, 0), event.data["available"]
        if before + event.data["change"] != now:
            yield f"the stock of {key} went from {before} by {event.data['change']} to {now}"
        last[key] = now
    moved: Counter[tuple[str, str]] = Counter()
    for row in evidence.tables["orders.stock_movements"]:
        moved[row["shop"], row["sku"]] += row["change"]
    for row in evidence.tables["orders.stock"]:
        key, available = (row["shop"], row["sku"]), row["available"]
        if not available == moved[key] == last.get(key, 0):
            said = f"moved {moved[key]}, last event {last.get(key)}"
            yield f"the stock of {key} is {available}, {said}"


def nothing_left(evidence: Evidence) -> Iterator[str]:
    """Nothing is unacknowledged, in a queue, or in an outbox, but a poll of each mailbox, which
    comes again at once: that all events, commands and mails were handled is judged apart.
    """
    polls = len(evidence.tables.get("ingest.mailboxes", ()))
    for place, counts in (
        ("waiting in", evidence.queues),
        ("unacknowledged in", evidence.unacked),
    ):
        for name, count in counts.items():
            if count > (polls if name == "ingest" else 0):
                yield f"{count} messages are left: {place} {name}"


def poison_is_dead(evidence: Evidence) -> Iterator[str]:
    """The dead letters of each service are the malformed messages that were injected, each as
    often, and no others. There may be one copy more for each fault that may have taken an
    acknowledgement.
    """
    if "dead" in evidence.lost:
        return
    found = {digest for _, digest in evidence.dead}
    missing = evidence.poison.keys() - found
    if missing:
        yield f"{len(missing)} malformed messages are not among the dead letters"
    more = found - evidence.poison.keys()
    if more:
        yield f"{len(more)} dead letters were not injected: {sorted(more)[:SHOWN]}"
    copies = 0
    for (_, digest), count in evidence.dead.items():
        if digest in evidence.poison:
            copies += max(0, count - evidence.poison[digest])
    if copies > evidence.disruptions:
        faults = f"{evidence.disruptions} faults that can explain them"
        yield f"{copies} dead letters more than were injected, and {faults}"


PROMISES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "each command once": decided_once,
    "effects and events": effects_have_events,
    "tables": every_table_is_compared,
    "order of events": events_in_order,
    "numbers": numbers_without_gap,
    "money": money_adds_up,
    "stock": stock_adds_up,
    "mails": mails_once,
    "threads": mails_filed_once,
    "nothing left": nothing_left,
    "messages": messages_handled,
    "journal": journal_is_stream,
    "dead letters": poison_is_dead,
}


def _around(numbers: list[int]) -> str:
    """Return the numbers around the first wrong one."""
    for place, number in enumerate(numbers, start=1):
        if number != place:
            return f"… {numbers[max(0, place - 3) : place + 3]} … at place {place}"
    return str(numbers[-SHOWN:])
