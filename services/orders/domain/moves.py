"""Possible moves of an order in the state graph; a refused move lists the possible ones."""

from services.orders.domain.backorder import Available
from services.orders.domain.guards import first_objection
from services.orders.domain.order import Order
from services.orders.domain.states import Graph, State
from shared.contracts.orders import PlaceOrder, TransitionOrder
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason

NOT_EMPLOYEES = ("customer", "system")
MOVE_NOT_POSSIBLE = "move_not_possible"


def landing(order: Order, state: State, graph: Graph) -> State:
    """Return the state that a move to `state` leads to: another one if the order waits for
    stock.
    """
    if not order.short:
        return state
    return graph.get(state.when_short or "", state)


def where_paid(state: State, graph: Graph) -> State:
    """Return the first state of an order that store credit pays in full: the one that `state` leads
    to when it is paid, else the first state for paid orders that it has a move to, else `state`.
    """
    if state.has("paid"):
        return state
    onward = graph.get(state.when_paid or "")
    if onward:
        return onward
    for each in graph.values():
        paid = each.initial and each.has("paid") and not each.has("backorder")
        if paid and state.leads_to(each.key):
            return each
    return state


def objection_to_move(order: Order, to: State, graph: Graph) -> tuple[str, str] | None:
    """Return the reason against a transition of an order now, or None."""
    here = graph.get(order.state)
    if here is None or not here.leads_to(to.key):
        return MOVE_NOT_POSSIBLE, f"An order cannot go from '{order.state}' to '{to.key}'."
    found = first_objection(landing(order, to, graph).guards, order)
    return (found[0], found[1]) if found else None


def is_forced(order: Order, command: TransitionOrder, wanted: State, graph: Graph) -> bool:
    """Return whether a move must be forced: a possible move is not, even with `force`."""
    return command.force and objection_to_move(order, wanted, graph) is not None


def destination(order: Order, command: TransitionOrder, wanted: State, graph: Graph) -> State:
    """Return the state that a command moves an order to: a forced move does not wait for stock."""
    if is_forced(order, command, wanted, graph):
        return wanted
    return landing(order, wanted, graph)


def out_of_stock(
    command: PlaceOrder | TransitionOrder, order: Order, state: State, available: Available
) -> Reason | None:
    """Return the reason against an order that waits for stock in a state that does not allow it."""
    short = next((line.sku for line in order.lines if line.missing), None)
    if short is None or state.has("backorder"):
        return None
    wanted = 0
    for number, line in enumerate(order.lines, start=1):
        if line.sku == short:
            wanted += order.claimed(number)
    field = "to"
    if isinstance(command, PlaceOrder):
        field = f"{path_to('lines', [line.sku for line in command.lines], short)}.quantity"
    return Reason(
        "out_of_stock",
        f"{wanted} of '{short}' are wanted, but {available(short)} are in stock.",
        field=field,
        details={"sku": short, "left": available(short)},
    )


def refusal_of_move(
    order: Order, command: TransitionOrder, wanted: State, graph: Graph
) -> Reason | None:
    """Return the reason against a move, with the possible moves; None if the move is possible.

    Forcing a move needs an employee and a reason.
    """
    state = destination(order, command, wanted, graph)
    if order.state == state.key:
        return Reason(
            "already_in_state", f"The order is in the state '{state.key}' already.", field="to"
        )
    if is_forced(order, command, wanted, graph):
        return _refusal_of_force(command)
    found = objection_to_move(order, wanted, graph)
    if found is None:
        return None
    code, sentence = found
    possible = _possible(order, graph)
    if code == MOVE_NOT_POSSIBLE:
        sentence = f"{sentence.removesuffix('.')}; possible: {', '.join(possible) or 'nothing'}."
        return Reason(code, sentence, field="to", details={"possible": possible})
    return Reason(
        "guard_objects", sentence, field="to", details={"guard": code, "possible": possible}
    )


def credited(order: Order) -> Reason:
    """Return the reason against reopening a cancelled order with credited invoices."""
    numbers = ", ".join(slip.number for slip in order.issued("credit_slip"))
    reason = (
        f"The order was cancelled and its invoice credited ({numbers}): place a new order, which"
        " money that is still due can pay as store credit (refund.to_store_credit)."
    )
    return Reason("order_credited", reason, field="to")


def _refusal_of_force(command: TransitionOrder) -> Reason | None:
    if command.by in NOT_EMPLOYEES:
        return Reason(
            "not_privileged", "Only an employee may force a move: name them in 'by'.", field="by"
        )
    if not command.reason.strip():
        return Reason("reason_missing", "Forcing a move needs a reason.", field="reason")
    return None


def _possible(order: Order, graph: Graph) -> list[str]:
    return sorted(
        key for key, state in graph.items() if objection_to_move(order, state, graph) is None
    )
