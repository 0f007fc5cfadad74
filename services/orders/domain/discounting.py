"""Discounts that employees add to a placed order or remove, before it is shipped."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.orders.domain.actions import objection_to_action
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.discount_shares import discountable, split
from services.orders.domain.discounts import EVERYTHING, Discount, Scope
from services.orders.domain.documents import NextNumber
from services.orders.domain.money import minor
from services.orders.domain.order import Order
from services.orders.domain.order_views import discount_view, summary
from shared.contracts.orders import AddDiscount, DiscountKind, OrderDiscounted, RemoveDiscount
from shared.contracts.reason import Reason
from shared.writing.currencies import written


def add_discount(
    order: Order, command: AddDiscount, next_number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order with a discount added; a percentage applies after the earlier discounts."""
    wrong = _not_possible(order) or _wrong_values(order, command)
    if wrong:
        return wrong
    if command.free_shipping:
        found = _free_shipping(order, command)
    else:
        found = _off_products(order, command)
    if isinstance(found, Reason):
        return found
    after = replace(order, discounts=(*order.discounts, found))
    edited = settled(order, after, next_number, at, found.name)
    if isinstance(edited, Reason):
        return edited
    return _announced(order, edited, edited.order.discounts[-1], command, at)


def remove_discount(
    order: Order, command: RemoveDiscount, next_number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order without a discount."""
    wrong = _not_possible(order)
    if wrong:
        return wrong
    found = _active(order, command.discount_id)
    if found is None:
        reason = f"The order has no discount {command.discount_id}."
        return Reason("unknown_discount", reason, field="discount_id")
    if _is_refunded(order, found):
        reason = "This discount cannot be removed: an item it applies to has been refunded."
        return Reason("discount_refunded", reason, field="discount_id")
    removed = replace(found, active=False)
    discounts = tuple(removed if each is found else each for each in order.discounts)
    edited = settled(order, replace(order, discounts=discounts), next_number, at)
    if isinstance(edited, Reason):
        return edited
    return _announced(order, edited, found, command, at)


def _active(order: Order, discount_id: UUID) -> Discount | None:
    for each in order.discounts:
        if each.discount_id == discount_id and each.active:
            return each
    return None


def _not_possible(order: Order) -> Reason | None:
    reason = objection_to_action("order.add_discount", order)
    return Reason("not_possible", reason, field="order_id") if reason else None


def _wrong_values(order: Order, command: AddDiscount) -> Reason | None:
    given = (command.percent is not None, command.amount is not None, command.free_shipping)
    if sum(given) != 1:
        reason = "A discount is a percentage, an amount, or free shipping: give one of them."
        return Reason("one_kind", reason, field="percent")
    if any(each.discount_id == command.discount_id for each in order.discounts):
        reason = f"The discount {command.discount_id} was added before."
        return Reason("already_given", reason, field="discount_id")
    invoices = {each.document_id for each in order.issued("invoice")}
    if command.invoice_id and command.invoice_id not in invoices:
        return Reason(
            "unknown_invoice", f"The order has no invoice {command.invoice_id}.", field="invoice_id"
        )
    return None


def _off_products(order: Order, command: AddDiscount) -> Discount | Reason:
    """Return a discount on the lines, except lines that were refunded in part."""
    kind: DiscountKind = "percent" if command.amount is None else "amount"
    value = command.percent or Decimal(minor(command.amount) or 0)
    scope = EVERYTHING if command.invoice_id is None else _lines_on(order, command.invoice_id)
    remaining = []
    for number, line in enumerate(order.lines, start=1):
        remaining.append(0 if order.is_refunded(number) else line.charge.after_discounts)
    free = discountable(scope, [line.charge for line in order.lines], remaining)
    whole = sum(free)
    if kind == "amount" and value > whole:
        reason = f"At most {written(whole, order.currency)} can still be taken off."
        return Reason("too_much", reason, field="amount", details={"left": whole})
    if not any(split(kind, value, free, order.rounding)):
        return _nothing_off(kind)
    return _discount(command, kind, value, scope)


def _lines_on(order: Order, invoice: UUID) -> Scope:
    lines = enumerate(order.lines, start=1)
    return Scope(tuple(number for number, line in lines if line.invoice == invoice))


def _free_shipping(order: Order, command: AddDiscount) -> Discount | Reason:
    if order.is_refunded(0):
        return Reason("shipping_refunded", "The shipping was refunded.", field="free_shipping")
    first = [each.document_id for each in order.issued("invoice")[:1]]
    on_other_invoice = command.invoice_id is not None and command.invoice_id not in first
    if on_other_invoice or not order.shipping.after_discounts:
        return _nothing_off("free_shipping")
    return _discount(command, "free_shipping", Decimal(0))


def _nothing_off(field: str) -> Reason:
    return Reason(
        "takes_nothing_off", "The discount would take nothing off this order.", field=field
    )


def _discount(
    command: AddDiscount, kind: DiscountKind, value: Decimal, scope: Scope = EVERYTHING
) -> Discount:
    """Return the discount, without its shares yet."""
    return Discount(
        command.discount_id,
        command.discount_name,
        kind,
        value,
        code="",
        shares=(),
        invoice=command.invoice_id,
        scope=scope,
    )


def _is_refunded(order: Order, discount: Discount) -> bool:
    for number in range(1, len(order.lines) + 1):
        if discount.of_line(number - 1) and order.is_refunded(number):
            return True
    return discount.of_shipping > 0 and order.is_refunded(0)


def _announced(
    before: Order,
    edited: Edited,
    discount: Discount,
    command: AddDiscount | RemoveDiscount,
    at: datetime,
) -> Edited:
    order = edited.order
    event = OrderDiscounted(
        order_id=order.order_id,
        order=summary(order),
        by=command.by,
        at=at,
        due=order.money(order.due),
        discount=discount_view(order, discount),
        removed=isinstance(command, RemoveDiscount),
        attach=issued_between(before, order),
    )
    return replace(edited, events=[event, *edited.events])
