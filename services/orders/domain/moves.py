"""Whether an order may move to a state, and where it lands; a refused move names the possible
ones.
"""

from services.orders.domain.backorder import Available
from services.orders.domain.guards import first_objection
from services.orders.domain.order import Order
from services.orders.domain.states import Graph, State
from shared.contracts.orders import PlaceOrder, TransitionOrder
from shared.contracts.reason import Reason

NOT_EMPLOYEES = ("customer", "system")


def landing(order: Order, state: State, graph: Graph) -> State:
    """Where an order comes that is to go to a state: it may have to wait for its stock."""
    return graph.get(state.when_short or "", state) if order.short else state


def where_paid(state: State, graph: Graph) -> State:
    """Return where an order begins that was to begin in a state and is paid in full by store
    credit: where that state goes on when it is paid, else in the first state for paid orders that
    it leads to; or there, if there is none.
    """
    if state.has("paid"):
        return state
    paid = (
        each
        for each in graph.values()
        if each.initial and each.has("paid") and not each.has("backorder")
    )
    onward = graph.get(state.when_paid or "")
    return onward or next((each for each in paid if state.leads_to(each.key)), state)


def objection_to_move(order: Order, to: State, graph: Graph) -> tuple[str, str] | None:
    """Why an order cannot move to a state now, code and sentence; or None."""
    here = graph.get(order.state)
    if here is None or not here.leads_to(to.key):
        return "move_not_possible", f"An order cannot go from '{order.state}' to '{to.key}'."
    found = first_objection(landing(order, to, graph).guards, order)
    return (found[0], found[1]) if found else None


def is_forced(order: Order, command: TransitionOrder, wanted: State, graph: Graph) -> bool:
    """Whether it takes force: force where none is needed is a move like any other."""
    return command.force and objection_to_move(order, wanted, graph) is not None


def destination(order: Order, command: TransitionOrder, wanted: State, graph: Graph) -> State:
    """The state that a command brings an order to: by force just there, else where it lands."""
    return wanted if is_forced(order, command, wanted, graph) else landing(order, wanted, graph)


def out_of_stock(
    command: PlaceOrder | TransitionOrder, order: Order, state: State, left: Available
) -> Reason | None:
    """The refusal of an order that would have to wait for stock where it cannot."""
    short = next((line.sku for line in order.lines if line.missing), None)
    if short is None or state.has("backorder"):
        return None
    wanted = sum(
        order.claimed(number)
        for number, line in enumerate(order.lines, start=1)
        if line.sku == short
    )
    field = "to" if isinstance(command, TransitionOrder) else "lines"
    return Reason(
        "out_of_stock",
        f"{wanted} of '{short}' are wanted and {left(short)} are left.",
        field=field,
        details={"sku": short, "left": left(short)},
    )


def refusal_of_move(
    order: Order, command: TransitionOrder, wanted: State, graph: Graph
) -> Reason | None:
    """Why a command does not move an order, with the moves that are possible; or None. To force
    takes an employee and a reason.
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
    if code == "move_not_possible":
        sentence = f"{sentence.removesuffix('.')}; possible: {', '.join(possible) or 'nothing'}."
        return Reason(code, sentence, field="to", details={"possible": possible})
    return Reason(
        "guard_objects", sentence, field="to", details={"guard": code, "possible": possible}
    )


def credited(order: Order) -> Reason:
    """The refusal of taking an order up again whose invoices were credited when it was
    cancelled.
    """
    numbers = ", ".join(slip.number for slip in order.issued("credit_slip"))
    reason = (
        f"The order was cancelled and its invoice credited ({numbers}): place a new order, which"
        " money that is still due can pay as store credit (refund.to_store_credit)."
    )
    return Reason("order_credited", reason, field="to")


def _refusal_of_force(command: TransitionOrder) -> Reason | None:
    if command.by in NOT_EMPLOYEES:
        return Reason(
            "not_privileged", "Only an employee may force a move: name who in 'by'.", field="by"
        )
    if not command.reason.strip():
        return Reason("reason_missing", "Forcing a move needs a reason.", field="reason")
    return None


def _possible(order: Order, graph: Graph) -> list[str]:
    return sorted(
        key for key, state in graph.items() if objection_to_move(order, state, graph) is None
    )
