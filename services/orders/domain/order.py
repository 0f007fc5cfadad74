"""An order and what belongs to it, as frozen values. Money in the order's currency, minor units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from services.orders.domain import cash
from services.orders.domain.discounts import Discount
from services.orders.domain.money import rounded
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
from shared.contracts.orders import DiscountView, OrderLineView, OrderSummary, Rounding
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import (
    Address,
    Customer,
    DocumentReference,
    Money,
    Payment,
    RecordedPayment,
)
from shared.writing.currencies import exponent
from shared.writing.links import fill

NOBODY = Customer(customer_id="erased", email="erased@erased.invalid", name="erased")
"""The customer of an order whose customer was erased."""


@dataclass(frozen=True)
class Line:
    """A line as it was sold; its charge never changes when the catalogue does. `missing` is what it
    waits for, `invoice` the document that it stands on. Its number within the order is its place +
    1; one with no pieces left is kept, and shown nowhere.
    """

    sku: str
    name: str
    charge: Charge
    missing: int = 0
    weight_grams: int = 0
    invoice: UUID | None = None
    taxed: TaxedPrice | None = None


@dataclass(frozen=True)
class Change:
    """A change of state."""

    state: str
    at: datetime
    by: str
    forced: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Order:
    """The aggregate: one row lock, one version of the truth. `reached` holds the flags of every
    state it ever stood in: what is once true stays true, whatever becomes of the graph.
    `slip_digest` tells apart what delivery slips say: that of the last one, empty before the first.
    What is paid is a multiple of `coin`.
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

    @property
    def amount(self) -> Amount:
        """What is to be paid."""
        return total([line.charge.amount for line in self.lines]) + self.shipping.amount

    @property
    def shown(self) -> list[tuple[int, Line]]:
        """The lines with their numbers, without those that have no pieces left."""
        return [
            (number, line)
            for number, line in enumerate(self.lines, start=1)
            if line.charge.quantity
        ]

    @property
    def charges(self) -> dict[int, Charge]:
        """What is paid for, by the number of the line; 0 is the shipping, and the last."""
        return {number: line.charge for number, line in enumerate(self.lines, start=1)} | {
            0: self.shipping
        }

    @property
    def paid(self) -> int:
        """Return the sum of the payments; one that was reversed counts for nothing."""
        return sum(payment.amount.amount for payment in self.payments)

    @property
    def is_anonymous(self) -> bool:
        """Return whether its customer was erased."""
        return self.customer == NOBODY

    @property
    def has_credit(self) -> bool:
        """Return whether it was ever paid with store credit."""
        return any(payment.kind == "store_credit" for payment in self.payments)

    @property
    def credit_left(self) -> int:
        """Return what it was paid with store credit, less what of that was given back."""
        if self.is_anonymous:
            return 0
        paid = sum(
            payment.amount.amount for payment in self.payments if payment.kind == "store_credit"
        )
        return paid - sum(refund.given_back for refund in self.refunds)

    @property
    def received(self) -> tuple[RecordedPayment, ...]:
        """Return the payments that were not reversed."""
        gone = {payment.reverses for payment in self.payments if payment.reverses}
        return tuple(
            each for each in self.payments if not each.reverses and each.payment_id not in gone
        )

    @property
    def sold(self) -> Amount:
        """Return what is still sold: all but what refunds took back; nothing of an order that gave
        its goods back.
        """
        return total(self.remaining(number) for number in range(len(self.lines) + 1))

    def remaining(self, number: int) -> Amount:
        """Return what is still sold of a line, or (0) of the shipping."""
        if not self.holds_stock:
            return Amount()
        if not number:
            return self.shipping.amount - self.refunded_shipping
        return self.lines[number - 1].charge.amount - self.refunded_amount(number)

    @property
    def repaid(self) -> int:
        """Return what refunds give back of the payments, whether or not the money has left
        already.
        """
        return sum(refund.repaid for refund in self.refunds)

    @property
    def balance(self) -> int:
        """Return what is due to the cent, before cash is rounded."""
        return self.sold.gross - self.paid + self.repaid

    @property
    def due(self) -> int:
        """Return what is still to be paid; negative when too much was paid, and no refund gives it
        back.
        """
        return self.due_of(self.balance)

    def due_of(self, balance: int) -> int:
        """Return what would be due at a balance: in coins, where it is cash."""
        credit = self.credit_left
        return cash.due(
            balance, self.coin, self.back_coin, credit, money=self.paid - self.repaid > credit
        )

    @property
    def cash_rounding(self) -> int:
        """Return what the rounding of cash adds to what is due."""
        return self.due - self.balance

    @property
    def way_back(self) -> str:
        """Return the payment method by which money goes back: as the last of it came."""
        paid = [payment.method for payment in self.received if payment.kind == "money"]
        return paid[-1] if paid else self.payment_method

    @property
    def back_coin(self) -> int:
        """Return the smallest coin of money that goes back; 1 where it is not cash."""
        return self.coin if self.shop.coin(self.way_back, self.currency) > 1 else 1

    @property
    def held(self) -> dict[str, int]:
        """The pieces that are set aside for it, by SKU."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.lines, start=1):
            found[line.sku] = found.get(line.sku, 0) + self.claimed(number) - line.missing
        return found

    @property
    def lacking(self) -> dict[str, int]:
        """The pieces that it waits for, by SKU."""
        found: dict[str, int] = {}
        for line in self.lines:
            if line.missing:
                found[line.sku] = found.get(line.sku, 0) + line.missing
        return found

    def claimed(self, number: int) -> int:
        """Pieces of a line that are the order's: those that were not released by a refund."""
        return self.lines[number - 1].charge.quantity - sum(
            part.released for part in self._refunds_of(number)
        )

    def refunded_pieces(self, number: int) -> int:
        """Pieces of a line that were refunded."""
        return sum(part.quantity for part in self._refunds_of(number))

    def refunded_amount(self, number: int) -> Amount:
        """What was refunded of a line."""
        return total(part.amount for part in self._refunds_of(number))

    def is_refunded(self, number: int) -> bool:
        """Whether anything of a line, or (0) of the shipping, was refunded."""
        if number:
            return self.refunded_pieces(number) > 0 or self.refunded_amount(number).gross > 0
        return self.refunded_shipping.gross > 0

    @property
    def refunded_shipping(self) -> Amount:
        """What was refunded of the shipping."""
        return total(refund.shipping for refund in self.refunds)

    @property
    def refunded(self) -> Amount:
        """What was refunded in all."""
        return total(refund.amount for refund in self.refunds)

    @property
    def refund_due(self) -> int:
        """Return the money that refunds give back and that is not marked as given back yet."""
        return sum(refund.money for refund in self.refunds if refund.due)

    def refund_of_slip(self, number: str) -> Refund | None:
        """Return the refund that a credit slip was issued for; its number in capitals."""
        numbers = (
            (refund, [slip.number.upper() for slip in self.slips_of(refund)])
            for refund in self.refunds
        )
        return next((refund for refund, known in numbers if number in known), None)

    def slips_of(self, refund: Refund) -> list[DocumentReference]:
        """Return the credit slips of a refund: that of a cancelled order has one for each
        invoice.
        """
        if refund.kind == "cancelled":
            return [slip for slip in self.issued("credit_slip") if slip.issued_at == refund.at]
        return [refund.credit_slip] if refund.credit_slip else []

    def returned(self, return_id: UUID) -> Return | None:
        """The return of that id."""
        return next((each for each in self.returns if each.return_id == return_id), None)

    def _refunds_of(self, number: int) -> Iterator[LineRefund]:
        return (part for refund in self.refunds for part in refund.lines if part.number == number)

    @property
    def short(self) -> bool:
        """Whether it waits for stock."""
        return any(line.missing for line in self.lines)

    def money(self, amount: int) -> Money:
        """An amount in the order's currency."""
        return Money(amount=amount, currency=self.currency)

    def in_accounting_currency(self, amount: int) -> int | None:
        """Return an amount in minor units of the seller's own currency, at the rate of the order if
        it has one.
        """
        rate = self.exchange_rate
        if rate is None:
            return None
        more = exponent(rate.currency) - exponent(self.currency)
        return rounded(
            Fraction(amount) * Fraction(rate.rate) * Fraction(10) ** more, self.rounding.mode
        )

    def issued(self, kind: str) -> tuple[DocumentReference, ...]:
        """Return the documents of a kind that were issued and not replaced since."""
        replaced = {document_id for document in self.documents for document_id in document.replaces}
        return tuple(
            each
            for each in self.documents
            if each.kind == kind and each.document_id not in replaced
        )

    def summary(self) -> OrderSummary:
        """What an event says of the order."""
        return OrderSummary(
            order_id=self.order_id,
            reference=self.reference,
            placed_at=self.placed_at,
            language=self.language,
            customer=self.customer,
            total=self.money(self.amount.gross),
            paid=self.money(self.paid),
            payment_method=self.payment_method,
            carrier=self.carrier,
            tracking_number=self.tracking_number,
            shop=self.shop.profile,
            shipping=self.money(self.shipping.stated),
            discounts=self.discount_views(),
            due=self.money(self.due),
            refunded=self.money(self.repaid),
            refund_due=self.money(self.refund_due),
            tax=self.money(self.amount.tax),
            prices=self.prices,
            order_url=self.page,
            tracking_url=self.tracking_page,
        )

    @property
    def page(self) -> str:
        """Return the page of the storefront that shows the order; empty where the shop names
        none.
        """
        return fill(
            self.shop.profile.order_url,
            reference=self.reference,
            order_id=str(self.order_id),
            language=self.language,
        )

    @property
    def tracking_page(self) -> str:
        """Return where the parcel is followed; empty without a number, or where the carrier shows
        nothing.
        """
        carrier, to = self.shop.carrier(self.carrier), self.delivery_address
        if carrier is None or not self.tracking_number:
            return ""
        return fill(
            carrier.tracking_url,
            tracking_number=self.tracking_number,
            postcode=to.postcode,
            country=to.country,
            language=self.language,
        )

    def line_views(self) -> list[OrderLineView]:
        """The lines as messages show them."""
        return [
            OrderLineView(
                sku=line.sku,
                name=line.name,
                quantity=line.charge.quantity,
                tax_rate=line.charge.rate,
                unit_price=self.money(line.charge.price),
                total=self.money(line.charge.stated),
                missing=line.missing,
                line=number,
                discount=self.money(line.charge.off),
                refunded=self.refunded_pieces(number),
            )
            for number, line in self.shown
        ]

    def discount_views(self) -> list[DiscountView]:
        """The discounts as messages show them."""
        return [self.discount_view(each) for each in self.discounts if each.active]

    def discount_view(self, discount: Discount) -> DiscountView:
        """A discount as messages show it."""
        return DiscountView(
            discount_id=discount.discount_id,
            name=discount.name,
            kind=discount.kind,
            value=discount.value,
            code=discount.code,
            off=self.money(discount.off),
            invoice=discount.invoice,
            lines=None if discount.lines is None else list(discount.lines),
            cheapest=discount.scope.cheapest,
            fixed=discount.fixed is not None,
        )


def recorded(payment: Payment, by: str, at: datetime) -> RecordedPayment:
    """Return a payment as an order keeps it: with its date and who recorded it."""
    return RecordedPayment(**dict(payment) | {"at": payment.at or at, "by": by})
