"""Changes of placed orders."""

from collections.abc import Iterable

from services.orders.domain import (
    changing,
    discounting,
    editing,
    exchange_rates,
    exempting,
    lifecycle,
    rule_uses,
    stock_moves,
)
from services.orders.domain.corrections import Edited
from services.orders.domain.order import Order
from services.orders.domain.slip_replacement import replace_outdated_slip
from services.orders.handlers.customers import save_new_addresses
from services.orders.handlers.keys import CUSTOMER, EDITS
from services.orders.store.catalogue import Key
from services.orders.work import ORDER, Work
from services.orders.work.kinds import STOCK
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    AddDiscount,
    AddLines,
    CancelLines,
    ChangeAddress,
    ChangeShipping,
    EditLines,
    NotifyChange,
    RemoveDiscount,
    SetExchangeRate,
    SetExemption,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, any_of

service = Handlers[Work]()


def added_products(command: AddLines, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the products to add to an order."""
    return [(at.shop, line.sku) for line in command.lines]


@service.handles(AddLines, on=ORDER, locks=[*EDITS, STOCK.of(added_products)])
def add_lines(order: Order, command: AddLines, work: Work) -> Iterable[Event] | Reason:
    """Add products, at the catalogue's price or another."""
    products = work.sold([line.sku for line in command.lines])
    return _kept(
        order,
        editing.add_lines(order, command, products, work.left, work.numbers, work.now),
        command,
        work,
    )


@service.handles(any_of(EditLines, CancelLines), on=ORDER, locks=EDITS)
def edit_lines(
    order: Order, command: EditLines | CancelLines, work: Work
) -> Iterable[Event] | Reason:
    """Change quantities and prices; stock is reserved or returned."""
    return _kept(
        order, editing.edit_lines(order, command, work.left, work.numbers, work.now), command, work
    )


@service.handles(AddDiscount, on=ORDER, locks=EDITS)
def add_discount(order: Order, command: AddDiscount, work: Work) -> Iterable[Event] | Reason:
    """Add a discount."""
    return _kept(
        order, discounting.add_discount(order, command, work.numbers, work.now), command, work
    )


@service.handles(RemoveDiscount, on=ORDER, locks=EDITS)
def remove_discount(order: Order, command: RemoveDiscount, work: Work) -> Iterable[Event] | Reason:
    """Remove a discount; a voucher that it came from can be used again."""
    decision = discounting.remove_discount(order, command, work.numbers, work.now)
    if isinstance(decision, Reason):
        return decision
    given_up = rule_uses.given_up(work, decision.order)
    events = work.save_rules(given_up, decision.order)
    return [*_save(order, decision, command, work), *events]


@service.handles(ChangeShipping, on=ORDER, locks=EDITS)
def change_shipping(order: Order, command: ChangeShipping, work: Work) -> Iterable[Event] | Reason:
    """Change the carrier, its price, or the tracking number."""
    return _kept(
        order, changing.change_shipping(order, command, work.numbers, work.now), command, work
    )


@service.handles(ChangeAddress, on=ORDER, locks=[*EDITS, CUSTOMER])
def change_address(order: Order, command: ChangeAddress, work: Work) -> Iterable[Event] | Reason:
    """Change the delivery and invoice addresses."""
    known = work.customers.get((work.shop, order.customer.customer_id))
    wanted = changing.with_addresses(order, command, known)
    if isinstance(wanted, Reason):
        return wanted
    return _kept(order, changing.change_address(order, wanted, work.now), command, work)


@service.handles(SetExemption, on=ORDER, locks=[*EDITS, CUSTOMER])
def set_exemption(order: Order, command: SetExemption, work: Work) -> Iterable[Event] | Reason:
    """Exempt an order from tax, or lift its exemption."""
    return _kept(
        order, exempting.set_exemption(order, command, work.numbers, work.now), command, work
    )


@service.handles(SetExchangeRate, on=ORDER)
def set_exchange_rate(
    order: Order, command: SetExchangeRate, work: Work
) -> Iterable[Event] | Reason:
    """Set the exchange rate for the tax in the seller's own currency."""
    decision = exchange_rates.set_exchange_rate(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision[0])
    return [decision[1]]


@service.handles(NotifyChange, on=ORDER)
def notify_change(order: Order, command: NotifyChange, work: Work) -> Iterable[Event]:
    """Announce the order's current state, so that the customer is notified."""
    return [changing.announce(order, command, work.now)]


Discounting = AddDiscount | RemoveDiscount
Changing = (
    AddLines | EditLines | CancelLines | Discounting | ChangeShipping | ChangeAddress | SetExemption
)


def _kept(
    before: Order, decision: Edited | Reason, command: Changing, work: Work
) -> Iterable[Event] | Reason:
    if isinstance(decision, Reason):
        return decision
    return _save(before, decision, command, work)


def _save(before: Order, decision: Edited, command: Changing, work: Work) -> list[Event]:
    order, changes = rule_uses.freed(work, decision.order, decision.freed)
    rests = work.save_rules(changes, order)
    order, slips = replace_outdated_slip(order, work.numbers, work.now)
    onward = lifecycle.after_edit(before, order, command.by, work.graph, work.numbers, work.now)
    after, transitioned = order, list[Event]()
    if onward:
        after, transitioned = onward.order, [*onward.events]
    work.orders.save(before.order_id, after)
    moved = work.save_stock(stock_moves.edited(work, before, order, command.name))
    known = save_new_addresses(before, order, work)
    return [*decision.events, *rests, *slips, *moved, *transitioned, *known]
