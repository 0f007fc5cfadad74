"""Discounts that an employee gives on a placed order, and takes back; before it is shipped."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.orders.domain.actions import objection_to_action
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.discount_shares import discountable, split
from services.orders.domain.discounts import EVERYTHING, Discount, Scope
from services.orders.domain.documents import NextNumber
from services.orders.domain.order import Order
from shared.contracts.orders import AddDiscount, DiscountKind, OrderDiscounted, RemoveDiscount
from shared.contracts.reason import Reason
from shared.writing.currencies import written


def add_discount(
    order: Order, command: AddDiscount, number: NextNumber, at: datetime
) -> Edited | Reason:
    """The order with a discount. A percentage is of what the products cost after the discounts
    before it.
    """
    wrong = _not_possible(order) or _wrong_values(order, command)
    if wrong:
        return wrong
    found = (
        _free_shipping(order, command) if command.free_shipping else _off_products(order, command)
    )
    if isinstance(found, Reason):
        return found
    after = replace(order, discounts=(*order.discounts, found))
    edited = settled(order, after, number, at, found.name)
    return (
        edited
        if isinstance(edited, Reason)
        else _told(order, edited, edited.order.discounts[-1], command, at)
    )


def remove_discount(
    order: Order, command: RemoveDiscount, number: NextNumber, at: datetime
) -> Edited | Reason:
    """The order without a discount."""
    wrong = _not_possible(order)
    if wrong:
        return wrong
    found = next(
        (
            each
            for each in order.discounts
            if each.discount_id == command.discount_id and each.active
        ),
        None,
    )
    if found is None:
        reason = f"The order has no discount {command.discount_id}."
        return Reason("unknown_discount", reason, field="discount_id")
    if _is_refunded(order, found):
        reason = "Something that it was taken off was refunded: it stays."
        return Reason("discount_refunded", reason, field="discount_id")
    gone = replace(found, active=False)
    after = replace(
        order, discounts=tuple(gone if each is found else each for each in order.discounts)
    )
    edited = settled(order, after, number, at)
    return edited if isinstance(edited, Reason) else _told(order, edited, found, command, at)


def _not_possible(order: Order) -> Reason | None:
    reason = objection_to_action("order.add_discount", order)
    return Reason("not_possible", reason, field="order_id") if reason else None


def _wrong_values(order: Order, command: AddDiscount) -> Reason | None:
    if sum((command.percent is not None, command.amount is not None, command.free_shipping)) != 1:
        reason = "A discount is a percentage, an amount, or free shipping: give one of them."
        return Reason("one_kind", reason, field="percent")
    if any(each.discount_id == command.discount_id for each in order.discounts):
        reason = f"The discount {command.discount_id} was given before."
        return Reason("already_given", reason, field="discount_id")
    if command.invoice and command.invoice not in {
        each.document_id for each in order.issued("invoice")
    }:
        return Reason(
            "unknown_invoice", f"The order has no invoice {command.invoice}.", field="invoice"
        )
    return None


def _off_products(order: Order, command: AddDiscount) -> Discount | Reason:
    """Take it off what the lines still cost; a line that was refunded in part gives nothing."""
    kind: DiscountKind = "percent" if command.amount is None else "amount"
    value = command.percent or Decimal(command.amount or 0)
    scope = EVERYTHING if command.invoice is None else _lines_on(order, command.invoice)
    left = [
        0 if order.is_refunded(number) else line.charge.after_discounts
        for number, line in enumerate(order.lines, start=1)
    ]
    free = discountable(scope, [line.charge for line in order.lines], left)
    whole = sum(free)
    if kind == "amount" and value > whole:
        reason = f"{written(whole, order.currency)} can still be taken off."
        return Reason("too_much", reason, field="amount", details={"left": whole})
    if not any(split(kind, value, free, order.rounding)):
        return _nothing_off(kind)
    return _discount(command, kind, value, scope)


def _lines_on(order: Order, invoice: UUID) -> Scope:
    return Scope(
        tuple(number for number, line in enumerate(order.lines, start=1) if line.invoice == invoice)
    )


def _free_shipping(order: Order, command: AddDiscount) -> Discount | Reason:
    if order.is_refunded(0):
        return Reason("shipping_refunded", "The shipping was refunded.", field="free_shipping")
    first = order.issued("invoice")[:1]
    elsewhere = command.invoice is not None and command.invoice not in {
        each.document_id for each in first
    }
    if elsewhere or not order.shipping.after_discounts:
        return _nothing_off("free_shipping")
    return _discount(command, "free_shipping", Decimal(0))


def _nothing_off(field: str) -> Reason:
    return Reason("takes_nothing_off", "There is nothing that it could be taken off.", field=field)


def _discount(
    command: AddDiscount, kind: DiscountKind, value: Decimal, scope: Scope = EVERYTHING
) -> Discount:
    """Return the discount before its shares are computed."""
    return Discount(
        command.discount_id,
        command.discount_name,
        kind,
        value,
        code="",
        shares=(),
        invoice=command.invoice,
        scope=scope,
    )


def _is_refunded(order: Order, discount: Discount) -> bool:
    lines = any(
        discount.of_line(number - 1) and order.is_refunded(number)
        for number in range(1, len(order.lines) + 1)
    )
    return lines or (discount.of_shipping > 0 and order.is_refunded(0))


def _told(
    before: Order,
    edited: Edited,
    discount: Discount,
    command: AddDiscount | RemoveDiscount,
    at: datetime,
) -> Edited:
    order = edited.order
    told = OrderDiscounted(
        order_id=order.order_id,
        order=order.summary(),
        by=command.by,
        at=at,
        due=order.money(order.due),
        discount=order.discount_view(discount),
        removed=isinstance(command, RemoveDiscount),
        attach=issued_between(before, order),
    )
    return replace(edited, events=[told, *edited.events])
