"""No verb leads to a mail to the customer that was not asked about: what `orders` says goes on to a
real `notify`.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from services.orders.worker import service as orders_service
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import receive
from tests.notify.builders import FakeAdapters, NotifyHarness
from tests.shared.cli.direct import Employee, employee_of
from tests.words import a_shop_with_mugs, an_order, changed, harness, sqlite_url

REF = "XKBKNABJK"


@dataclass
class Shop:
    """An employee, and how many mails their customers got."""

    anna: Employee
    notify: NotifyHarness
    heard: int = 0

    def mails(self) -> int:
        """Count the mails, after `notify` heard everything that `orders` said."""
        said = self.anna.client.service.outbox()
        for event in said[self.heard :]:
            if event.type in self.notify.service.handlings:
                self.notify.deliver(receive(event.encode()))
        self.heard = len(said)
        return len(self.notify.ask("mail.list", {"limit": 200}).data["mails"])


@pytest.fixture
def shop(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    orders = harness(orders_service, sqlite_url(tmp_path, "orders"))
    a_shop_with_mugs(orders)
    orders.tell("product.put", changed(samples.PUT_PRODUCT, sku="TEA-GREEN"))
    orders.tell("stock.set", {"sku": "TEA-GREEN", "quantity": 5})
    orders.tell("shop.put", samples.PUT_SHOP | {"accepts_returns": True})
    orders.tell("order.place", an_order(reference=REF))
    return Shop(
        employee_of(orders, monkeypatch),
        NotifyHarness.at(sqlite_url(tmp_path, "notify"), FakeAdapters()),
    )


INVOICED, SENT = ("payment_accepted",), ("payment_accepted", "processing", "shipped")


@pytest.mark.parametrize(
    ("states", "arguments"),
    [
        ((), ("add", REF, "TEA-GREEN")),
        ((), ("payment", REF, "28.70")),
        ((), ("note", REF, "Call first.")),
        (INVOICED, ("add", REF, "TEA-GREEN")),
        (INVOICED, ("edit", REF, "1:1")),
        (INVOICED, ("edit", REF, "1=5.00")),
        (INVOICED, ("discount", REF, "--percent", "10")),
        (INVOICED, ("discount", REF, "--free-shipping")),
        (INVOICED, ("shipping", REF, "--price", "9.90")),
        (INVOICED, ("shipping", REF, "--tracking", "SP-4711")),
        (INVOICED, ("refund", REF, "1:1")),
        (INVOICED, ("invoice", REF, "--correct")),
        (INVOICED, ("send", REF, "IN000001")),
        (INVOICED, ("address", REF, "--invoice", "--company", "Byron Ltd")),
        (INVOICED, ("customer", REF, "--email", "ada.byron@example.test")),
        (INVOICED, ("state", REF, "processing")),
        (INVOICED, ("notify", REF, "A word.")),
        (INVOICED, ("exemption", REF, "export", "Export, Article 146.")),
        (SENT, ("shipping", REF, "--tracking", "SP-4711")),
        (SENT, ("return", REF, "1:1")),
        (SENT, ("refund", REF, "1=5.00")),
        (SENT, ("slip", REF)),
    ],
)
def test_a_verb_asks_before_the_customer_is_written_to(
    shop: Shop, states: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    for state in states:
        shop.anna.does("order", "state", REF, state, "--yes")
    before = shop.mails()
    result = shop.anna.types("order", *arguments)
    assert shop.mails() == before, (
        f"{arguments} wrote to the customer without a question: {result.output}"
    )
    if result.exit_code == 64:
        announced = "The customer (ada@example.test) gets" in result.output
        assert announced or "This changes what the customer pays" in result.output
        shop.anna.does("order", *arguments, "--yes")
        assert (shop.mails() > before) is announced


def test_a_payment_that_sets_an_order_free_is_asked_about(shop: Shop) -> None:
    shop.anna.does("order", "state", REF, "backorder_unpaid", "--yes")
    before = shop.mails()
    shop.anna.does("order", "payment", REF, "8.70")
    asked = shop.anna.types("order", "payment", REF, "20.00")
    assert (asked.exit_code, shop.mails()) == (64, before)
    assert "On backorder (not paid) → Payment accepted." in asked.output
    shop.anna.does("order", "payment", REF, "20.00", "--yes")
    assert shop.mails() > before


def test_completing_a_return_shows_what_it_gives_back(shop: Shop) -> None:
    for state in SENT:
        shop.anna.does("order", "state", REF, state, "--yes")
    for words in (("1:1",), ("--confirm", "--answer", "Pack it well."), ("--receive",)):
        shop.anna.does("order", "return", REF, *words, "--yes")
    asked = shop.anna.types("order", "return", REF, "--complete")
    assert asked.exit_code == 64
    assert "Refund of 11.90 EUR: 11.90 EUR by Bank wire, by hand." in asked.output
    shop.mails()
    shop.anna.does("order", "return", REF, "--complete", "--yes")
    shop.mails()
    told = shop.notify.ask("mail.list", {"limit": 200}).data["mails"]
    (mail,) = [each for each in told if each["template"] == "order_return_completed"]
    words = shop.notify.ask("mail.get", {"mail_id": mail["mail_id"]}).data  # type: ignore[assignment]
    assert "Pack it well." not in str(words)  # the answer to the request was in the mail before


def test_store_credit_that_goes_back_to_the_customer_is_asked_about(shop: Shop) -> None:
    shop.anna.does("credit", "issue", "c-1001", "5.00EUR", "Late", "--yes")
    shop.anna.does("order", "payment", REF, "--store-credit")
    shop.anna.does("order", "payment", REF, "23.70")
    before = shop.mails()
    payments = json.loads(shop.anna.does("order", "show", REF, "--json"))["payments"]
    (key,) = [each["payment_id"] for each in payments if each["kind"] == "store_credit"]
    for words in (
        ("refund", REF, "1:1", "--store-credit"),
        ("payment", REF, "--reverse", key, "--reason", "Mistake"),
    ):
        asked = shop.anna.types("order", *words)
        assert (asked.exit_code, shop.mails()) == (64, before), asked.output
        assert "gets a mail about the store credit" in asked.output
