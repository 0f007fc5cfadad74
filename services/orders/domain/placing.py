"""Placing an order: the catalogue's prices, or a refusal that says what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.orders.domain.backorder import stocked
from services.orders.domain.guards import first_objection
from services.orders.domain.lifecycle import NextNumber, attached, enter
from services.orders.domain.money import LARGEST
from services.orders.domain.moves import landing, out_of_stock
from services.orders.domain.order import Change, Line, Order, Product, Shop
from services.orders.domain.pricing import Charge, priced
from services.orders.domain.states import Graph, State, state_view
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
    command: PlaceOrder, catalogue: Catalogue, graph: Graph, number: NextNumber, at: datetime
) -> Placed | Refusal:
    """The order as it will stand, with all that its first state brings, or why not."""
    shop, wanted = catalogue.shop, graph.get(command.initial_state)
    if shop is None:
        return command.refuse("unknown_shop", "This shop has no profile yet: send shop.put first.", field="shop")
    if wanted is None:
        return command.refuse("unknown_state", f"There is no state '{command.initial_state}'.", field="initial_state")
    wrong = _wrong_start(command, wanted) or _wrong_line(command, catalogue)
    if wrong:
        return wrong
    order = stocked(_order(command, shop, catalogue, at), lambda sku: catalogue.stock.get(sku, 0))
    state = landing(order, wanted, graph) if shop.backorders else wanted
    wrong = _too_short(command, order, state, catalogue) or _wrong_total(command, order)
    return wrong or _objection(command, order, state) or _placed(order, state, number, command.placed_by, at)


def _placed(order: Order, state: State, number: NextNumber, by: str, at: datetime) -> Placed:
    moved = enter(replace(order, history=(Change(state.key, at, by),)), state, number, at)
    order = moved.order
    placed = OrderPlaced(
        order_id=order.order_id, order=order.summary(), state=state_view(state, order.language),
        lines=order.line_views(), attach=attached(order, state),
    )
    return Placed(order, order.held, [placed, *moved.events])


def _wrong_start(command: PlaceOrder, state: State) -> Refusal | None:
    if state.initial:
        return None
    return command.refuse("not_an_initial_state", f"No order can begin in '{state.key}'.", field="initial_state")


def _objection(command: PlaceOrder, order: Order, state: State) -> Refusal | None:
    found = first_objection(state.guards, order)
    return command.refuse("guard_objects", found[1], field="initial_state", guard=found[0]) if found else None


def _too_short(command: PlaceOrder, order: Order, state: State, catalogue: Catalogue) -> Refusal | None:
    return out_of_stock(command, order, state, lambda sku: catalogue.stock.get(sku, 0))


def _wrong_line(command: PlaceOrder, catalogue: Catalogue) -> Refusal | None:
    for line in command.lines:
        product = catalogue.products.get(line.sku)
        if product is None:
            return command.refuse(
                "unknown_product", f"There is no product '{line.sku}'.", field="lines", sku=line.sku
            )
        if product.price.currency != command.currency:
            return command.refuse(
                "wrong_currency", f"'{line.sku}' is priced in {product.price.currency}, not in {command.currency}.",
                field="currency", sku=line.sku,
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
        [*charges, Charge(command.carrier.price, 1, command.carrier.tax_rate)], command.prices, shop.rounding
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
        rounding=shop.rounding,
        lines=tuple(
            Line(
                line.sku, product.name(command.language, shop.default_language), charge,
                weight_grams=product.weight_grams,
            )
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
    )
