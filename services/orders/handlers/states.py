"""States and transitions defined by a shop."""

from collections.abc import Iterable

from services.orders.domain.states import definition_of, put_state
from services.orders.handlers.keys import NUMBERS, shop_in_hand
from services.orders.work import Work
from services.orders.work.kinds import GRAPHS
from shared.contracts.message import Event
from shared.contracts.orders import PutState, StateChanged
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(PutState, locks=[NUMBERS, GRAPHS.of(shop_in_hand)])
def change_graph(command: PutState, work: Work) -> Iterable[Event] | Reason:
    """Add or change a state of the shop."""
    if work.shops.get(work.shop) is None:
        return NO_PROFILE
    changed = put_state(command, work.graph)
    if isinstance(changed, Reason):
        return changed
    work.states.save(
        work.shop, {**(work.states.get(work.shop) or {}), **{state.key: state for state in changed}}
    )
    return [StateChanged(**definition_of(state).model_dump()) for state in changed]
