"""Changing the products of an order: added, edited, cancelled; all that a command wants, or
nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.orders.domain.actions import objection_to_action
from services.orders.domain.backorder import Available, supplied
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.discount_shares import with_added_lines
from services.orders.domain.discounts import Discount
from services.orders.domain.documents import NextNumber
from services.orders.domain.order import Line, Order
from services.orders.domain.pricing import Charge, taxed_for_net
from services.orders.domain.shop import Product
from shared.contracts.orders import (
    AddedLine,
    AddLines,
    CancelledLine,
    CancelLines,
    EditedLine,
    EditLines,
    FixedDiscount,
    LineChange,
    OrderEdited,
)
from shared.contracts.reason import Reason

Editing = AddLines | EditLines | CancelLines
EXEMPT = "Nothing of the order is taxed: it takes no rate but 0."


def add_lines(
    order: Order,
    command: AddLines,
    products: Mapping[str, Product | None],
    left: Available,
    number: NextNumber,
    at: datetime,
) -> Edited | Reason:
    """The order with more products. `products` are those of the catalogue, `left` says what is free
    of one.
    """
    wrong = (
        _not_possible(order, command)
        or _wrong_invoice(order, command)
        or _unsellable(order, command, products)
    )
    if wrong:
        return wrong
    found = [(wanted, product) for wanted in command.lines if (product := products.get(wanted.sku))]
    lines = (*order.lines, *(_line(order, wanted, product) for wanted, product in found))
    first = len(order.lines) + 1
    discounts = with_added_lines(
        order.discounts, {first + place: product for place, (_, product) in enumerate(found)}
    )
    after = replace(order, lines=lines, discounts=discounts)
    return _edited(
        order,
        after,
        command,
        {first + place: place for place in range(len(found))},
        left,
        number,
        at,
    )


def edit_lines(
    order: Order,
    command: EditLines | CancelLines,
    left: Available,
    number: NextNumber,
    at: datetime,
) -> Edited | Reason:
    """The order with other quantities, prices or rates of tax."""
    wrong = _not_possible(order, command) or _wrong_line(order, command)
    if wrong:
        return wrong
    lines = list(order.lines)
    for wanted in _wanted(command):
        place, line = wanted.line - 1, order.lines[wanted.line - 1]
        price = wanted.unit_price if isinstance(wanted, EditedLine) else None
        taxed = taxed_for_net(line.taxed, price, order.prices, order.rounding)
        lines[place] = replace(line, charge=_charge(line.charge, wanted), taxed=taxed)
    after = replace(order, lines=tuple(lines))
    if after == order:
        return Reason("nothing_changes", "The lines are like that already.", field="lines")
    places = {wanted.line: place for place, wanted in enumerate(_wanted(command))}
    return _edited(order, after, command, places, left, number, at, command.reason)


def _edited(
    before: Order,
    after: Order,
    command: Editing,
    places: Mapping[int, int],
    left: Available,
    number: NextNumber,
    at: datetime,
    reason: str = "",
) -> Edited | Reason:
    after = supplied(before, after, left)
    found = _out_of_stock(before, after, places, left) or settled(before, after, number, at, reason)
    if isinstance(found, Reason):
        return found
    order = found.order
    told = OrderEdited(
        order_id=order.order_id,
        order=order.summary(),
        by=command.by,
        at=at,
        lines=order.line_views(),
        changes=list(_line_changes(before, order)),
        due=order.money(order.due),
        attach=issued_between(before, order),
        fixed_discounts=list(_fixed_discounts(order)),
    )
    return replace(found, events=[told, *found.events])


def _fixed_discounts(order: Order) -> Iterator[FixedDiscount]:
    """The discounts that stay as they were invoiced, and why."""
    invoices = order.issued("invoice")
    for each in order.discounts:
        if each.active and each.fixed is not None and invoices:
            yield FixedDiscount(
                discount_id=each.discount_id,
                name=each.name,
                off=order.money(each.off),
                lines=list(each.lines or ()),
                invoice=invoices[0].number,
                reason=_why_fixed(each, invoices[0].number),
            )


def _why_fixed(discount: Discount, invoice: str) -> str:
    if discount.kind == "percent":
        return (
            f"Invoice {invoice} was issued: '{discount.name}' stays {discount.value:f}% of the"
            " lines that it was invoiced for, and takes nothing off others."
        )
    return (
        f"Invoice {invoice} was issued: '{discount.name}' keeps its part of each line that it was"
        " invoiced for, shrinks with that line, and takes nothing off others."
    )


def _not_possible(order: Order, command: Editing) -> Reason | None:
    reason = objection_to_action(command.name, order)
    return Reason("not_possible", reason, field="order_id") if reason else None


def _wrong_invoice(order: Order, command: AddLines) -> Reason | None:
    invoices = order.issued("invoice")
    if command.invoice == "existing" and invoices:
        reason = (
            f"The invoice {invoices[-1].number} was issued and stays as it is: add them to a new"
            " one."
        )
        return Reason("invoice_issued", reason, field="invoice")
    if command.invoice == "new" and not invoices:
        return Reason(
            "no_invoice",
            "No invoice was issued yet: they will stand on the first one.",
            field="invoice",
        )
    return None


def _unsellable(
    order: Order, command: AddLines, products: Mapping[str, Product | None]
) -> Reason | None:
    for place, line in enumerate(command.lines):
        product, field = products.get(line.sku), f"lines.{place}.sku"
        if product is None:
            return Reason("unknown_product", f"There is no product '{line.sku}'.", field=field)
        if product.price.currency != order.currency and line.unit_price is None:
            reason = (
                f"'{line.sku}' is priced in {product.price.currency}, not in {order.currency}: give"
                " a price."
            )
            return Reason("wrong_currency", reason, field=field)
        if order.exemption and line.tax_rate:
            return Reason("order_exempt", EXEMPT, field=f"lines.{place}.tax_rate")
    return None


def _line(order: Order, wanted: AddedLine, product: Product) -> Line:
    product = product.untaxed(order.prices, order.rounding) if order.exemption else product
    price = product.price.amount if wanted.unit_price is None else wanted.unit_price
    rate = product.tax_rate if wanted.tax_rate is None else wanted.tax_rate
    return Line(
        product.sku,
        product.name(order.language, order.shop.default_language),
        Charge(price, wanted.quantity, rate),
        weight_grams=product.weight_grams,
        taxed=taxed_for_net(product.taxed, wanted.unit_price, order.prices, order.rounding),
    )


def _wanted(command: EditLines | CancelLines) -> list[EditedLine | CancelledLine]:
    return [*command.lines]


def _charge(charge: Charge, wanted: EditedLine | CancelledLine) -> Charge:
    if isinstance(wanted, CancelledLine):
        return replace(charge, quantity=charge.quantity - wanted.quantity)
    return replace(
        charge,
        quantity=charge.quantity if wanted.quantity is None else wanted.quantity,
        price=charge.price if wanted.unit_price is None else wanted.unit_price,
        rate=charge.rate if wanted.tax_rate is None else wanted.tax_rate,
    )


def _wrong_line(order: Order, command: EditLines | CancelLines) -> Reason | None:
    seen: set[int] = set()
    for place, wanted in enumerate(_wanted(command)):
        found = _objection_to_line(order, wanted, seen)
        if found:
            code, reason, field = found
            return Reason(code, reason, field=f"lines.{place}.{field}")
        seen.add(wanted.line)
    return None


def _objection_to_line(
    order: Order, wanted: EditedLine | CancelledLine, seen: set[int]
) -> tuple[str, str, str] | None:
    if wanted.line not in dict(order.numbered_lines):
        return "unknown_line", f"The order has no line {wanted.line}.", "line"
    if wanted.line in seen:
        return "line_twice", f"Line {wanted.line} is named twice: name it once.", "line"
    if order.is_refunded(wanted.line):
        return (
            "line_refunded",
            f"Line {wanted.line} was refunded in part: refund what is left of it instead.",
            "line",
        )
    pieces = order.lines[wanted.line - 1].charge.quantity
    if isinstance(wanted, CancelledLine):
        too_many = wanted.quantity > pieces
        return (
            ("too_many_pieces", f"Line {wanted.line} has {pieces} pieces.", "quantity")
            if too_many
            else None
        )
    return ("order_exempt", EXEMPT, "tax_rate") if order.exemption and wanted.tax_rate else None


def _out_of_stock(
    before: Order, after: Order, places: Mapping[int, int], left: Available
) -> Reason | None:
    """Why the stock does not do: the shop lets no order wait for what is missing."""
    for number, place in places.items() if not before.shop.backorders else ():
        line, had = (
            after.lines[number - 1],
            (before.lines[number - 1] if number <= len(before.lines) else None),
        )
        more = line.charge.quantity - (had.charge.quantity if had else 0)
        if line.missing > (had.missing if had else 0):
            return Reason(
                "out_of_stock",
                f"{more} more of '{line.sku}' are wanted and {left(line.sku)} are left.",
                field=f"lines.{place}.quantity",
                details={"sku": line.sku, "left": left(line.sku)},
            )
    return None


def _line_changes(before: Order, after: Order) -> Iterator[LineChange]:
    for number, line in enumerate(after.lines, start=1):
        now = line.charge
        then = before.charges[number] if number <= len(before.lines) else replace(now, quantity=0)
        if (then.quantity, then.price, then.rate) != (now.quantity, now.price, now.rate):
            yield LineChange(
                line=number,
                sku=line.sku,
                name=line.name,
                quantity_before=then.quantity,
                quantity=now.quantity,
                unit_price_before=after.money(then.price),
                unit_price=after.money(now.price),
                tax_rate_before=then.rate,
                tax_rate=now.rate,
            )
