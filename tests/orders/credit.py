"""Words for tests of store credit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.orders.domain.credit_payments import Wish, spend
from services.orders.domain.order import Order
from services.orders.domain.refund import Refund
from services.orders.domain.refund_credit import booked, convert
from services.orders.domain.store_credit import Account, Cause, Lot, expired, issued
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.reason import Reason
from tests.orders.words import Storefront, rows


def a_credit(amount: int = 2000, **changes: Any) -> dict[str, Any]:
    """Return `store_credit.issue` for Ada."""
    return {
        "credit_id": str(uuid4()),
        "customer_id": "c-1001",
        "amount": samples.euro(amount),
        "reason": "It was late.",
        "by": "anna@shop.test",
        **changes,
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
    """Return a customer's balance in euro, as the shop answers it; the ledger must agree."""
    answer = shop.desk.ask(
        "store_credit.get", {"customer_id": customer_id, "limit": 200}, shop=shop.shop
    ).data
    held = [account["balance"]["amount"] for account in answer["accounts"]]
    added = sum(
        entry["amount"]["amount"] * (1 if entry["kind"] in ("issued", "given_back") else -1)
        for entry in answer["entries"]
    )
    booked = rows(
        shop.desk.engine, "store_credit_accounts", shop=shop.shop, customer_id=customer_id
    )
    assert added == sum(row.balance for row in booked) >= sum(held)
    return sum(held)


def priced(shop: Storefront, **changes: Any) -> dict[str, Any]:
    """Return the answer to `cart.price` of two mugs for Ada."""
    question = {
        "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
        "currency": "EUR",
        "customer_id": "c-1001",
        "carrier": "Swift Post",
        "shipping_price": samples.euro(490),
        "shipping_tax_rate": "19",
        **changes,
    }
    return shop.desk.ask("cart.price", question, shop=shop.shop).data


class Purse:
    """A customer's store credit in tests of the domain. `given` was issued by hand."""

    def __init__(self, order: Order) -> None:
        self.account = Account(order.shop.key, order.customer.customer_id, order.currency)
        self.given = 0

    def issue(self, amount: int, at: datetime, expires_at: datetime | None = None) -> None:
        lot = Lot(uuid4(), at, amount, amount, expires_at)
        self.account, self.given = issued(self.account, lot, Cause(at, "anna")), self.given + amount

    def pay(self, order: Order, amount: int | None, at: datetime) -> Order:
        """Return the order after a payment; as it was, if it is refused."""
        spent = spend(order, self.account, Wish(amount is None, amount), uuid4(), "anna", at)
        if isinstance(spent, Reason):
            return order
        self.account = spent.account
        return spent.order

    def book(self, order: Order, refund: Refund) -> None:
        """Book a granted refund: only the part that was not paid with store credit is given back
        otherwise.
        """
        assert refund.money + refund.as_credit == 0 or order.credit_paid == 0
        self.account = booked(order, refund, self.account, None)

    def take_refund(self, order: Order, refund: Refund, at: datetime) -> Order:
        """Return the order after the money of a refund became store credit; as it was, if it is
        refused.
        """
        found = convert(order, refund, self.account, "anna", at)
        if isinstance(found, Reason):
            return order
        self.account = found.account
        return found.order

    def expire(self, at: datetime) -> None:
        self.account = expired(self.account, at)

    def booked(self, *kinds: str) -> int:
        """Return the sum of the entries of these kinds."""
        return sum(entry.amount for entry in self.account.entries if entry.kind in kinds)

    def check(self, order: Order) -> None:
        """Check that the ledger explains the balance, and that the customer's payments are all in
        the order, given back as money, or store credit.
        """
        account = self.account
        assert account.balance == self.booked("issued", "given_back") - self.booked(
            "used", "expired"
        )
        assert all(0 <= lot.remaining <= lot.amount for lot in account.lots)
        money = sum(payment.amount.amount for payment in order.payments if payment.kind == "money")
        out = sum(refund.money for refund in order.refunds)
        held = order.paid - order.repaid
        assert out <= money
        assert money + self.given == held + out + account.balance + self.booked("expired")
        assert 0 <= order.credit_paid == self.booked("used") - self.booked("given_back")
        assert all(refund.money >= 0 and refund.given_back >= 0 for refund in order.refunds)
