"""Customers created by orders, and their addresses: stored once, named by ids, changed one
by one.
"""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.orders.domain.addresses import (
    MAX_ADDRESSES,
    comparison_key,
    with_ids,
    with_used_addresses,
)
from shared.contracts import samples
from shared.contracts.orders import CustomerAddress, CustomerRecord
from shared.contracts.values import Address
from tests.orders.words import Storefront, an_order, changed, names

ADA = Address(**samples.ADDRESS)
LEEDS = samples.ADDRESS | {"line1": "3 Park Row", "city": "Leeds", "postcode": "LS1 5HD"}
REVERSE = {"category": "reverse_charge", "reason": "Article 196 of directive 2006/112/EC."}
KEY = {"customer_id": "c-1001"}


def customer(shop: Storefront) -> dict[str, Any]:
    return shop.desk.ask("customer.get", KEY, shop=shop.shop).data


def cities(found: dict[str, Any]) -> list[str]:
    return [address["city"] for address in found["addresses"]]


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("line1", "12 ST. JAMES'S  SQUARE"),
        ("city", "london"),
        ("name", "Áda Byron"),
        ("postcode", "sw1y4jh"),
        ("purchase_order", "PO-7"),
    ],
)
def test_an_address_that_is_only_written_in_another_way_is_the_same(
    part: str, written: str
) -> None:
    assert comparison_key(ADA.model_copy(update={part: written})) == comparison_key(ADA)


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("line1", "13 St James's Square"),
        ("company", "Analytical Engines Ltd"),
        ("name", "Annabella Byron"),
        ("country", "US"),
        ("vat_number", "GB123456789"),
        ("line2", "Flat 2"),
    ],
)
def test_an_address_that_says_something_else_is_another_one(part: str, written: str) -> None:
    assert comparison_key(ADA.model_copy(update={part: written})) != comparison_key(ADA)


def test_ids_are_made_once_and_never_twice() -> None:
    london, leeds = CustomerAddress(**samples.ADDRESS), CustomerAddress(**LEEDS)
    first = with_ids([london, leeds], [], "c")
    assert len({address.address_id for address in first}) == 2
    assert with_ids([leeds, london], first, "c") == first[::-1]
    moved = [
        first[0].model_copy(update={"city": "Leeds"})
    ]  # keeps the id that was made from what it said before
    _, anew = with_used_addresses(
        CustomerRecord(**samples.KNOWN_CUSTOMER | {"addresses": moved}), [ADA], "c"
    ).addresses
    assert anew.address_id not in (None, moved[0].address_id)


def test_an_order_beyond_the_most_addresses_is_placed_and_adds_none() -> None:
    many = [
        samples.ADDRESS | {"line1": f"{number} Mall", "address_id": str(uuid4())}
        for number in range(MAX_ADDRESSES)
    ]
    known = CustomerRecord(**samples.KNOWN_CUSTOMER | {"addresses": many})
    assert with_used_addresses(known, [ADA], "c") is known


def test_a_customer_whom_an_order_makes_known_is_announced_once(shop: Storefront) -> None:
    order = an_order(delivery_address=LEEDS, invoice_address__purchase_order="PO-7")
    told = shop.tell("order.place", order)
    assert names(told)[-1] == "customer.changed"
    assert told[-1].data == customer(shop)
    assert (cities(told[-1].data), told[-1].data["addresses"][1]["purchase_order"]) == (
        ["Leeds", "London"],
        "",
    )
    assert told[-1].data["registered_at"] == told[0].data["order"]["placed_at"]
    assert "customer.changed" not in names(
        shop.tell("order.place", an_order(delivery_address__city="LONDON"))
    )


def test_new_addresses_of_orders_of_one_batch_stay_with_the_customer_once_each(
    shop: Storefront,
) -> None:
    shop.place()
    before = customer(shop)
    same, paris = an_order(delivery_address=LEEDS), an_order(delivery_address__city="Paris")
    orders = (same, an_order(delivery_address=LEEDS), paris)
    told = shop.deliver(*(shop.message("order.place", each) for each in orders))
    assert names(told).count("customer.changed") == 2
    after = customer(shop)
    assert cities(after) == ["London", "Leeds", "Paris"]
    assert after["addresses"][0] == before["addresses"][0]
    assert {**after, "addresses": []} == {**before, "addresses": []}


def test_what_is_put_keeps_the_ids_of_known_addresses_and_the_day(shop: Storefront) -> None:
    shop.place()
    before = customer(shop)
    shop.tell(
        "customer.put",
        {
            **KEY,
            "email": "ada@example.test",
            "full_name": "Ada King",
            "addresses": [LEEDS, samples.ADDRESS],
        },
    )
    after = customer(shop)
    assert (cities(after), after["registered_at"]) == (["Leeds", "London"], before["registered_at"])
    assert after["addresses"][1] == before["addresses"][0]
    shop.tell("customer.put", {**after, "registered_at": "2020-01-01T00:00:00Z"})
    assert customer(shop) == {**after, "registered_at": "2020-01-01T00:00:00Z"}


