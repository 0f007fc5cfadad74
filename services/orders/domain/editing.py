"""Edits of an order's lines: added, changed or cancelled, all lines of a command or none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.orders.domain.actions import objection_to_action
from services.orders.domain.backorder import Available, supplied
from services.orders.domain.carts import not_sold
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.discount_shares import with_added_lines
from services.orders.domain.discounts import Discount
from services.orders.domain.documents import NextNumber
from services.orders.domain.money import minor
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from services.orders.domain.order_views import line_views, summary
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
EXEMPT = "The order is exempt from tax: only the tax rate 0 is possible."


def add_lines(
    order: Order,
    command: AddLines,
    products: Mapping[str, Product | None],
    available: Available,
    next_number: NextNumber,
    at: datetime,
) -> Edited | Reason:
    """Return the order with lines added; `products` are those of the catalogue by SKU."""
    wrong = (
        _not_possible(order, command)
        or _wrong_invoice(order, command)
        or _unsellable(order, command, products)
    )
    if wrong:
        return wrong
    lines = list(order.lines)
    added: dict[int, Product] = {}
    places: dict[int, int] = {}
    for place, wanted in enumerate(command.lines):
        product = products.get(wanted.sku)
        if product:
            product = product.sold_in(order.currency)
            lines.append(_line(order, wanted, product))
            added[len(lines)], places[len(lines)] = product, place
    discounts = with_added_lines(order.discounts, added)
    after = replace(order, lines=tuple(lines), discounts=discounts)
    return _edited(order, after, command, places, available, next_number, at)


def edit_lines(
    order: Order,
    command: EditLines | CancelLines,
    available: Available,
    next_number: NextNumber,
    at: datetime,
) -> Edited | Reason:
    """Return the order with other quantities, prices or tax rates."""
    wrong = _not_possible(order, command) or _wrong_line(order, command)
    if wrong:
        return wrong
    lines = list(order.lines)
    for wanted in _wanted(command):
        place, line = wanted.line - 1, order.lines[wanted.line - 1]
        price = wanted.unit_price if isinstance(wanted, EditedLine) else None
        taxed = taxed_for_net(line.taxed, minor(price), order.prices, order.rounding)
        lines[place] = replace(line, charge=_charge(line.charge, wanted), taxed=taxed)
    after = replace(order, lines=tuple(lines))
    if after == order:
        return Reason("nothing_changes", "The lines have these values already.", field="lines")
    places = {wanted.line: place for place, wanted in enumerate(_wanted(command))}
    return _edited(order, after, command, places, available, next_number, at, command.reason)


def _edited(
    before: Order,
    after: Order,
    command: Editing,
    places: Mapping[int, int],
    available: Available,
    next_number: NextNumber,
    at: datetime,
    reason: str = "",
) -> Edited | Reason:
    after = supplied(before, after, available)
    found = _out_of_stock(before, after, places, available) or settled(
        before, after, next_number, at, reason
    )
    if isinstance(found, Reason):
        return found
    order = found.order
    told = OrderEdited(
        order_id=order.order_id,
        order=summary(order),
        by=command.by,
        at=at,
        lines=line_views(order),
        changes=list(_line_changes(before, order)),
        due=order.money(order.due),
        attach=issued_between(before, order),
        fixed_discounts=list(_fixed_discounts(order)),
    )
    return replace(found, events=[told, *found.events])


def _fixed_discounts(order: Order) -> Iterator[FixedDiscount]:
    """Yield the discounts that an invoice fixed, with the explanation."""
    invoices = order.issued("invoice")
    for each in order.discounts:
        if each.active and each.fixed is not None and invoices:
            yield FixedDiscount(
                discount_id=each.discount_id,
                name=each.name,
                off=order.money(each.off),
                line_numbers=list(each.lines or ()),
                invoice_number=invoices[0].number,
                reason=_why_fixed(each, invoices[0].number),
            )


def _why_fixed(discount: Discount, invoice: str) -> str:
    if discount.kind == "percent":
        return (
            f"Invoice {invoice} was issued: '{discount.name}' stays {discount.value:f}% of the"
            " lines on that invoice, and does not apply to other lines."
        )
    return (
        f"Invoice {invoice} was issued: '{discount.name}' stays as it is on each line of that"
        " invoice, decreases with that line, and does not apply to other lines."
    )


def _not_possible(order: Order, command: Editing) -> Reason | None:
    reason = objection_to_action(command.name, order)
    return Reason("not_possible", reason, field="order_id") if reason else None


def _wrong_invoice(order: Order, command: AddLines) -> Reason | None:
    invoices = order.issued("invoice")
    if command.expected_invoice == "existing" and invoices:
        reason = (
            f"Invoice {invoices[-1].number} was issued and cannot change: add the lines to a new"
            " invoice."
        )
        return Reason("invoice_issued", reason, field="expected_invoice")
    if command.expected_invoice == "new" and not invoices:
        return Reason(
            "no_invoice",
            "No invoice was issued yet: the lines will be on the first one.",
            field="expected_invoice",
        )
    return None


def _unsellable(
    order: Order, command: AddLines, products: Mapping[str, Product | None]
) -> Reason | None:
    for place, line in enumerate(command.lines):
        product, field = products.get(line.sku), f"lines[{place}].sku"
        if product is None:
            return Reason("unknown_product", f"There is no product '{line.sku}'.", field=field)
        wrong = not_sold(product)
        if wrong:
            return wrong.at(field)
        product = product.sold_in(order.currency)
        if product.price.currency != order.currency and line.unit_price is None:
            reason = (
                f"'{line.sku}' is priced in {product.price.currency}, not in {order.currency}: give"
                " a price."
            )
            return Reason("wrong_currency", reason, field=field)
        if order.exemption and line.tax_rate:
            return Reason("order_exempt", EXEMPT, field=f"lines[{place}].tax_rate")
    return None


def _line(order: Order, wanted: AddedLine, product: Product) -> Line:
    if order.exemption:
        product = product.untaxed(order.prices, order.rounding)
    price, rate = product.price.amount, product.tax_rate
    if wanted.unit_price is not None:
        price = wanted.unit_price.amount
    if wanted.tax_rate is not None:
        rate = wanted.tax_rate
    return Line(
        product.sku,
        product.name(order.language, order.shop.default_language),
        Charge(price, wanted.quantity, rate),
        weight_grams=product.weight_grams,
        taxed=taxed_for_net(product.taxed, minor(wanted.unit_price), order.prices, order.rounding),
    )


def _wanted(command: EditLines | CancelLines) -> list[EditedLine | CancelledLine]:
    return [*command.lines]


def _charge(charge: Charge, wanted: EditedLine | CancelledLine) -> Charge:
    if isinstance(wanted, CancelledLine):
        return replace(charge, quantity=charge.quantity - wanted.quantity)
    if wanted.quantity is not None:
        charge = replace(charge, quantity=wanted.quantity)
    if wanted.unit_price is not None:
        charge = replace(charge, price=wanted.unit_price.amount)
    if wanted.tax_rate is not None:
        charge = replace(charge, rate=wanted.tax_rate)
    return charge


def _wrong_line(order: Order, command: EditLines | CancelLines) -> Reason | None:
    seen: set[int] = set()
    for place, wanted in enumerate(_wanted(command)):
        found = _objection_to_line(order, wanted, seen)
        if found:
            code, reason, field = found
            return Reason(code, reason, field=f"lines[{place}].{field}")
        seen.add(wanted.line)
    return None


def _objection_to_line(
    order: Order, wanted: EditedLine | CancelledLine, seen: set[int]
) -> tuple[str, str, str] | None:
    if wanted.line not in dict(order.numbered_lines):
        return "unknown_line", f"The order has no line {wanted.line}.", "line"
    if wanted.line in seen:
        return "line_twice", f"Line {wanted.line} is listed twice: list it once.", "line"
    if order.is_refunded(wanted.line):
        return (
            "line_refunded",
            f"Line {wanted.line} was refunded in part: refund the rest of it instead.",
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
    before: Order, after: Order, places: Mapping[int, int], available: Available
) -> Reason | None:
    """Return the reason if pieces are missing in a shop that does not allow backorders."""
    for number, place in places.items() if not before.shop.backorders else ():
        line, had = (
            after.lines[number - 1],
            (before.lines[number - 1] if number <= len(before.lines) else None),
        )
        more = line.charge.quantity - (had.charge.quantity if had else 0)
        if line.missing > (had.missing if had else 0):
            return Reason(
                "out_of_stock",
                f"{more} more of '{line.sku}' are wanted, but {available(line.sku)} are in stock.",
                field=f"lines[{place}].quantity",
                details={"sku": line.sku, "left": available(line.sku)},
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
