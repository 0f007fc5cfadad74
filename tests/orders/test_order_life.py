"""Random lives of an order: at any moment, invoices less credit slips equal the amount sold, per
rate.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.documents.domain.snapshot_checks import objection
from services.orders.domain import exempting, payments, refunding, returning
from services.orders.domain.document_parts import is_empty
from services.orders.domain.documents import issue, with_document
from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from services.orders.domain.placing import Placed
from services.orders.domain.pricing import Amount, priced
from services.orders.domain.refunding import Refunded
from services.orders.domain.returning import Completed
from shared.contracts.orders import (
    CompleteReturn,
    ConfirmReturn,
    CreateRefund,
    DenyReturn,
    MarkRefunded,
    ReceiveReturn,
    RequestReturn,
    ReversePayment,
    Rounding,
    SetExemption,
)
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.credit import Purse
from tests.orders.editing import (
    invoiced,
    issued,
    try_to_add,
    try_to_cancel,
    try_to_correct,
    try_to_discount,
    try_to_edit,
    try_to_ship_by,
    try_to_undo_discount,
)
from tests.orders.promotions import a_rule, rule_id
from tests.orders.refunds import LATER
from tests.orders.words import (
    DEFAULT_STATES,
    MUG,
    POT,
    SHOP,
    TEA,
    Numbers,
    a_product,
    try_to_move,
    try_to_pay,
    try_to_place,
)

RATES = ["19", "7", "5.5", "0"]
CURRENCIES = {"EUR": 5_000, "JPY": 300, "KWD": 90_000, "IRR": 10**8}
PRICES = ["tax_included", "tax_excluded"]
EXCHANGE_RATES = [
    None,
    {"currency": "SEK", "rate": "11.2345"},
    {"currency": "CLF", "rate": "0.0262"},
    {"currency": "GBP", "rate": "0.8421"},
]
SKUS = [MUG, TEA, POT]
RULES = [
    a_rule(rule_id=rule_id(number), **gives)  # type: ignore[arg-type]
    for number, gives in enumerate(
        (
            {"percent": "10"},
            {"percent": "33.3"},
            {"percent": "100"},
            {"free_shipping": True},
            {"gift_sku": TEA},
        )
    )
]
LAST = LATER + timedelta(hours=1)
rates, lines, pieces = st.sampled_from(RATES), st.integers(1, 3), st.integers(0, 4)
amounts = st.integers(1, 999)
part = st.tuples(lines, st.integers(0, 2), st.none() | st.integers(1, 99).map(euro))
promotions = st.lists(st.sampled_from(RULES), max_size=2, unique_by=lambda rule: rule.rule_id)
parts = st.lists(part, max_size=2, unique_by=lambda wanted: wanted[0])
terms = st.sampled_from(
    [
        {},
        {"refund_shipping": True},
        {"shipping_amount": euro(7)},
        {"to_store_credit": True},
        {"issue_credit_slip": False},
        {"restock": False},
        {"refund_overpaid": True},
        {"refund_overpaid": True, "refund_shipping": True},
    ]
)


def agreed(price: int | None) -> dict[str, Any] | None:
    return None if price is None else euro(price)


STEPS: dict[Any, Any] = {
    ConfirmReturn: returning.confirm,
    ReceiveReturn: returning.receive,
    CompleteReturn: returning.complete,
    DenyReturn: returning.deny,
}


class OrderLife(RuleBasedStateMachine):
    """An order, and all that was printed about it."""

    order: Order

    def __init__(self) -> None:
        super().__init__()
        self.numbers, self.documents = Numbers(), list[DocumentSnapshot]()
        self.cut = set[int]()  # lines of which amounts were refunded
        self.unslipped = set[UUID]()  # compensations, of which no document tells

    @initialize(data=st.data(), promotions=promotions, paid=st.booleans())
    def place(self, data: st.DataObject, promotions: list[Any], *, paid: bool) -> None:
        currency, prices = (
            data.draw(st.sampled_from(sorted(CURRENCIES))),
            data.draw(st.sampled_from(PRICES)),
        )
        price = st.integers(1, CURRENCIES[currency])
        self.products = {
            sku: a_product(sku, data.draw(price), data.draw(rates), currency) for sku in SKUS
        }
        rounding = data.draw(
            st.builds(
                Rounding,
                mode=st.sampled_from(["half_up", "half_even", "up"]),
                per=st.sampled_from(["item", "line", "total"]),
            )
        )
        self.shop = replace(SHOP, rounding=rounding, returns=True)
        lines = [{"sku": sku, "quantity": data.draw(st.integers(1, 3))} for sku in (MUG, TEA)]
        wanted = {
            "lines": lines,
            "prices": prices,
            "currency": currency,
            "shipping_price__amount": data.draw(price),
            "shipping_tax_rate": data.draw(rates),
            "rules": promotions,
            "shop": self.shop,
            "exchange_rate": data.draw(st.sampled_from(EXCHANGE_RATES)),
        }
        shown = self._place(wanted, 0)
        placed = (
            self._place(wanted, shown.details["computed"]["amount"])
            if isinstance(shown, Reason)
            else shown
        )
        assert isinstance(placed, Placed), placed
        self.order, self.purse = placed.order, Purse(placed.order)
        if paid:
            self.move("payment_accepted")

    def _place(self, wanted: dict[str, Any], amount: int) -> Placed | Reason:
        total_shown = {"amount": amount, "currency": wanted["currency"]}
        return try_to_place(*self.products.values(), total=total_shown, **wanted)

    def become(self, decision: Any) -> None:
        """The order after a decision, if it was one for it."""
        if isinstance(decision, Reason):
            return
        before, self.order = self.order, decision.order
        if isinstance(decision, Moved) and decision.account:
            self.purse.account = decision.account
        if isinstance(decision, Refunded):
            self.purse.book(self.order, decision.refund)
        if isinstance(decision, Completed) and decision.refunded:
            self.purse.book(self.order, decision.refunded)
        fresh = issued(decision.events)
        assert not [wrong for each in fresh if (wrong := objection(each, each.kind))]
        self.documents += fresh
        unchanged(before, self.order)
        if before.holds_stock and not self.order.holds_stock:
            assert self.order.due == 0

    @rule(sku=st.sampled_from(SKUS), quantity=st.integers(1, 4), price=st.none() | amounts)
    def add(self, sku: str, quantity: int, price: int | None) -> None:
        wanted = {"sku": sku, "quantity": quantity, "unit_price": agreed(price)}
        self.become(try_to_add(self.order, wanted, numbers=self.numbers, products=self.products))

    @rule(
        line=lines,
        quantity=st.none() | pieces,
        price=st.none() | st.integers(0, 999),
        rate=st.none() | rates,
    )
    def edit(self, line: int, quantity: int | None, price: int | None, rate: str | None) -> None:
        wanted = {"line": line, "quantity": quantity, "unit_price": agreed(price), "tax_rate": rate}
        self.become(try_to_edit(self.order, wanted, numbers=self.numbers))

    @rule(line=lines, quantity=st.integers(1, 3))
    def cancel(self, line: int, quantity: int) -> None:
        self.become(
            try_to_cancel(self.order, {"line": line, "quantity": quantity}, numbers=self.numbers)
        )

    @rule(
        terms=st.sampled_from(
            [{"percent": "10"}, {"percent": "33.3"}, {"free_shipping": True}, {"amount": euro(7)}]
        )
    )
    def discount(self, terms: dict[str, Any]) -> None:
        self.become(try_to_discount(self.order, self.numbers, **terms))

    @precondition(lambda self: self.order.discounts)
    @rule(place=st.integers(0, 3))
    def undo_discount(self, place: int) -> None:
        self.become(
            try_to_undo_discount(self.order, place % len(self.order.discounts), self.numbers)
        )

    @rule(exemption=st.none() | st.sampled_from(["export", "exempt"]))
    def exempt(self, exemption: str | None) -> None:
        wanted = {"category": exemption, "reason": "?"} if exemption else None
        data = {"order_id": self.order.order_id, "exemption": wanted, "shipping_tax_rate": None}
        self.become(
            exempting.set_exemption(
                self.order, SetExemption.model_validate(data), self.numbers, LATER
            )
        )

    @rule(price=st.integers(0, 999), rate=st.none() | rates)
    def ship_by(self, price: int, rate: str | None) -> None:
        self.become(
            try_to_ship_by(
                self.order, self.numbers, shipping_price=euro(price), shipping_tax_rate=rate
            )
        )

    @rule(to=st.sampled_from(["payment_accepted", "processing"]))
    def move(self, to: str) -> None:
        self.become(try_to_move(self.order, to, self.numbers, account=self.purse.account))

    @precondition(lambda self: len(self.order.documents) > 1)
    @rule(
        to=st.sampled_from(["shipped", "delivered", "cancelled", "payment_accepted"]),
        force=st.booleans(),
    )
    def move_for_good(self, to: str, force: bool) -> None:
        how = {"force": force, "reason": "?", "by": "anna@shop.test", "account": self.purse.account}
        self.become(try_to_move(self.order, to, self.numbers, **how))  # type: ignore[arg-type]

    @precondition(lambda self: self.order.received)
    @rule(place=st.integers(0, 3))
    def take_a_payment_back(self, place: int) -> None:
        payment = self.order.received[place % len(self.order.received)]
        command = ReversePayment(
            order_id=self.order.order_id, payment_id=payment.payment_id, reason="By mistake."
        )
        decision = payments.reverse(self.order, command, LATER)
        if isinstance(decision, Reason):
            return
        self.order = decision[0]

    @rule(quarters=st.integers(1, 5))
    def pay(self, quarters: int) -> None:
        self.become(
            try_to_pay(self.order, max(self.order.due * quarters // 4, 1), self.order.currency)
        )

    @rule(amount=amounts, expires=st.booleans())
    def get_store_credit(self, amount: int, expires: bool) -> None:
        self.purse.issue(amount, LATER, LAST + timedelta(days=1) if expires else None)

    @precondition(lambda self: self.purse.account.balance and self.order.holds_stock)
    @rule(amount=st.none() | amounts)
    def pay_with_store_credit(self, amount: int | None) -> None:
        self.order = self.purse.pay(self.order, amount, LATER)

    @precondition(lambda self: self.order.refund_due)
    @rule()
    def take_store_credit_for_money(self) -> None:
        due = next(each for each in self.order.refunds if each.due)
        self.order = self.purse.take_refund(self.order, due, LATER)

    @precondition(lambda self: self.purse.account.balance)
    @rule()
    def let_store_credit_expire(self) -> None:
        self.purse.expire(LAST + timedelta(days=2))

    @precondition(
        lambda self: not self.order.issued("invoice") and not is_empty(self.order, "invoice")
    )
    @rule()
    def invoice(self) -> None:
        document = issue(self.order, "invoice", self.numbers("invoice"), LATER)
        self.order = with_document(self.order, document)
        (snapshot,) = issued([document.event])
        assert objection(snapshot, "invoice") is None
        paid = sum(payment.amount.amount for payment in snapshot.payments)
        assert snapshot.due is not None
        assert snapshot.gross.amount - paid == snapshot.due.amount
        self.documents.append(snapshot)

    @precondition(lambda self: self.order.issued("invoice"))
    @rule(note=st.sampled_from([None, "PO-7", ""]))
    def correct_invoice(self, note: str | None) -> None:
        before, replaced = len(self.documents), self.order.issued("invoice")
        self.become(try_to_correct(self.order, self.numbers, note=note))
        if len(self.documents) == before:
            return
        slip, invoice = self.documents[before:]
        (counts,) = self.order.issued("invoice")
        assert (counts.document_id, slip.replaced_by) == (invoice.document_id, invoice.number)
        assert [each.number for each in invoice.replaces] == [each.number for each in replaced]
        assert (slip.gross, slip.corrected) == (invoice.gross, list(replaced))
        paid = sum(payment.amount.amount for payment in invoice.payments)
        assert invoice.due is not None
        assert invoice.gross.amount - paid == invoice.due.amount
        assert {line.invoice for _, line in self.order.numbered_lines} <= {counts.document_id}

    @rule(goodwill=st.booleans(), wanted=parts, terms=terms)
    def refund(self, goodwill: bool, wanted: list[Any], terms: dict[str, Any]) -> None:
        kind = (
            "partial" if goodwill else "return" if "shipped" in self.order.reached else "standard"
        )
        of = [
            {"line": line, "quantity": quantity, "amount": amount}
            for line, quantity, amount in wanted
        ]
        self.become(self._refund(kind, of, **terms))

    @rule(line=lines)
    def refund_the_rest_of_a_line(self, line: int) -> None:
        """By pieces alone, it comes to the line to the cent, however it was cut before."""
        line = 1 + line % len(self.order.lines)
        charge = self.order.charges[line]
        wanted = [
            {"line": line, "quantity": max(charge.quantity - self.order.refunded_pieces(line), 1)}
        ]
        decision = self._refund("return" if "shipped" in self.order.reached else "standard", wanted)
        self.become(decision)
        if not isinstance(decision, Reason) and line not in self.cut:
            assert self.order.refunded_amount(line) == charge.amount

    def _refund(self, kind: str, of: list[Any], **terms: Any) -> Any:
        data = {
            "order_id": self.order.order_id,
            "refund_id": uuid4(),
            "kind": kind,
            "lines": of,
            **terms,
        }
        self.cut |= {wanted["line"] for wanted in of if wanted.get("amount")}
        if terms.get("issue_credit_slip") is False:
            self.unslipped.add(data["refund_id"])
        return refunding.create(self.order, CreateRefund.model_validate(data), self.numbers, LATER)

    @precondition(lambda self: self.order.refund_due)
    @rule()
    def give_back(self) -> None:
        due = next(each for each in self.order.refunds if each.due)
        command = MarkRefunded(order_id=self.order.order_id, refund_id=due.refund_id)
        decision = refunding.mark_refunded(self.order, command, LATER)
        assert not isinstance(decision, Reason)
        self.order, _ = decision

    @precondition(lambda self: "shipped" in self.order.reached)
    @rule(wanted=st.lists(st.tuples(lines, st.integers(1, 3)), min_size=1, max_size=2))
    def ask_to_return(self, wanted: list[tuple[int, int]]) -> None:
        goods = [{"line": line, "quantity": quantity} for line, quantity in wanted]
        command = RequestReturn.model_validate(
            {"order_id": self.order.order_id, "return_id": uuid4(), "lines": goods}
        )
        self.become(returning.request(self.order, command, DEFAULT_STATES, LATER))

    @precondition(lambda self: any(each.open for each in self.order.returns))
    @rule(step=st.sampled_from(sorted(STEPS, key=str)), shipping=st.booleans())
    def go_on_with_return(self, step: Any, shipping: bool) -> None:
        one = next(each for each in self.order.returns if each.open)
        more = {CompleteReturn: {"refund_shipping": shipping}, DenyReturn: {"answer": "No."}}.get(
            step, {}
        )
        command = step(order_id=self.order.order_id, return_id=one.return_id, **more)  # type: ignore[arg-type]
        numbers = [self.numbers] if step in (ConfirmReturn, CompleteReturn) else []
        self.become(STEPS[step](self.order, command, *numbers, LAST))

    @invariant()
    def invoices_less_credit_slips_are_what_is_sold(self) -> None:
        """Hold at every rate; a refund without a credit slip on purpose stays invoiced until it is
        cancelled.
        """
        if self.order.issued("invoice"):
            assert invoiced(self.documents) == {
                rate: (amount.net, amount.tax)
                for rate, amount in left(self.order, self.unslipped).items()
            }

    @invariant()
    def taxes_add_up_in_the_sellers_currency(self) -> None:
        """The taxes of invoices less credit slips equal the converted sum (Directive 2006/112/EC,
        Art. 230): an invoice that is credited as a whole comes to nothing in either currency.
        """
        rate = self.order.exchange_rate
        stated, tax = 0, 0
        for document in self.documents:
            sign = {"invoice": 1, "credit_slip": -1}.get(document.kind, 0)
            tax += sign * document.tax.amount
            if document.accounting_tax:
                stated += sign * document.accounting_tax.amount
        if rate is not None:
            assert stated == self.order.in_accounting_currency(tax)

    @invariant()
    def store_credit_adds_up_and_nothing_is_lost(self) -> None:
        self.purse.check(self.order)

    @invariant()
    def payments_less_what_goes_back_are_what_is_sold(self) -> None:
        order = self.order
        sold = sum(left(order, set()).values(), start=Amount()).gross
        assert order.paid - order.repaid + order.due == sold
        assert 0 <= order.refund_due <= order.repaid <= order.paid
        assert all(0 <= refund.repaid <= refund.amount.gross for refund in order.refunds)

    @invariant()
    def nothing_is_to_be_paid_for_a_cancelled_order(self) -> None:
        assert self.order.holds_stock or self.order.due <= 0

    @invariant()
    def no_more_of_a_line_comes_back_than_was_sold(self) -> None:
        for number, charge in self.order.charges.items():
            within(refunded_of(self.order, number), charge.amount)
            if number:
                awaited = sum(
                    count
                    for each in self.order.returns
                    if each.open
                    for line, count in each.lines
                    if line == number
                )
                assert 0 <= self.order.refunded_pieces(number) <= charge.quantity
                assert 0 <= self.order.claimed(number) <= charge.quantity
                assert awaited <= charge.quantity

    @invariant()
    def numbers_have_no_gap(self) -> None:
        kinds = Counter(each.kind for each in self.order.documents)
        assert kinds == +self.numbers.given
        assert [each.document_id for each in self.order.documents] == [
            each.document_id for each in self.documents
        ]


def left(order: Order, unslipped: set[UUID]) -> dict[str, Amount]:
    """Return the amount sold at each rate: nothing of a cancelled order; else the order less its
    documented refunds.
    """
    found = dict[str, Amount]()
    for number, charge in order.charges.items() if order.holds_stock else ():
        told = replace(
            order, refunds=tuple(each for each in order.refunds if each.refund_id not in unslipped)
        )
        rate = str(charge.rate)
        found[rate] = found.get(rate, Amount()) + charge.amount - refunded_of(told, number)
    return {rate: amount for rate, amount in found.items() if amount != Amount()}


def refunded_of(order: Order, number: int) -> Amount:
    return order.refunded_amount(number) if number else order.refunded_shipping


def within(part: Amount, whole: Amount) -> None:
    assert 0 <= part.net <= whole.net
    assert 0 <= part.tax <= whole.tax
    assert part.gross < whole.gross or part == whole


def unchanged(before: Order, order: Order) -> None:
    """Check that partly refunded lines stay as they were, that no price is negative, and that the
    stated side of prices is exact.
    """
    for number, charge in order.charges.items():
        assert not before.is_refunded(number) or charge == before.charges[number]
        assert 0 <= charge.off <= charge.stated
        assert charge.amount.gross >= charge.amount.net >= 0
        assert charge.after_discounts == (
            charge.amount.gross if order.prices == "tax_included" else charge.amount.net
        )
    if not order.refunds:
        charges = list(order.charges.values())
        assert priced(charges, order.prices, order.rounding) == charges
    assert order.history[: len(before.history)] == before.history
    assert order.documents[: len(before.documents)] == before.documents


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(max_examples=200, stateful_step_count=30)
