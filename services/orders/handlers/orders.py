"""Place, pay and move orders; notes; queries for one order."""

from collections.abc import Iterable
from dataclasses import replace

from services.orders.domain import lifecycle, payments, placing, rule_uses, stock_moves
from services.orders.domain.actions import actions
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.credit_changes import key_of
from services.orders.domain.detail import detail
from services.orders.domain.order import Order
from services.orders.domain.refund_credit import Opened, open_slips
from services.orders.domain.store_credit import Account
from services.orders.domain.vouchers import codes_of, made_with, other_codes, voucher_created_for
from services.orders.handlers.credit_accounts import (
    current_account,
    save_account_of,
    save_opened,
)
from services.orders.handlers.customers import save_customer_of
from services.orders.handlers.keys import MOVES
from services.orders.handlers.placing_keys import PLACING
from services.orders.handlers.rule_checks import make_vouchers
from services.orders.work import ORDER, STORED_ORDER, Work
from shared.contracts.message import Event
from shared.contracts.orders import (
    GetOrder,
    GetOrderActions,
    OrderActions,
    OrderDetail,
    OrderNoted,
    PlaceOrder,
    RecordPayment,
    ReversePayment,
    SetNote,
    TransitionOrder,
)
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, Later

service = Handlers[Work]()


@service.handles(PlaceOrder, locks=PLACING)
def place_order(command: PlaceOrder, work: Work) -> Iterable[Event | Later] | Reason:
    """Place an order: reserve its stock, use its rules and store credit."""
    if work.orders.get(command.order_id):
        return Reason(
            "order_exists", f"Order {command.order_id} was placed before.", field="order_id"
        )
    if work.orders.reference_taken(work.shop, command.reference):
        return Reason(
            "reference_taken", f"Another order is '{command.reference}'.", field="reference"
        )
    refused = make_vouchers(command, work)
    if refused:
        return refused
    customer_id = command.customer.customer_id
    command = command.model_copy(update={"language": work.language(command.language, customer_id)})
    catalogue = work.catalogue([line.sku for line in command.lines], codes_of(command), customer_id)
    opened = _opened(command, catalogue.rules, work)
    if isinstance(opened, Reason):
        return opened.at(path_to("voucher_codes", command.voucher_codes, opened.field))
    placed = placing.place(
        command, catalogue, work.graph, work.numbers, work.now, opened.account, opened.codes
    )
    if isinstance(placed, Reason):
        return placed
    converted = save_opened(opened, work)
    work.orders.save(command.order_id, placed.order)
    known = work.customers.get((work.shop, customer_id))
    customer_events = save_customer_of(placed.order, known, work)
    made = []
    for rule in made_with(command):
        made.append(voucher_created_for(placed.order, rule, command.placed_by, used=1))
    redeemed = rule_uses.redeemed(work, placed.order, placed.redemptions, work.now)
    used = work.save_rules(redeemed, placed.order)
    credit = save_account_of(placed.order, placed.account, work)
    return [
        *placed.events,
        *work.save_stock(stock_moves.taken(work, placed.order, command.name)),
        *made,
        *used,
        *converted,
        *credit,
        *customer_events,
    ]


@service.handles(RecordPayment, on=ORDER, locks=MOVES)
def record_payment(order: Order, command: RecordPayment, work: Work) -> Iterable[Event] | Reason:
    """Record a payment; a fully paid order leaves a state that waits for payment."""
    decision = lifecycle.record_payment(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision.order)
    onward = lifecycle.after_payment(decision.order, command.by, work.graph, work.numbers, work.now)
    if onward is None:
        return decision.events
    work.orders.save(order.order_id, onward.order)
    return [*decision.events, *onward.events]


@service.handles(ReversePayment, on=ORDER)
def reverse_payment(order: Order, command: ReversePayment, work: Work) -> Iterable[Event] | Reason:
    """Reverse a payment that was recorded by mistake."""
    decision = payments.reverse(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    changed, told = decision
    work.orders.save(order.order_id, changed)
    return [told]


@service.handles(TransitionOrder, on=ORDER, locks=MOVES)
def transition_order(
    order: Order, command: TransitionOrder, work: Work
) -> Iterable[Event | Later] | Reason:
    """Move an order to a state, with payment, documents and stock, completely or not at all."""
    account, until = None, None
    if order.has_credit:
        account = current_account(key_of(order), work)
        until = work.accounts.used_until(order.order_id)
    decision = lifecycle.transition(
        order, command, work.graph, work.numbers, work.now, work.left, account, until
    )
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision.order)
    told = [*decision.events, *save_account_of(order, decision.account, work)]
    if decision.restocked:
        back = work.save_stock(stock_moves.given_back(work, order, command.to))
        return [*told, *back, *work.save_rules(rule_uses.given_back(work, order), order)]
    if not decision.retaken:
        return told
    again = rule_uses.taken_again(work, order)
    if isinstance(again, Reason):
        return again
    work.save_rules(again, order)
    return [*told, *work.save_stock(stock_moves.taken(work, decision.order, command.name))]


@service.handles(SetNote, on=STORED_ORDER)
def set_note(order: Order, command: SetNote, work: Work) -> Iterable[Event]:
    """Set the private note of the order."""
    work.orders.save(order.order_id, replace(order, note=command.note))
    return [OrderNoted(order_id=order.order_id, note=command.note, by=command.by)]


@service.handles(GetOrder, on=ORDER)
def answer_order(order: Order, query: GetOrder, work: Work) -> OrderDetail | Reason:
    """Return the order with all its details, and with what it allows if that is wanted."""
    found = detail(order, work.context(order, query.language))
    if not query.with_actions:
        return found
    allowed = actions(order, work.graph, query.language)
    return found.model_copy(update={"actions": allowed.actions, "moves": allowed.moves})


@service.handles(GetOrderActions, on=ORDER)
def answer_actions(order: Order, query: GetOrderActions, work: Work) -> OrderActions | Reason:
    """Return the possible actions, with the reasons against the others."""
    return actions(order, work.graph, query.language)


def _opened(command: PlaceOrder, rules: Iterable[CartRule], work: Work) -> Opened | Reason:
    """Return the customer's store credit, and the credit slips among the codes, ready to pay."""
    slips = work.credit_slips.orders(work.shop, other_codes(command, rules))
    key = work.shop, command.customer.customer_id, command.currency
    if not slips and not placing.is_with_credit(command):
        return Opened(Account(*key))
    account = current_account(key, work)
    return open_slips(
        slips, list(slips), command.customer.customer_id, account, command.placed_by, work.now
    )
