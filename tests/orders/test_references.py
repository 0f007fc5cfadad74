"""Commands and questions take an order's reference in the place of its id."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from services.orders.worker import service
from shared.contracts.message import CommandOrQuery, catalogue
from shared.contracts.orders import PlaceOrder
from shared.contracts.references import reference_fields
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import Fate
from tests.orders.words import Storefront, a_payment, names
from tests.words import an_order

ASKED = [
    catalogue[kind] for kind in service.handlings if issubclass(catalogue[kind], CommandOrQuery)
]


def test_whatever_names_an_order_takes_its_reference() -> None:
    named = {kind.name for kind in ASKED if "order_id" in kind.model_fields} - {PlaceOrder.name}
    assert named == {kind.name for kind in ASKED if reference_fields(kind) == ("order_id",)}
    assert len(named) > 20


def test_an_order_is_found_by_its_reference_in_capitals_or_not(
    shop: Storefront, other_shop: Storefront
) -> None:
    order_id = shop.place(reference="LIST-A")
    other_shop.place(reference="LIST-A")
    for said in ("LIST-A", "list-a", order_id):
        assert shop.order(said)["order"]["order_id"] == order_id
    told = shop.tell("order.set_note", {"order_id": "LIST-A", "note": "Call."})
    assert (names(told), told[0].data["order_id"]) == (["order.noted"], order_id)
    carts = {"order_id": "LIST-A", "currency": "EUR", "customer_id": "c-1001"}
    assert (
        shop.desk.ask("cart.price", carts, shop=shop.shop).data["products_total"]["amount"] == 2380
    )


@pytest.mark.parametrize("reference", ["NOBODY", "not-a-uuid"])
def test_an_unknown_reference_is_refused(
    shop: Storefront, other_shop: Storefront, reference: str
) -> None:
    other_shop.place(reference="NOBODY")
    refused = shop.refusal("order.set_note", {"order_id": reference, "note": ""})
    assert (refused["code"], refused["details"]["field"]) == ("unknown_order", "order_id")
    assert refused["reason"] == f"There is no order '{reference.upper()}' in this shop."
    assert (
        shop.desk.ask("order.get", {"order_id": reference}, shop=shop.shop).name
        == "order.get_refused"
    )


@pytest.mark.parametrize("wrong", ["42", "a b c", "", "x" * 33, 7, None])
def test_what_is_neither_id_nor_reference_is_refused_as_before(
    shop: Storefront, wrong: Any
) -> None:
    refused = shop.refusal("order.set_note", {"order_id": wrong, "note": ""})
    assert (refused["code"], refused["details"]["faults"][0]["field"]) == ("invalid", "order_id")


def test_an_order_of_the_same_batch_is_found(shop: Storefront) -> None:
    order = an_order(order_id=str(uuid4()), reference="JUST-NOW")
    told = shop.deliver(
        shop.message("order.place", order),
        shop.message("payment.record", a_payment("JUST-NOW")),
    )
    assert [name for name in names(told) if not name.startswith("stock")] == [
        "order.placed",
        "customer.changed",
        "payment.recorded",
    ]


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (OperationalError(None, {}, Exception("no route")), Fate.LEAVE),
        (RuntimeError("a bug"), Fate.RETRY),
    ],
)
def test_messages_wait_while_references_cannot_be_looked_up(
    shop: Storefront, monkeypatch: pytest.MonkeyPatch, error: Exception, fate: Fate
) -> None:
    def fail(*_: Any) -> None:
        raise error

    shop.place(reference="WAITS")
    monkeypatch.setattr(Pipeline, "_ids_of_references", fail)
    (verdict,) = shop.desk.deliver(
        shop.message("order.set_note", {"order_id": "WAITS", "note": ""})
    )
    assert (verdict.fate, verdict.error) == (fate, error)


def test_ids_cost_no_look_up(shop: Storefront) -> None:
    order_id, statements = shop.place(reference="BY-NAME"), list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(shop.desk.engine, "before_cursor_execute", note)
    counts = []
    for said in (order_id, "BY-NAME"):
        statements.clear()
        shop.tell("order.set_note", {"order_id": said, "note": said})
        counts.append(
            len([each for each in statements if "orders.reference" in each and "SELECT" in each])
        )
    event.remove(shop.desk.engine, "before_cursor_execute", note)
    assert counts[1] == counts[0] + 1
