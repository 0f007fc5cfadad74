"""An order and its parts, as frozen values. Money is in minor units of the order's currency."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from itertools import chain
from uuid import UUID

from services.orders.domain import cash
from services.orders.domain.discounts import Discount
from services.orders.domain.money import rounded
from services.orders.domain.order_line import Change, Line
from services.orders.domain.pricing import (
    DEFAULT_ROUNDING,
    Amount,
    Charge,
    Prices,
    TaxedPrice,
    total,
)
from services.orders.domain.refund import LineRefund, Refund, Return
from services.orders.domain.shop import Shop
from shared.contracts.orders import Rounding
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import Address, Customer, DocumentReference, Money, RecordedPayment
from shared.writing.currencies import exponent

NOBODY = Customer(customer_id="erased", email="erased@erased.invalid", name="erased")
"""The customer of orders after the erasure of their customer."""


@dataclass(frozen=True)
class Order:
    """The aggregate, locked by one row.

    `reached` holds the flags of all states that the order was in, as they were then: later changes
    of the state graph do not matter. `slip_digest` is the digest of the last delivery slip, empty
    before the first. The amount due is a multiple of `coin`.

    Sums are computed once for each value: a decision and its events ask for them several times.
    """

    order_id: UUID
    shop: Shop
    reference: str
    placed_at: datetime
    customer: Customer
    language: str
    currency: str
    prices: Prices
    lines: tuple[Line, ...]
    carrier: str
    shipping: Charge
    payment_method: str
    delivery_address: Address
    invoice_address: Address
    state: str
    tracking_number: str = ""
    holds_stock: bool = True
    reached: frozenset[str] = frozenset()
    history: tuple[Change, ...] = ()
    payments: tuple[RecordedPayment, ...] = ()
    documents: tuple[DocumentReference, ...] = ()
    rounding: Rounding = DEFAULT_ROUNDING
    coin: int = 1
    note: str = ""
    invoice_note: str = ""
    exemption: Exemption | None = None
    shipping_taxed: TaxedPrice | None = None
    exchange_rate: ExchangeRate | None = None
    shipped_at: datetime | None = None
    discounts: tuple[Discount, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    slip_digest: str = ""

    @cached_property
    def amount(self) -> Amount:
        """Return the total after discounts, before refunds."""
        return total([line.charge.amount for line in self.lines]) + self.shipping.amount

    @property
    def numbered_lines(self) -> list[tuple[int, Line]]:
        """Return the lines that have pieces, with their numbers."""
        lines = enumerate(self.lines, start=1)
        return [(number, line) for number, line in lines if line.charge.quantity]

    @property
    def charges(self) -> dict[int, Charge]:
        """Return the charges by line number; 0 is the shipping, which comes last."""
        charges = {number: line.charge for number, line in enumerate(self.lines, start=1)}
        charges[0] = self.shipping
        return charges

    @cached_property
    def paid(self) -> int:
        """Return the sum of the payments; a payment and its reversal cancel out."""
        return sum(payment.amount.amount for payment in self.payments)

    @property
    def is_anonymous(self) -> bool:
        """Return whether the customer was erased."""
        return self.customer == NOBODY

    @property
    def has_credit(self) -> bool:
        """Return whether any payment was made with store credit."""
        return any(payment.kind == "store_credit" for payment in self.payments)

    @cached_property
    def credit_paid(self) -> int:
        """Return the amount paid with store credit less the part given back; 0 without a customer
        to give it back to.
        """
        if self.is_anonymous:
            return 0
        paid = 0
        for payment in self.payments:
            if payment.kind == "store_credit":
                paid += payment.amount.amount
        return paid - sum(refund.given_back for refund in self.refunds)

    @cached_property
    def received(self) -> tuple[RecordedPayment, ...]:
        """Return the payments that were not reversed."""
        reversed_ids = {payment.reverses for payment in self.payments}
        found = []
        for payment in self.payments:
            if not payment.reverses and payment.payment_id not in reversed_ids:
                found.append(payment)
        return tuple(found)

    @cached_property
    def sold(self) -> Amount:
        """Return the amount less refunds; nothing for an order without stock, such as a cancelled
        one.
        """
        if self.holds_stock and not self.refunds:
            return self.amount
        return total(self.remaining(number) for number in range(len(self.lines) + 1))

    def remaining(self, number: int) -> Amount:
        """Return the amount less refunds of a line, or (0) of the shipping."""
        if not self.holds_stock:
            return Amount()
        if not number:
            return self.shipping.amount - self.refunded_shipping
        return self.lines[number - 1].charge.amount - self.refunded_amount(number)

    @cached_property
    def repaid(self) -> int:
        """Return the sum that refunds give back, whether or not the money was transferred yet."""
        return sum(refund.repaid for refund in self.refunds)

    @cached_property
    def balance(self) -> int:
        """Return the exact amount due, before cash rounding."""
        return self.sold.gross - self.paid + self.repaid

    @cached_property
    def due(self) -> int:
        """Return the amount still to be paid; negative if more was paid and no refund gave it
        back.
        """
        return self.due_of(self.balance)

    def due_of(self, balance: int) -> int:
        """Return the amount due for a balance, rounded to coins if it is paid in cash."""
        credit = self.credit_paid
        has_money = self.paid - self.repaid > credit
        return cash.due(balance, self.coin, self.refund_coin, credit, money=has_money)

    @property
    def cash_rounding(self) -> int:
        """Return the difference that cash rounding makes to the amount due."""
        return self.due - self.balance

    @property
    def refund_method(self) -> str:
        """Return the payment method for refunds: that of the last payment in money."""
        for payment in reversed(self.received):
            if payment.kind == "money":
                return payment.method
        return self.payment_method

    @property
    def refund_coin(self) -> int:
        """Return the smallest coin for refunds; 1 if they are not in cash."""
        is_cash = self.shop.coin(self.refund_method, self.currency) > 1
        return self.coin if is_cash else 1

    @property
    def held(self) -> dict[str, int]:
        """Return the pieces reserved for the order, by SKU."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.lines, start=1):
            found[line.sku] = found.get(line.sku, 0) + self.claimed(number) - line.missing
        return found

    @property
    def lacking(self) -> dict[str, int]:
        """Return the pieces that the order waits for, by SKU."""
        found: dict[str, int] = {}
        for line in self.lines:
            if line.missing:
                found[line.sku] = found.get(line.sku, 0) + line.missing
        return found

    def claimed(self, number: int) -> int:
        """Return the pieces of a line that refunds have not released."""
        released = sum(part.released for part in self._refunds_of(number))
        return self.lines[number - 1].charge.quantity - released

    def refunded_pieces(self, number: int) -> int:
        """Return the refunded pieces of a line."""
        return sum(part.quantity for part in self._refunds_of(number))

    def refunded_amount(self, number: int) -> Amount:
        """Return the refunded amount of a line."""
        return total(part.amount for part in self._refunds_of(number))

    def is_refunded(self, number: int) -> bool:
        """Return whether any part of a line, or (0) of the shipping, was refunded."""
        if number:
            return self.refunded_pieces(number) > 0 or self.refunded_amount(number).gross > 0
        return self.refunded_shipping.gross > 0

    @property
    def refunded_shipping(self) -> Amount:
        return total(refund.shipping for refund in self.refunds)

    @property
    def refunded(self) -> Amount:
        return total(refund.amount for refund in self.refunds)

    @property
    def refund_due(self) -> int:
        """Return the money of refunds that are not marked as paid out yet."""
        return sum(refund.money for refund in self.refunds if refund.due)

    def refund_of_slip(self, number: str) -> Refund | None:
        """Return the refund of a credit slip, by its number in capitals."""
        for refund in self.refunds:
            for slip in self.slips_of(refund):
                if slip.number.upper() == number:
                    return refund
        return None

    def slips_of(self, refund: Refund) -> list[DocumentReference]:
        """Return the credit slips of a refund; that of a cancelled order has one per invoice."""
        if refund.kind == "cancelled":
            return [slip for slip in self.issued("credit_slip") if slip.issued_at == refund.at]
        return [refund.credit_slip] if refund.credit_slip else []

    def find_return(self, return_id: UUID) -> Return | None:
        """Return the return with an id; None if there is none."""
        for each in self.returns:
            if each.return_id == return_id:
                return each
        return None

    def _refunds_of(self, number: int) -> Iterator[LineRefund]:
        for refund in self.refunds:
            for part in refund.lines:
                if part.number == number:
                    yield part

    @property
    def short(self) -> bool:
        """Return whether the order waits for stock."""
        return any(line.missing for line in self.lines)

    def money(self, amount: int) -> Money:
        """Return an amount as money in the order's currency."""
        return Money(amount=amount, currency=self.currency)

    def in_accounting_currency(self, amount: int) -> int | None:
        """Return an amount in minor units of the seller's own currency; None if the order has no
        exchange rate.
        """
        rate = self.exchange_rate
        if rate is None:
            return None
        digits = exponent(rate.currency) - exponent(self.currency)
        exact = Fraction(amount) * Fraction(rate.rate) * Fraction(10) ** digits
        return rounded(exact, self.rounding.mode)

    def issued(self, kind: str) -> tuple[DocumentReference, ...]:
        """Return the documents of a kind that no later document replaces."""
        replaced = set(
            chain.from_iterable(document.replaced_document_ids for document in self.documents)
        )
        found = []
        for document in self.documents:
            if document.kind == kind and document.document_id not in replaced:
                found.append(document)
        return tuple(found)
