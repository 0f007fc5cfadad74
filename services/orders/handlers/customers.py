"""Personal data of a customer: exported, and erased where the law lets it go."""

from collections.abc import Iterable

from services.orders.domain import privacy
from services.orders.domain.order import Order
from services.orders.work import Work
from shared.contracts.house import EraseCustomer, ExportCustomer
from shared.contracts.message import Event
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(EraseCustomer)
def erase_customer(command: EraseCustomer, work: Work) -> Iterable[Event]:
    """Makes the customer's orders those of nobody, except for those that are kept; again changes nothing more."""
    erasure = privacy.erase(command.customer_id, _orders(command, work), work.graph, at=work.now)
    for order in erasure.orders:
        work.orders.save(order.order_id, order)
    return [erasure.event]


@service.handles(ExportCustomer)
def export_customer(command: ExportCustomer, work: Work) -> Iterable[Event]:
    """Tells all orders of the customer."""
    return privacy.export(command.customer_id, _orders(command, work))


def _orders(command: EraseCustomer | ExportCustomer, work: Work) -> list[Order]:
    if command.customer_id == privacy.NOBODY.customer_id:
        return []
    ids = work.orders.of_customer(work.shop, command.customer_id)
    work.orders.preload(ids)
    found = filter(None, map(work.orders.get, ids))
    return [order for order in found if order.customer.customer_id == command.customer_id]
