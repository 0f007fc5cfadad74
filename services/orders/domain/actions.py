"""Commands and moves that are possible for an order now, with the reasons against the others."""

from collections.abc import Callable
from dataclasses import dataclass

from services.orders.domain import needs
from services.orders.domain.guards import first_objection
from services.orders.domain.moves import MOVE_NOT_POSSIBLE, objection_to_move
from services.orders.domain.order import Order
from services.orders.domain.refund import RETURN_STEPS
from services.orders.domain.shop import Shop
from services.orders.domain.states import Graph, State
from shared.contracts.orders import OrderActions, PossibleAction, PossibleMove
from shared.contracts.orders.refund_values import RefundKind


@dataclass(frozen=True)
class Policy:
    """A command with its guards and requirements.

    `kind` is that of a refund. `shop_allows` returns the shop's objection, or None; `objection`
    returns one sentence if the order does not meet a requirement, else an empty text.
    """

    name: str
    guards: tuple[str, ...] = ()
    shop_allows: Callable[[Shop], str | None] = lambda shop: None
    kind: RefundKind | None = None
    objection: Callable[[Order], str] = lambda order: ""


def _returns(shop: Shop) -> str | None:
    return None if shop.returns else "This shop accepts no returns."


EDITABLE = ("stock_is_held", "nothing_shipped")
POLICIES = (
    Policy("order.cancel_lines", ("stock_is_held", "nothing_paid", "nothing_shipped")),
    Policy("order.add_lines", EDITABLE),
    Policy("order.edit_lines", EDITABLE),
    Policy("order.add_discount", EDITABLE),
    Policy("order.remove_discount", EDITABLE, objection=needs.a_discount),
    Policy("order.change_shipping", EDITABLE),
    Policy("order.change_address"),
    Policy("order.change_customer", objection=needs.a_customer),
    Policy("order.set_exemption", ("stock_is_held",), objection=needs.taxes_not_refunded),
    Policy("order.set_exchange_rate", ("nothing_invoiced",)),
    Policy("order.set_note"),
    Policy("order.notify_change"),
    Policy("payment.record"),
    Policy("payment.reverse", objection=needs.a_reversible_payment),
    Policy("store_credit.use", ("stock_is_held",), objection=needs.something_due),
    Policy(
        "refund.create", ("stock_is_held", "something_is_paid", "nothing_shipped"), kind="standard"
    ),
    Policy("refund.create", ("something_to_refund",), kind="partial"),
    Policy("refund.create", ("stock_is_held", "order_is_shipped"), _returns, kind="return"),
    Policy("payment.mark_refunded", objection=needs.money_to_give_back),
    Policy("refund.to_store_credit", objection=needs.money_for_store_credit),
    Policy("return.request", ("stock_is_held", "order_is_shipped"), _returns),
    *(Policy(step, objection=needs.a_return_for(step)) for step in RETURN_STEPS),
    Policy("order.issue_invoice", ("stock_is_held", "nothing_invoiced", "something_to_invoice")),
    Policy("order.set_invoice_note", ("nothing_invoiced",)),
    Policy("order.correct_invoice", ("stock_is_held", "something_invoiced")),
    Policy("order.issue_delivery_slip", ("stock_is_held", "something_to_send", "slip_is_missing")),
    Policy("order.print_summary"),
    Policy("order.send_documents", objection=needs.a_document),
)


BY_NAME = {(policy.name, policy.kind): policy for policy in POLICIES}


def actions(order: Order, graph: Graph, language: str | None = None) -> OrderActions:
    """Return the possible commands and moves, and the reasons against the others.

    States are named in `language`, by default that of the order.
    """
    moves = []
    for state in graph.values():
        if state.key != order.state:
            moves.append(_move(state, order, graph, language or order.language))
    return OrderActions(
        order_id=order.order_id,
        state=order.state,
        actions=[_action(policy, order) for policy in POLICIES],
        due=order.money(order.due),
        refund_due=order.money(order.refund_due),
        moves=moves,
    )


def objection_to_action(name: str, order: Order, kind: RefundKind | None = None) -> str:
    """Return the reason that a command is not possible now; empty if it is. `kind` is that of a
    refund.
    """
    return _objection(BY_NAME[name, kind], order)


def _objection(policy: Policy, order: Order) -> str:
    refused = policy.shop_allows(order.shop)
    if refused:
        return refused
    found = first_objection(policy.guards, order)
    return found[1] if found else policy.objection(order)


def _action(policy: Policy, order: Order) -> PossibleAction:
    reason = _objection(policy, order)
    return PossibleAction(
        name=policy.name,
        refund_kind=policy.kind,
        possible=not reason,
        code="not_possible" if reason else "",
        reason=reason,
    )


def _move(state: State, order: Order, graph: Graph, language: str) -> PossibleMove:
    found = objection_to_move(order, state, graph)
    label = state.label(language)
    if found is None:
        return PossibleMove(
            state=state.key, state_label=label, state_colour=state.colour, possible=True
        )
    code = found[0] if found[0] == MOVE_NOT_POSSIBLE else "guard_objects"
    return PossibleMove(
        state=state.key,
        state_label=label,
        state_colour=state.colour,
        possible=False,
        code=code,
        reason=found[1],
    )
