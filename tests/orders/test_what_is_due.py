"""Amounts due in either direction after an order was cancelled, refunded or returned.

For every state, whether or not the order is paid, invoiced, shipped or refunded in part: invoices
less credit slips equal the amount sold, and so do payments less refunds plus the amount due.
"""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from services.orders.domain import returning
from services.orders.domain.documents import issue, with_document
from services.orders.domain.lifecycle import transition
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from shared.contracts.message import Event
from shared.contracts.orders import (
    CompleteReturn,
    ConfirmReturn,
    ReceiveReturn,
    RequestReturn,
    TransitionOrder,
)
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.editing import invoiced, issued
from tests.orders.refunds import LATER, try_to_refund
from tests.orders.words import (
    DEFAULT_STATES,
    NOON,
    SHOP,
    TEA,
    Numbers,
    a_placed_order,
    a_product,
    pay,
)

TOTAL = 2 * 1190 + 3 * 333 + 490
CANCELLING = replace(DEFAULT_STATES["cancelled"], key="given_up", mail_template=None)
GRAPH = {**DEFAULT_STATES, "given_up": CANCELLING}
BEFORE: list[dict[str, Any]] = [
    {"kind": "partial", "lines": [{"line": 1, "amount": euro(300)}]},
    {"kind": "standard", "lines": [{"line": 1, "quantity": 1}]},
    {"kind": "standard", "lines": [{"line": 2, "quantity": 3}], "refund_shipping": True},
    {
        "kind": "partial",
        "lines": [{"line": 2, "quantity": 1, "amount": euro(100)}],
        "shipping_amount": euro(90),
    },
]
PAID = [0, 1000, TOTAL, TOTAL + 50]
SPREAD = 4
"""Each state meets every fourth situation, the next state others: any two of what decides meet many
times.
"""
AFTER = ["cancelled", "given_up", "refund", "return", "rest"]


class Story:
    """An order with all its published events."""

    def __init__(self, state: str, paid: int, *, ships: bool) -> None:
        self.numbers, self.documents, self.events = (
            Numbers(),
            list[DocumentSnapshot](),
            list[Event](),
        )
        shop = replace(SHOP, returns=True)
        self.order = a_placed_order(
            a_product(),
            a_product(TEA, 333, "7"),
            shop=shop,
            total__amount=TOTAL,
            lines=[{"sku": "MUG-BLUE", "quantity": 2}, {"sku": TEA, "quantity": 3}],
            state=state,
        )
        if ships:
            self.order = replace(self.order, reached=self.order.reached | {"shipped"})
        if paid:
            self.order = pay(self.order, paid)

    def invoice(self) -> None:
        document = issue(self.order, "invoice", self.numbers("invoice"), NOON)
        self.order = with_document(self.order, document)
        self.tell([document.event])

    def become(self, decision: Any) -> bool:
        if isinstance(decision, Reason):
            return False
        self.order = decision.order
        self.tell(decision.events)
        return True

    def tell(self, events: list[Event]) -> None:
        self.documents += issued(events)
        self.events += events

    def move(self, to: str) -> None:
        command = TransitionOrder(
            order_id=self.order.order_id, to=to, by="anna", force=True, reason="?"
        )
        assert self.become(
            transition(self.order, command, GRAPH, self.numbers, NOON, lambda _: 100)
        )

    def refund(self, **terms: Any) -> bool:
        return self.become(try_to_refund(self.order, **terms))

    def send_back(self) -> None:
        """All that is left of it."""
        lines = [
            {"line": number, "quantity": left}
            for number, line in self.order.numbered_lines
            if (left := line.charge.quantity - self.order.refunded_pieces(number))
        ]
        returned = uuid4()
        data = {"order_id": self.order.order_id, "return_id": returned}
        wanted = RequestReturn.model_validate({**data, "lines": lines})
        assert self.become(returning.request(self.order, wanted, GRAPH, NOON))
        assert self.become(
            returning.confirm(self.order, ConfirmReturn.model_validate(data), self.numbers, NOON)
        )
        assert self.become(returning.receive(self.order, ReceiveReturn.model_validate(data), NOON))
        complete = CompleteReturn.model_validate({**data, "refund_shipping": True})
        assert self.become(returning.complete(self.order, complete, self.numbers, LATER))

    def act(self, what: str) -> None:
        if what == "return":
            self.send_back() if "shipped" in self.order.reached else self.move("cancelled")
        elif what == "refund":
            self.refund(kind="partial", lines=[{"line": 1, "amount": euro(100)}])
        elif what == "rest":
            kind = "return" if "shipped" in self.order.reached else "standard"
            lines = [{"line": number, "quantity": 1} for number, _ in self.order.numbered_lines]
            self.refund(kind=kind, lines=lines, refund_shipping=True)
        else:
            self.move(what)


def adds_up(story: Story, gone: bool) -> None:
    order = story.order
    sold = {} if gone else still_sold(order)
    if order.issued("invoice"):
        assert invoiced(story.documents) == {
            rate: (x.net, x.tax) for rate, x in sold.items() if x != Amount()
        }
    worth = sum(amount.gross for amount in sold.values())
    due_back = order.refund_due
    assert order.paid - (order.repaid - due_back) - due_back + order.due == worth
    assert 0 <= order.repaid <= order.paid
    asked = sum(e.amount.amount for e in story.events if e.name == "payment.refund_due")  # type: ignore[attr-defined]
    assert asked == order.repaid
    if gone:
        assert order.due == 0
        assert due_back == order.paid


def still_sold(order: Order) -> dict[str, Amount]:
    """Return the amount of lines and shipping when they were sold, less every refund."""
    found = dict[str, Amount]()
    for number, charge in order.charges.items():
        back = [
            part.amount for each in order.refunds for part in each.lines if part.number == number
        ]
        back += [each.shipping for each in order.refunds] if not number else []
        amount = charge.amount
        for part in back:
            amount -= part
        found[str(charge.rate)] = found.get(str(charge.rate), Amount()) + amount
    return found


SITUATIONS = list(product(PAID, [None, "first", "late"], [False, True], [None, *BEFORE]))


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("state", [key for key in DEFAULT_STATES if key != "cancelled"])
def test_documents_and_money_say_what_is_sold(state: str, after: str) -> None:
    first = (list(DEFAULT_STATES).index(state) + AFTER.index(after)) % SPREAD
    for paid, bills, ships, before in SITUATIONS[first::SPREAD]:
        story = Story(state, paid, ships=ships)
        if bills == "first":
            story.invoice()
        if before is not None:
            story.refund(**{**before, "kind": "partial" if ships else before["kind"]})
        if bills == "late":
            story.invoice()
        adds_up(story, gone=False)
        story.act(after)
        gone = not story.order.holds_stock
        assert gone == (after in ("cancelled", "given_up") or (after == "return" and not ships))
        adds_up(story, gone=gone)
