"""Which actions an order allows now, as policies in a list; and where it may move."""

from collections.abc import Callable
from dataclasses import dataclass

from services.orders.domain.guards import first_objection
from services.orders.domain.moves import objection_to_move
from services.orders.domain.order import Order
from services.orders.domain.shop import Shop
from services.orders.domain.states import Graph, State
from shared.contracts.orders import OrderActions, Possibility


@dataclass(frozen=True)
class Policy:
    """A command and the guards it asks for; `shop_allows` gives the shop's reason against it, or
    None; `kind` is that of a refund.
    """

    name: str
    guards: tuple[str, ...]
    shop_allows: Callable[[Shop], str | None] = lambda shop: None
    kind: str = ""


def _returns(shop: Shop) -> str | None:
    return None if shop.returns else "This shop takes nothing back."


POLICIES = (
    Policy("order.cancel_lines", ("stock_is_held", "nothing_paid", "nothing_shipped")),
    Policy(
        "refund.create", ("stock_is_held", "something_is_paid", "nothing_shipped"), kind="standard"
    ),
    Policy("refund.create", ("something_to_refund",), kind="partial"),
    Policy("return.request", ("stock_is_held", "order_is_shipped"), _returns),
    Policy("refund.create", ("stock_is_held", "order_is_shipped"), _returns, kind="return"),
    Policy("order.change_shipping", ("stock_is_held", "nothing_shipped")),
    Policy("order.add_lines", ("stock_is_held", "nothing_shipped")),
    Policy("order.edit_lines", ("stock_is_held", "nothing_shipped")),
    Policy("order.add_discount", ("stock_is_held", "nothing_shipped")),
    Policy("order.issue_delivery_slip", ("stock_is_held", "something_to_send", "slip_is_missing")),
    Policy("order.correct_invoice", ("stock_is_held", "something_invoiced")),
    Policy("order.set_exemption", ("stock_is_held",)),
    Policy("order.issue_invoice", ("stock_is_held", "nothing_invoiced", "something_to_invoice")),
)


def actions(order: Order, graph: Graph, language: str | None = None) -> OrderActions:
    """What is possible now, and why the rest is not; states are named in a language, else in the
    order's.
    """
    return OrderActions(
        order_id=order.order_id,
        state=order.state,
        actions=[_action(policy, order) for policy in POLICIES],
        due=order.money(order.due),
        refund_due=order.money(order.refund_due),
        moves=[
            _move(state, order, graph, language or order.language)
            for state in graph.values()
            if state.key != order.state
        ],
    )


def objection_to_action(name: str, order: Order, kind: str = "") -> str:
    """Why a command is not possible now, in one sentence; empty where it is. `kind`: of a
    refund.
    """
    return _objection(
        next(policy for policy in POLICIES if (policy.name, policy.kind) == (name, kind)), order
    )


def _objection(policy: Policy, order: Order) -> str:
    refused = policy.shop_allows(order.shop)
    if refused:
        return refused
    found = first_objection(policy.guards, order)
    return found[1] if found else ""


def _action(policy: Policy, order: Order) -> Possibility:
    reason = _objection(policy, order)
    return Possibility(name=policy.name, kind=policy.kind, possible=not reason, reason=reason)


def _move(state: State, order: Order, graph: Graph, language: str) -> Possibility:
    found = objection_to_move(order, state, graph)
    return Possibility(
        name=state.key,
        label=state.label(language),
        possible=found is None,
        reason=found[1] if found else "",
    )
