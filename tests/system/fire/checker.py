"""Judge the evidence: each promise of `docs/explanation/guarantees.md` is a function that yields
what contradicts it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.contracts.envelope import Envelope
from tests.system.fire.evidence import Evidence, OrderRows

MAILS = {
    ("order.placed", ""): ("order_conf", "bankwire"),
    ("order.transitioned", "payment_accepted"): ("payment",),
    ("order.transitioned", "processing"): ("preparation",),
    ("order.transitioned", "shipped"): ("shipped",),
    ("order.transitioned", "cancelled"): ("order_canceled",),
}
"""The mails to the customer that an event causes, by the new state: those of PrestaShop."""
MAILBOX_SHOP = "default"  # the shop whose mailbox the customers write to
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


def firsts(events: list[Envelope]) -> list[Envelope]:
    """Return the events without their later copies."""
    found: dict[tuple[str, str], Envelope] = {}
    for event in events:
        found.setdefault((event.source, event.id), event)
    return list(found.values())


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
    unknown = said.keys() - evidence.known_orders
    if unknown:
        yield f"ingest does not know {len(unknown)} orders: {sorted(unknown)[:SHOWN]}"


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
    for shop, kind, number in evidence.documents:
        digits = re.search(r"\d+$", number)
        if digits:
            series[shop, kind].append(int(digits[0]))
    for (shop, kind), numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {kind} in {shop} are {_around(sorted(numbers))}"


def documents_rendered(evidence: Evidence) -> Iterator[str]:
    """Each document that was issued is rendered and stored once, and no other."""
    issued, rendered = Counter(evidence.documents), Counter(evidence.rendered)
    for document in issued.keys() | rendered.keys():
        if issued[document] != rendered[document]:
            yield f"{document} was issued {issued[document]} times, stored {rendered[document]}"


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
    for key, available in evidence.stock.items():
        moved = evidence.movements.get(key, 0)
        if not available == moved == last.get(key, 0):
            yield f"the stock of {key} is {available}, moved {moved}, last event {last.get(key)}"


def mails_once(evidence: Evidence) -> Iterator[str]:
    """Each mail is accepted once for its purpose. More copies have its Message-ID, one for each
    claim at most, and are no more than the faults that can explain them.
    """
    yield from _missing_mails(evidence)
    sent = [mail for mail in evidence.mails if mail.state == "sent"]
    unsent = [mail for mail in evidence.mails if mail.state != "sent"]
    if unsent:
        yield f"{len(unsent)} mails are not sent: {unsent[:SHOWN]}"
    announced = Counter(
        str(event.data["mail_id"]) for event in firsts(evidence.events) if event.name == "mail.sent"
    )
    if announced != Counter(mail.mail_id for mail in sent):
        yield "the events mail.sent differ from the mails that were sent"
    extra = 0
    for mail in sent:
        copies = evidence.delivered[mail.message_id]
        extra += max(0, copies - 1)
        if not 1 <= copies <= mail.claims:
            claims = f"{mail.claims} claims"
            yield f"{mail.template} {mail.message_id} was accepted {copies} times, {claims}"
    if extra > evidence.doubtful:
        yield f"{extra} copies of mails, but {evidence.doubtful} faults that leave SMTP in doubt"
    unknown = evidence.delivered.keys() - {mail.message_id for mail in evidence.mails}
    if unknown:
        yield f"mails with unknown Message-IDs were accepted: {sorted(unknown)[:SHOWN]}"


def _missing_mails(evidence: Evidence) -> Iterator[str]:
    wanted: Counter[tuple[str, str]] = Counter()
    for event in firsts(evidence.events):
        state = ""
        if event.name == "order.transitioned":
            state = str(event.data["new_state"]["key"])
        for template in MAILS.get((event.name, state), ()):
            wanted[str(event.data["order_id"]), template] += 1
    templates = {template for names in MAILS.values() for template in names}
    found = Counter(
        (mail.cause, mail.template) for mail in evidence.mails if mail.template in templates
    )
    if found != wanted:
        wrong = [key for key in found.keys() | wanted.keys() if found[key] != wanted[key]]
        yield f"{len(wrong)} mails are not those that the events ask for: {sorted(wrong)[:SHOWN]}"


def mails_filed_once(evidence: Evidence) -> Iterator[str]:
    """Each mail of a customer is in one thread, with the other answers to the same mail."""
    filed = Counter(message_id for message_id, _ in evidence.filed)
    for written in evidence.written:
        if filed[written.message_id] != 1:
            yield f"the mail {written.message_id} is in {filed[written.message_id]} threads"
    more = filed.keys() - {written.message_id for written in evidence.written}
    if more:
        yield f"mails that nobody wrote are in threads: {sorted(more)[:SHOWN]}"
    threads = dict(evidence.filed)
    expected: dict[str, set[str]] = defaultdict(set)
    others = {mail.message_id for mail in evidence.mails if mail.shop != MAILBOX_SHOP}
    for written in evidence.written:
        if written.answers in others:  # their own mailbox is not read
            continue
        expected[written.answers or written.message_id].add(threads.get(written.message_id, ""))
    for first, together in expected.items():
        if len(together) > 1:
            yield f"the answers to {first} are in {len(together)} threads"


def nothing_left(evidence: Evidence) -> Iterator[str]:
    """Nothing is unacknowledged, in a queue, or in an outbox."""
    for place, counts in (
        ("waiting in", evidence.queues),
        ("unacknowledged in", evidence.unacked),
    ):
        for name, count in counts.items():
            if count:
                yield f"{count} messages are left: {place} {name}"


def poison_is_dead(evidence: Evidence) -> Iterator[str]:
    """The dead letters are the malformed messages that were injected, and no others. A copy may be
    there where a process was killed before it acknowledged the original.
    """
    missing = evidence.poison.keys() - evidence.dead.keys()
    if missing:
        yield f"{len(missing)} malformed messages are not among the dead letters"
    more = evidence.dead.keys() - evidence.poison.keys()
    if more:
        yield f"{len(more)} dead letters were not injected: {sorted(more)[:SHOWN]}"


PROMISES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "each command once": decided_once,
    "effects and events": effects_have_events,
    "order of events": events_in_order,
    "numbers": numbers_without_gap,
    "documents": documents_rendered,
    "money": money_adds_up,
    "stock": stock_adds_up,
    "mails": mails_once,
    "threads": mails_filed_once,
    "nothing left": nothing_left,
    "dead letters": poison_is_dead,
}


def _around(numbers: list[int]) -> str:
    """Return the numbers around the first wrong one."""
    for place, number in enumerate(numbers, start=1):
        if number != place:
            return f"… {numbers[max(0, place - 3) : place + 3]} … at place {place}"
    return str(numbers[-SHOWN:])
