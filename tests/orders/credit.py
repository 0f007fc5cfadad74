"""Words for tests of store credit."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.orders.words import Storefront, rows


def a_credit(amount: int = 2000, **changes: Any) -> dict[str, Any]:
    """Return `store_credit.issue` for Ada."""
    return {
        "credit_id": str(uuid4()), "customer_id": "c-1001", "amount": samples.euro(amount), "reason": "It was late.",
        "by": "anna@shop.test", **changes,
    }


def a_use(order_id: str, **changes: Any) -> dict[str, Any]:
    """Return `store_credit.use` of all there is."""
    return {"order_id": order_id, "payment_id": str(uuid4()), "by": "anna@shop.test", **changes}


def issue(shop: Storefront, amount: int = 2000, **changes: Any) -> dict[str, Any]:
    """Give Ada store credit; return the event."""
    return find(shop.tell("store_credit.issue", a_credit(amount, **changes)), "store_credit.issued")


def find(told: Sequence[Envelope], name: str) -> dict[str, Any]:
    """Return the data of the only event of that name."""
    (found,) = [event.data for event in told if event.name == name]
    return dict(found)


def balance(shop: Storefront, customer_id: str = "c-1001") -> int:
    """Return what a customer has in euro, as the shop answers it; the ledger must agree."""
    answer = shop.desk.ask("store_credit.get", {"customer_id": customer_id, "limit": 200}, shop=shop.shop).data
    held = [account["balance"]["amount"] for account in answer["accounts"]]
    added = sum(
        entry["amount"]["amount"] * (1 if entry["kind"] in ("issued", "given_back") else -1)
        for entry in answer["entries"]
    )
    booked = rows(shop.desk.engine, "store_credit_accounts", shop=shop.shop, customer_id=customer_id)
    assert added == sum(row.balance for row in booked) >= sum(held)
    return sum(held)


def priced(shop: Storefront, **changes: Any) -> dict[str, Any]:
    """Return the answer to `cart.price` of two mugs for Ada."""
    question = {
        "lines": [{"sku": "MUG-BLUE", "quantity": 2}], "currency": "EUR", "customer_id": "c-1001",
        "carrier": samples.PLACE_ORDER["carrier"], **changes,
    }
    return shop.desk.ask("cart.price", question, shop=shop.shop).data


