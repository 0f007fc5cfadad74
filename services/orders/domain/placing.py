"""Placing an order: the catalogue's prices, or a refusal that says what differs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.orders.domain.money import LARGEST
from services.orders.domain.order import Change, Line, Order, Product, Shop, state_view
from services.orders.domain.pricing import Charge, priced
from services.orders.domain.states import State
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import OrderPlaced, PlaceOrder


@dataclass(frozen=True)
class Catalogue:
    """What the decision needs to know: products and available stock by SKU; None where there is none."""

    shop: Shop | None
    products: Mapping[str, Product | None]
    stock: Mapping[str, int]


@dataclass(frozen=True)
class Placed:
    """The order, what it takes from stock by SKU, and what is told."""

    order: Order
    taken: Mapping[str, int]
    events: list[Event]


def place(
    command: PlaceOrder, catalogue: Catalogue, states: Mapping[str, State], at: datetime
) -> Placed | Refusal:
    """The order as it will stand, or why not."""
    shop, state = catalogue.shop, states.get(command.initial_state)
    if shop is None:
        return command.refuse("unknown_shop", "This shop has no profile yet: send shop.put first.", field="shop")
    if state is None:
        return command.refuse("unknown_state", f"There is no state '{command.initial_state}'.", field="initial_state")
    wrong = _wrong_start(command, state) or _wrong_line(command, catalogue)
    if wrong:
        return wrong
    order = _order(command, shop, catalogue, at)
    wrong = _wrong_total(command, order)
    if wrong:
        return wrong
    placed = OrderPlaced(
        order_id=order.order_id, order=order.summary(), state=state_view(state, order.language),
        lines=order.line_views(),
    )
    return Placed(order, _wanted(command), [placed])


def _wrong_start(command: PlaceOrder, state: State) -> Refusal | None:
    """Placing brings no payment, document or stock of its own: those come with a move."""
    if not state.flags and state.moves != frozenset():
        return None
    return command.refuse(
        "not_an_initial_state",
        f"An order cannot begin in '{state.key}': place it in a state that awaits something, then move it there.",
        field="initial_state",
    )


def _wanted(command: PlaceOrder) -> Mapping[str, int]:
    wanted: Counter[str] = Counter()
    for line in command.lines:
        wanted[line.sku] += line.quantity
    return wanted


def _wrong_line(command: PlaceOrder, catalogue: Catalogue) -> Refusal | None:
    for sku, quantity in _wanted(command).items():
        product, left = catalogue.products.get(sku), catalogue.stock.get(sku, 0)
        if product is None:
            return command.refuse("unknown_product", f"There is no product '{sku}'.", field="lines", sku=sku)
        if product.price.currency != command.currency:
            return command.refuse(
                "wrong_currency", f"'{sku}' is priced in {product.price.currency}, not in {command.currency}.",
                field="currency", sku=sku,
            )
        if quantity > left:
            return command.refuse(
                "out_of_stock", f"{quantity} of '{sku}' are wanted and {left} are left.",
                field="lines", sku=sku, left=left,
            )
    return None


def _wrong_total(command: PlaceOrder, order: Order) -> Refusal | None:
    computed, shown = order.amount.gross, command.total
    if computed >= LARGEST:
        return command.refuse("total_too_large", "The order comes to more than can be kept.", field="lines")
    if computed == shown.amount and command.currency == shown.currency:
        return None
    return command.refuse(
        "total_differs",
        f"The customer was shown {shown.amount} {shown.currency}, "
        f"the order comes to {computed} {order.currency} (minor units).",
        field="total", shown=shown.model_dump(), computed=order.money(computed).model_dump(),
    )


def _order(command: PlaceOrder, shop: Shop, catalogue: Catalogue, at: datetime) -> Order:
    products = [(line, catalogue.products[line.sku]) for line in command.lines]
    charges = [Charge(product.price.amount, line.quantity, product.tax_rate) for line, product in products if product]
    *lines, shipping = priced(
        [*charges, Charge(command.carrier.price, 1, command.carrier.tax_rate)], command.prices
    )
    return Order(
        order_id=command.order_id,
        shop=shop,
        reference=command.reference,
        placed_at=at,
        customer=command.customer,
        language=command.language,
        currency=command.currency,
        prices=command.prices,
        lines=tuple(
            Line(line.sku, product.name(command.language, shop.default_language), charge, product.weight_grams)
            for (line, product), charge in zip(products, lines, strict=True)
            if product
        ),
        carrier=command.carrier.name,
        tracking_number=command.carrier.tracking_number,
        shipping=shipping,
        payment_method=command.payment_method,
        delivery_address=command.delivery_address,
        invoice_address=command.invoice_address,
        state=command.initial_state,
        history=(Change(command.initial_state, at, command.placed_by),),
    )
