"""Placing of orders, at the catalogue's prices with all rules that apply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from services.orders.domain.backorder import stocked
from services.orders.domain.carts import (
    cart_of,
    exempted,
    language_of,
    ready,
    too_large,
    unsellable,
)
from services.orders.domain.credit_payments import Spent, Wish, spend
from services.orders.domain.documents import NextNumber
from services.orders.domain.exchange_rates import wrong_exchange_rate
from services.orders.domain.exemption_rules import objection_to_exemption
from services.orders.domain.guards import first_objection
from services.orders.domain.lifecycle import announced_state, enter
from services.orders.domain.money import minor
from services.orders.domain.moves import landing, out_of_stock, where_paid
from services.orders.domain.offer import Catalogue, Offer, Redemption, offer
from services.orders.domain.order import Order
from services.orders.domain.order_line import Change, Line
from services.orders.domain.order_views import line_views, summary
from services.orders.domain.shop import Shop
from services.orders.domain.state_documents import attached
from services.orders.domain.states import Graph, State
from services.orders.domain.store_credit import Account
from services.orders.domain.vouchers import codes_of
from shared.contracts.message import Event
from shared.contracts.orders import OrderPlaced, PlaceOrder
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.writing.currencies import written


@dataclass(frozen=True)
class Placed:
    """A new order, the pieces it takes from stock by SKU, the rules it uses, the store credit
    account that pays it, and the events.
    """

    order: Order
    taken: Mapping[str, int]
    redemptions: tuple[Redemption, ...]
    events: list[Event]
    account: Account | None = None


def is_with_credit(command: PlaceOrder) -> bool:
    """Return whether the order is paid with store credit other than that of its credit slips."""
    return command.use_store_credit or command.store_credit_amount is not None


def place(
    command: PlaceOrder,
    catalogue: Catalogue,
    graph: Graph,
    next_number: NextNumber,
    at: datetime,
    account: Account | None = None,
    slips: Sequence[str] = (),
) -> Placed | Reason:
    """Return the new order with all effects of its first state.

    `account` is the customer's store credit; `slips` are the credit slips among the codes.
    """
    shop, wanted = catalogue.shop, graph.get(command.initial_state)
    if shop is None:
        return NO_PROFILE
    if wanted is None:
        return Reason(
            "unknown_state", f"There is no state '{command.initial_state}'.", field="initial_state"
        )
    wrong = _wrong_start(wanted)
    priced = wrong or ready(command, shop)
    if isinstance(priced, Reason):
        return priced
    command = priced
    catalogue = catalogue.sold_in(command.currency)
    wrong = unsellable(command, command.lines, catalogue)
    wrong = wrong or objection_to_exemption(command, shop.profile.address)
    if wrong:
        return wrong
    catalogue = exempted(command, catalogue)
    cart = cart_of(command, command.lines, shop, catalogue, at)
    found = offer(cart, catalogue, [code for code in codes_of(command) if code not in slips])
    order = stocked(_order(command, shop, found, at), lambda sku: catalogue.stock.get(sku, 0))
    spent = _spend(command, order, account, slips, at)
    if isinstance(spent, Reason):
        return spent.at("store_credit_amount")
    if spent.events and spent.order.due <= 0:
        wanted = where_paid(wanted, graph)
    state = landing(order, wanted, graph) if shop.backorders else wanted
    wrong = _too_short(command, order, state, catalogue) or _other_offer(command, found)
    wrong = wrong or too_large(found) or _wrong_total(command, order) or wrong_exchange_rate(order)
    wrong = wrong or _objection(spent.order, state)
    return wrong or _placed(spent, found.redemptions, state, next_number, command.placed_by, at)


def _spend(
    command: PlaceOrder, order: Order, account: Account | None, slips: Sequence[str], at: datetime
) -> Spent | Reason:
    account = account or Account(order.shop.key, order.customer.customer_id, order.currency)
    wish = Wish(
        command.use_store_credit and command.store_credit_amount is None,
        minor(command.store_credit_amount),
        tuple(slips),
    )
    if not wish.wanted:
        return Spent(order, account, [])
    return spend(order, account, wish, uuid5(order.order_id, "store credit"), command.placed_by, at)


def _placed(
    spent: Spent,
    redemptions: tuple[Redemption, ...],
    state: State,
    next_number: NextNumber,
    by: str,
    at: datetime,
) -> Placed:
    order = spent.order
    moved = enter(order, state, Change(state.key, at, by), next_number)
    order = moved.order
    placed = OrderPlaced(
        order_id=order.order_id,
        order=summary(order),
        new_state=announced_state(order, state),
        lines=line_views(order),
        attach=attached(order, state),
        delivery_address=order.delivery_address,
        invoice_address=order.invoice_address,
    )
    return Placed(
        order, order.held, redemptions, [placed, *spent.events, *moved.events], spent.account
    )


def _wrong_start(state: State) -> Reason | None:
    if state.initial:
        return None
    return Reason(
        "not_an_initial_state", f"No order can begin in '{state.key}'.", field="initial_state"
    )


def _objection(order: Order, state: State) -> Reason | None:
    found = first_objection(state.guards, order)
    if found is None:
        return None
    guard, sentence = found
    return Reason("guard_objects", sentence, field="initial_state", details={"guard": guard})


def _too_short(
    command: PlaceOrder, order: Order, state: State, catalogue: Catalogue
) -> Reason | None:
    return out_of_stock(command, order, state, lambda sku: catalogue.stock.get(sku, 0))


def _other_offer(command: PlaceOrder, found: Offer) -> Reason | None:
    if found.rejected:
        first = found.rejected[0]
        return Reason(
            first.code,
            first.reason,
            field=path_to("voucher_codes", command.voucher_codes, first.voucher_code),
            details={"voucher_code": first.voucher_code},
        )
    if command.gifts is None or sorted(command.gifts) == found.gift_skus:
        return None
    sentence = (
        f"The customer was shown {_listed(command.gifts)} as gifts, but gets"
        f" {_listed(found.gift_skus)}: show the price again."
    )
    return Reason(
        "gifts_differ",
        sentence,
        field="gifts",
        details={"shown": sorted(command.gifts), "computed": found.gift_skus},
    )


def _listed(skus: Sequence[str]) -> str:
    return ", ".join(f"'{sku}'" for sku in sorted(skus)) or "nothing"


def _wrong_total(command: PlaceOrder, order: Order) -> Reason | None:
    computed, shown = order.amount.gross, command.total
    if computed == shown.amount and command.currency == shown.currency:
        return None
    return Reason(
        "total_differs",
        f"The total is {written(computed, order.currency)}, but the customer was shown"
        f" {written(shown.amount, shown.currency)}: show the price again.",
        field="total",
        details={"shown": shown.model_dump(), "computed": order.money(computed).model_dump()},
    )


def _order(command: PlaceOrder, shop: Shop, found: Offer, at: datetime) -> Order:
    return Order(
        order_id=command.order_id,
        shop=shop,
        reference=command.reference,
        placed_at=at,
        customer=command.customer,
        language=language_of(command, shop),
        currency=command.currency,
        prices=command.prices,
        rounding=shop.rounding,
        coin=shop.coin(command.payment_method, command.currency),
        lines=tuple(_lines(command, shop, found)),
        discounts=found.discounts,
        exemption=command.exemption,
        exchange_rate=command.exchange_rate,
        invoice_note=_invoice_note(command, shop),
        carrier=command.carrier,
        tracking_number=command.tracking_number,
        shipping=found.shipping,
        payment_method=command.payment_method,
        delivery_address=command.delivery_address,
        invoice_address=command.invoice_address,
        state=command.initial_state,
    )


def _lines(command: PlaceOrder, shop: Shop, found: Offer) -> Iterator[Line]:
    for item, charge in zip(found.items, found.charges, strict=True):
        yield Line(
            item.product.sku,
            item.product.name(language_of(command, shop), shop.default_language),
            charge,
            weight_grams=item.product.weight_grams,
            taxed=item.product.taxed,
        )


def _invoice_note(command: PlaceOrder, shop: Shop) -> str:
    if command.invoice_note is None:
        return shop.invoice_note(language_of(command, shop))
    return command.invoice_note
