"""Events of an order may be handled in any order: two workers take them from one queue, and a
frozen or killed one handles its own later. The clock of the sender may go back between two.
"""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

from services.ingest.store.tables import orders
from shared.contracts import samples
from shared.contracts.orders import OrderCustomerChanged, PaymentRefunded
from shared.runtime.errors import NotYet
from tests.ingest.builders import NOON, IngestHarness, order_placed
from tests.words import changed, delivery

HOUR_BEFORE = (NOON - timedelta(hours=1)).isoformat()
TOTAL = 2870


def events_of(order_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of an order as they were published; the clock goes back before the last."""
    ids: dict[str, Any] = {"order_id": order_id, "order__order_id": order_id}
    paid: dict[str, Any] = ids | {"order__paid__amount": TOTAL}
    corrected = paid | {"order__customer__email": "new@example.test"}
    sent = {
        "new_state__key": "shipped",
        "new_state__label": "Shipped",
        "new_state__valid": True,
        "at": HOUR_BEFORE,
    }
    return [
        ("order.placed", order_placed(**ids, order__paid__amount=0)),
        ("payment.recorded", changed(samples.PAYMENT_RECORDED, **paid)),
        ("order.customer_changed", changed(OrderCustomerChanged.example, **corrected)),
        ("order.transitioned", changed(samples.ORDER_TRANSITIONED, **corrected, **sent)),
    ]


def test_an_order_is_the_same_in_whatever_order_its_events_are_handled(
    desk: IngestHarness,
) -> None:
    orders_of_events = list(permutations(range(4)))
    for positions in orders_of_events:
        order_id = str(uuid4())
        events = events_of(order_id)
        for position in positions:
            name, data = events[position]
            desk.tell(name, data, subject=order_id, sequence=f"{position + 1:012d}")
    stored = []
    for row in desk.rows(orders):
        stored.append((row.paid, row.state, row.valid, row.customer_email))
    assert stored == [(TOTAL, "Shipped", True, "new@example.test")] * len(orders_of_events)


def test_a_refund_waits_for_its_order_for_a_while(desk: IngestHarness) -> None:
    order_id = str(uuid4())
    refunded = changed(PaymentRefunded.example, order_id=order_id)
    desk.run(delivery("payment.refunded", refunded, time=NOON))
    assert [type(verdict.error) for verdict in desk.failed] == [NotYet]
    desk.tell("order.placed", order_placed(order_id=order_id, order__order_id=order_id))
    desk.run(*desk.again)
    assert desk.rows(orders)[0].refunded == refunded["amount"]["amount"]
    desk.run(delivery("payment.refunded", PaymentRefunded.example, time=NOON - timedelta(days=1)))
    assert len(desk.failed) == 1  # an order from before this service is none of its own