def test_two_employees_change_one_address_each(shop: Storefront) -> None:
    shop.place()
    (london,) = customer(shop)["addresses"]
    shop.deliver(
        shop.message("customer.put_address", {**KEY, "address": LEEDS}),
        shop.message(
            "customer.put_address", {**KEY, "address": {**london, "line1": "14 St James's Square"}}
        ),
    )
    first, second = customer(shop)["addresses"]
    assert (first, second["city"]) == ({**london, "line1": "14 St James's Square"}, "Leeds")
    (told,) = shop.tell("customer.remove_address", {**KEY, "address_id": london["address_id"]})
    assert (told.name, cities(told.data)) == ("customer.changed", ["Leeds"])


def test_an_order_takes_an_address_of_its_customer_by_its_id(shop: Storefront) -> None:
    order_id = shop.place(invoice_address__purchase_order="PO-7")
    (told,) = shop.tell("customer.put_address", {**KEY, "address": LEEDS})
    leeds = told.data["addresses"][1]["address_id"]
    changes = {"order_id": order_id, "delivery_address_id": leeds, "invoice_address_id": leeds}
    assert names(shop.tell("order.change_address", changes)) == ["order.address_changed"]
    found = shop.order(order_id)
    assert (found["delivery_address"]["city"], found["invoice_address"]["city"]) == (
        "Leeds",
        "Leeds",
    )
    assert found["invoice_address"]["purchase_order"] == "PO-7"
    assert "address_id" not in found["invoice_address"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("order.change_address", {"invoice_address": LEEDS}),
        ("order.correct_invoice", {"invoice_address": LEEDS}),
        ("order.set_exemption", {"exemption": REVERSE, "vat_number": "FR40303265045"}),
    ],
)
def test_whatever_changes_an_address_of_an_order_tells_the_customers_addresses(
    name: str, data: dict[str, Any], shop: Storefront
) -> None:
    order_id = shop.place(initial_state="payment_accepted")
    told = shop.tell(name, {"order_id": order_id, **data})
    assert names(told)[-1] == "customer.changed"
    assert len(told[-1].data["addresses"]) == 2
    again = shop.tell("order.correct_invoice", {"order_id": order_id, "note": "PO-7"})
    assert "customer.changed" not in names(again)


def test_a_new_address_of_a_placed_order_stays_with_its_customer(shop: Storefront) -> None:
    order_id = shop.place()
    told = shop.tell("order.change_address", {"order_id": order_id, "delivery_address": LEEDS})
    assert names(told) == ["order.address_changed", "customer.changed"]
    assert cities(customer(shop)) == ["London", "Leeds"]


NOWHERE = str(UUID(int=7))


@pytest.mark.parametrize(
    ("name", "data", "code", "field"),
    [
        (
            "customer.put_address",
            {"customer_id": "c-9", "address": LEEDS},
            "unknown_customer",
            "customer_id",
        ),
        (
            "customer.remove_address",
            {"customer_id": "c-9", "address_id": NOWHERE},
            "unknown_customer",
            "customer_id",
        ),
        (
            "customer.remove_address",
            {**KEY, "address_id": NOWHERE},
            "unknown_address",
            "address_id",
        ),
        (
            "order.change_address",
            {"delivery_address_id": NOWHERE},
            "unknown_address",
            "delivery_address_id",
        ),
        (
            "order.change_address",
            {"invoice_address": LEEDS, "invoice_address_id": NOWHERE},
            "which",
            "invoice_address_id",
        ),
        (
            "customer.put",
            changed(
                samples.KNOWN_CUSTOMER,
                addresses=[samples.KNOWN_ADDRESS, LEEDS | {"address_id": samples.ADDRESS_ID}],
            ),
            "same_id",
            "addresses[1].address_id",
        ),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(
    shop: Storefront, name: str, data: dict[str, Any], code: str, field: str
) -> None:
    order_id = shop.place()
    found = shop.refusal(
        name, {"order_id": order_id, **data} if name.startswith("order.") else data
    )
    assert (found["code"], found["details"]["field"]) == (code, field)


def test_more_addresses_than_fit_are_refused(shop: Storefront) -> None:
    many = [samples.ADDRESS | {"line1": f"{number} Mall"} for number in range(MAX_ADDRESSES)]
    shop.tell("customer.put", samples.KNOWN_CUSTOMER | {"addresses": many})
    found = shop.refusal("customer.put_address", {**KEY, "address": LEEDS})
    assert (found["code"], found["reason"]) == (
        "too_many_addresses",
        "A customer has at most 50 addresses: remove one.",
    )
