"""Store credit is money of the customer: it pays anything, bears no tax, and comes back with a
refund.
"""

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts import samples
from shared.contracts.envelope import decode
from shared.contracts.samples import euro
from tests.orders.credit import a_credit, a_use, balance, find, issue, priced
from tests.orders.refunds import a_refund
from tests.orders.words import Storefront, names, rows
from tests.words import an_order

TOTAL = {
    "tax_included": 2870,
    "tax_excluded": 3415,
}  # of two mugs at 11.90 and shipping at 4.90, tax 19 %
PRICES = sorted(TOTAL)


def place(shop: Storefront, prices: str, **changes: Any) -> list[Any]:
    return shop.tell("order.place", an_order(prices=prices, total__amount=TOTAL[prices], **changes))


def paid_order(shop: Storefront, prices: str) -> str:
    return str(place(shop, prices, initial_state="payment_accepted")[0].subject)


# --- what was found wrong, (a) to (e) of the report -----------------------------------------------


@pytest.mark.parametrize("prices", PRICES)
def test_refunded_to_store_credit_and_spent_again_every_sale_is_taxed_and_nothing_is_lost(
    shop: Storefront, prices: str
) -> None:
    total = TOTAL[prices]
    told = shop.tell("refund.create", a_refund(paid_order(shop, prices), to_store_credit=True))
    slip, given = find(told, "credit_slip.issued")["document"], find(told, "store_credit.issued")
    assert (given["amount"], given["code"]) == (
        samples.euro(total),
        slip["number"],
    )  # (d) worth the gross amount
    assert (slip["store_credit"], slip["paid_back"]) == (samples.euro(total), samples.euro(0))
    assert "payment.refund_due" not in names(told)
    again = place(shop, prices, voucher_codes=[slip["number"]])
    order_id = str(again[0].subject)
    invoice = find(again, "invoice.issued")["document"]
    assert again[0].data["new_state"]["key"] == "payment_accepted"
    sold = [shop.order(each)["tax"] for each in (order_id,)]
    assert (invoice["gross"], invoice["tax"]) == (
        samples.euro(total),
        *sold,
    )  # (a) the second sale is taxed
    assert invoice["tax"]["amount"] > 0
    (payment,) = invoice["payments"]  # (e) the shipping is paid too
    assert (payment["kind"], payment["amount"], payment["transaction_id"]) == (
        "store_credit",
        samples.euro(total),
        slip["number"],
    )
    assert invoice["due"] == samples.euro(0)
    assert balance(shop) == 0
    back = shop.tell(
        "refund.create", a_refund(order_id)
    )  # (b) no money is asked for, yet it is there again
    refund = find(back, "refund.created")["refund"]
    assert (refund["given_back"], refund["money"], refund["method"]) == (
        samples.euro(total),
        samples.euro(0),
        "store_credit",
    )
    assert "payment.refund_due" not in names(back)
    assert balance(shop) == total


@pytest.mark.parametrize("prices", PRICES)
def test_what_an_edit_makes_cheaper_gives_store_credit_back_first(
    shop: Storefront, prices: str
) -> None:
    issue(shop, 2000)
    told = place(shop, prices, use_store_credit=True, initial_state="payment_accepted")
    order_id = str(told[0].subject)
    assert [
        (paid["kind"], paid["amount"]["amount"]) for paid in shop.order(order_id)["payments"]
    ] == [
        ("store_credit", 2000),
        ("money", TOTAL[prices] - 2000),
    ]
    shop.tell("order.edit_lines", {"order_id": order_id, "lines": [{"line": 1, "quantity": 1}]})
    due = -shop.order(order_id)["due"]["amount"]
    told = shop.tell(
        "refund.create",
        a_refund(order_id, kind="partial", lines=[], refund_shipping=False, refund_overpaid=True),
    )
    assert find(told, "refund.created")["refund"]["given_back"] == samples.euro(due)  # (c)
    assert balance(shop) == due


# --- pay ------------------------------------------------------------------------------------------


def test_a_cart_says_what_store_credit_pays_and_what_remains(shop: Storefront) -> None:
    issue(shop, 2000)
    wishes = {}, {"use_store_credit": True}, {"store_credit_amount": euro(500)}
    without, everything, some = (priced(shop, **wish) for wish in wishes)
    assert (without["store_credit"], without["to_pay"]) == (samples.euro(0), samples.euro(2870))
    assert (everything["store_credit"], everything["to_pay"]) == (
        samples.euro(2000),
        samples.euro(870),
    )
    assert [some[name]["amount"] for name in ("store_credit", "to_pay", "total")] == [
        500,
        2370,
        2870,
    ]
    assert all(
        each["store_credit_available"] == samples.euro(2000) for each in (without, everything, some)
    )
    assert priced(shop, store_credit_amount=euro(2001))["code"] == "not_enough_store_credit"
    assert priced(shop, customer_id=None)["store_credit_available"] == samples.euro(0)


def test_an_order_takes_exactly_the_amount_that_was_shown(shop: Storefront) -> None:
    issue(shop, 2000)
    refused = shop.refusal("order.place", an_order(store_credit_amount=euro(2001)))
    assert (refused["code"], refused["details"]["field"]) == (
        "not_enough_store_credit",
        "store_credit_amount",
    )
    assert refused["reason"] == "20.00 EUR of store credit are available, not 20.01 EUR."
    issue(shop, 2000)
    assert (
        shop.refusal("order.place", an_order(store_credit_amount=euro(2871)))["code"]
        == "more_than_due"
    )
    told = shop.tell("order.place", an_order(store_credit_amount=euro(2001)))
    assert told[0].data["new_state"]["key"] == "awaiting_bank_wire"
    assert find(told, "payment.recorded")["due"] == samples.euro(869)
    used = find(told, "store_credit.used")
    assert (used["amount"], used["balance"]) == (samples.euro(2001), samples.euro(1999))
    assert balance(shop) == 1999


def test_of_more_store_credit_than_the_order_costs_the_rest_stays(shop: Storefront) -> None:
    issue(shop, 3000)
    told = shop.tell("order.place", an_order(use_store_credit=True))
    assert told[0].data["new_state"]["key"] == "payment_accepted"
    assert balance(shop) == 130


def test_an_unpaid_order_is_paid_later_and_twice_is_refused(shop: Storefront) -> None:
    order_id = shop.place()
    use = a_use(order_id)
    assert shop.refusal("store_credit.use", use)["code"] == "no_store_credit"
    issue(shop, 2000)
    assert names(shop.tell("store_credit.use", use | {"amount": euro(800)})) == [
        "payment.recorded",
        "store_credit.used",
    ]
    shop.conflict("store_credit.use", use)
    assert (
        shop.refusal("store_credit.use", a_use(order_id, amount=euro(1201)))["code"]
        == "not_enough_store_credit"
    )
    shop.tell("store_credit.use", a_use(order_id))
    assert (balance(shop), shop.order(order_id)["due"]["amount"]) == (0, 870)
    shop.pay(order_id, 870)
    assert shop.refusal("store_credit.use", a_use(order_id))["code"] == "nothing_due"


def test_store_credit_is_no_payment_that_a_payment_system_records(shop: Storefront) -> None:
    order_id = shop.place()
    payment = samples.PAYMENT | {"kind": "store_credit"}
    refused = shop.refusal("payment.record", {"order_id": order_id, "payment": payment})
    assert (refused["code"], refused["details"]["field"]) == ("not_money", "payment.kind")


def test_an_order_that_waits_for_payment_goes_on_when_store_credit_pays_it(
    shop: Storefront,
) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    shop.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 0})
    order_id = shop.place()
    assert shop.order(order_id)["state"] == "backorder_unpaid"
    issue(shop, 5000)
    told = shop.tell("store_credit.use", a_use(order_id))
    assert {"order.transitioned", "invoice.issued"} <= set(names(told))
    assert (shop.order(order_id)["state"], balance(shop)) == ("backorder_paid", 5000 - 2870)


# --- credit slips ---------------------------------------------------------------------------------


def test_a_credit_slip_whose_money_is_due_pays_by_its_number(shop: Storefront) -> None:
    refunded = paid_order(shop, "tax_included")
    slip = find(shop.tell("refund.create", a_refund(refunded)), "credit_slip.issued")["document"][
        "number"
    ]
    shown = priced(shop, voucher_codes=[slip.lower()])
    assert (shown["store_credit"], shown["to_pay"], shown["rejected"]) == (
        samples.euro(2870),
        samples.euro(0),
        [],
    )
    told = shop.tell("order.place", an_order(voucher_codes=[slip.lower()]))
    converted = find(told, "refund.converted")
    assert (converted["amount"], converted["refund"]["outstanding"]) == (samples.euro(2870), False)
    assert (shop.order(refunded)["refund_due"]["amount"], balance(shop)) == (0, 0)
    assert shop.refusal("order.place", an_order(voucher_codes=[slip]))["code"] == "nothing_left"
    assert priced(shop, voucher_codes=[slip])["rejected"][0]["code"] == "nothing_left"


def test_a_credit_slip_pays_only_for_its_customer(shop: Storefront) -> None:
    told = shop.tell(
        "refund.create", a_refund(paid_order(shop, "tax_included"), to_store_credit=True)
    )
    slip = find(told, "credit_slip.issued")["document"]["number"]
    refused = shop.refusal(
        "order.place", an_order(voucher_codes=[slip], customer__customer_id="c-2")
    )
    assert (refused["code"], refused["details"]["field"]) == ("other_customer", "voucher_codes[0]")
    assert (
        priced(shop, voucher_codes=[slip], customer_id="c-2")["rejected"][0]["code"]
        == "other_customer"
    )
    assert (
        shop.refusal("order.place", an_order(voucher_codes=["CR999999"]))["code"]
        == "unknown_voucher"
    )


def test_money_that_is_due_becomes_store_credit_later_once(shop: Storefront) -> None:
    order_id = paid_order(shop, "tax_included")
    refund = a_refund(order_id)
    shop.tell("refund.create", refund)
    wish = {"order_id": order_id, "refund_id": refund["refund_id"], "by": "anna@shop.test"}
    assert names(shop.tell("refund.to_store_credit", wish)) == [
        "refund.converted",
        "store_credit.issued",
    ]
    assert balance(shop) == 2870
    assert shop.refusal("refund.to_store_credit", wish)["code"] == "nothing_due"
    assert shop.refusal("payment.mark_refunded", wish)["code"] == "nothing_due"
    assert (
        shop.refusal("refund.to_store_credit", wish | {"refund_id": order_id})["code"]
        == "unknown_refund"
    )


def test_money_that_the_payment_system_was_asked_for_stays_money(shop: Storefront) -> None:
    shop.tell(
        "shop.put",
        samples.PUT_SHOP | {"payment_methods": [samples.PAYMENT_METHOD | {"refundable": True}]},
    )
    order_id = paid_order(shop, "tax_included")
    refund = a_refund(order_id)
    shop.tell("refund.create", refund)
    refused = shop.refusal(
        "refund.to_store_credit", {"order_id": order_id, "refund_id": refund["refund_id"]}
    )
    assert (refused["code"], refused["reason"]) == (
        "refund_under_way",
        "Bank wire was already requested to transfer 28.70 EUR.",
    )


# --- an order that comes to nothing ---------------------------------------------------------------


def test_a_cancelled_order_gives_store_credit_back_and_uses_it_again(shop: Storefront) -> None:
    issue(shop, 2000)
    order_id = str(shop.tell("order.place", an_order(use_store_credit=True))[0].subject)
    told = shop.move(order_id, "cancelled")
    assert {"payment.recorded", "store_credit.given_back"} <= set(names(told))
    assert (balance(shop), shop.order(order_id)["order"]["paid"]["amount"]) == (2000, 0)
    assert shop.refusal("store_credit.use", a_use(order_id))["code"] == "order_ended"
    back = {"force": True, "reason": "A mistake", "by": "anna@shop.test"}
    shop.move(order_id, "awaiting_bank_wire", **back)
    assert (balance(shop), shop.order(order_id)["due"]["amount"]) == (0, 870)
    shop.move(order_id, "cancelled")
    assert balance(shop) == 2000
    shop.tell("order.place", an_order(store_credit_amount=euro(1500)))
    refused = shop.refusal(
        "order.transition", {"order_id": order_id, "to": "payment_accepted", **back}
    )
    assert (refused["code"], refused["reason"]) == (
        "store_credit_gone",
        "The order gave 20.00 EUR of store credit back, but only 5.00 EUR are still available.",
    )


def test_an_invoiced_order_that_is_cancelled_gives_store_credit_back_with_its_credit_slip(
    shop: Storefront,
) -> None:
    issue(shop, 2000)
    told = shop.tell(
        "order.place", an_order(use_store_credit=True, initial_state="payment_accepted")
    )
    back = shop.move(str(told[0].subject), "cancelled")
    refund = find(back, "refund.created")["refund"]
    assert (refund["given_back"], refund["money"]) == (samples.euro(2000), samples.euro(870))
    assert find(back, "credit_slip.issued")["document"]["gross"] == samples.euro(2870)
    assert find(back, "payment.refund_due")["amount"] == samples.euro(870)
    assert balance(shop) == 2000
    slip = find(back, "credit_slip.issued")["document"]["number"]
    assert find(back, "store_credit.given_back")["code"] == slip
    paid = shop.tell("order.place", an_order(voucher_codes=[slip]))
    assert find(paid, "refund.converted")["amount"] == samples.euro(870)
    assert (balance(shop), shop.order(str(told[0].subject))["refund_due"]["amount"]) == (0, 0)


def test_a_credit_slip_that_is_named_twice_counts_once(shop: Storefront) -> None:
    slip = find(
        shop.tell("refund.create", a_refund(paid_order(shop, "tax_included"))), "credit_slip.issued"
    )
    use = a_use(shop.place(), credit_slips=[slip["document"]["number"]] * 2)
    assert names(shop.tell("store_credit.use", use)).count("refund.converted") == 1
    assert balance(shop) == 0


# --- by hand, and the end of it -------------------------------------------------------------------


def test_the_same_credit_is_issued_once_and_another_of_its_id_refused(shop: Storefront) -> None:
    credit = a_credit(2000)
    assert names(shop.tell("store_credit.issue", credit)) == ["store_credit.issued"]
    assert names(shop.tell("store_credit.issue", credit)) == []
    for other in ({"amount": samples.euro(2001)}, {"customer_id": "c-2"}, {"reason": "Twice"}):
        shop.conflict("store_credit.issue", credit | other)
    assert balance(shop) == 2000
    assert shop.refusal("store_credit.issue", a_credit(0))["code"] == "not_positive"
    assert (
        shop.refusal("store_credit.issue", a_credit(5, expires_at="2020-01-01T00:00:00Z"))["code"]
        == "expired"
    )


def test_what_expires_first_is_used_first_and_what_is_given_back_lasts_as_long(
    shop: Storefront,
) -> None:
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (60, 90))
    issue(shop, 1000, expires_at=late.isoformat())
    issue(shop, 1000)
    issue(shop, 1000, expires_at=soon.isoformat())
    order_id = str(shop.tell("order.place", an_order(store_credit_amount=euro(1500)))[0].subject)
    told = find(shop.move(order_id, "cancelled"), "store_credit.given_back")
    assert datetime.fromisoformat(told["expires_at"]) == late
    answer = shop.desk.ask("store_credit.get", {"customer_id": "c-1001"}, shop=shop.shop).data
    (account,) = answer["accounts"]
    assert [lot["unused"]["amount"] for lot in account["lots"]] == [500, 1500, 1000]
    assert [entry["kind"] for entry in answer["entries"]] == [
        "given_back",
        "used",
        "used",
        *["issued"] * 3,
    ]


def test_what_expired_pays_nothing_and_is_booked(shop: Storefront) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"store_credit_days": 30})
    until = datetime.fromisoformat(issue(shop, 2000)["expires_at"])
    assert timedelta(days=30) <= until - datetime.now(UTC) <= timedelta(days=31)
    planned = rows(shop.desk.engine, "schedule", due_at=until)
    assert [decode(row.body).name for row in planned] == ["store_credit.expire"]
    issue(shop, 700, expires_at=(datetime.now(UTC) + timedelta(milliseconds=100)).isoformat())
    sleep(0.1)
    assert priced(shop, use_store_credit=True)["store_credit"] == samples.euro(2000)
    told = shop.tell("store_credit.expire", {"customer_id": "c-1001", "currency": "EUR"})
    assert find(told, "store_credit.expired")["amount"] == samples.euro(700)
    assert shop.tell("store_credit.expire", {"customer_id": "c-1001", "currency": "EUR"}) == []
    assert balance(shop) == 2000


def test_a_list_tells_what_the_shop_owes(shop: Storefront) -> None:
    for customer_id in ("c-3", "c-1", "c-2"):
        issue(shop, 500, customer_id=customer_id)
    first = shop.desk.ask("store_credit.list", {"currency": "EUR", "limit": 2}, shop=shop.shop).data
    assert ([each["customer_id"] for each in first["accounts"]], first["next"]) == (
        ["c-1", "c-2"],
        "c-2",
    )
    rest = shop.desk.ask(
        "store_credit.list", {"currency": "EUR", "cursor": "c-2"}, shop=shop.shop
    ).data
    assert ([each["customer_id"] for each in rest["accounts"]], rest["next"]) == (["c-3"], None)
    page = shop.desk.ask(
        "store_credit.get", {"customer_id": "c-1", "limit": 1}, shop=shop.shop
    ).data
    assert (len(page["entries"]), page["next"]) == (1, None)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM store_credit_accounts",
        "DELETE FROM store_credit_lots",
        "DELETE FROM store_credit_entries",
        "UPDATE store_credit_entries SET amount = amount + 1",
        "UPDATE store_credit_lots SET amount = amount + 1",
        "UPDATE store_credit_lots SET remaining = remaining + 1",
        "UPDATE store_credit_accounts SET currency = 'XXX'",
        "UPDATE store_credit_accounts SET balance = -1",
        "UPDATE refunds SET given_back = given_back + 1",
        "UPDATE refunds SET as_credit = as_credit - 1",
        "UPDATE payments SET kind = 'money'",
    ],
)
def test_the_ledger_is_kept_by_the_database_itself(shop: Storefront, statement: str) -> None:
    issue(shop, 2000)
    order_id = str(
        shop.tell("order.place", an_order(use_store_credit=True, initial_state="payment_accepted"))[
            0
        ].subject
    )
    shop.tell("refund.create", a_refund(order_id, to_store_credit=True))
    with pytest.raises(DBAPIError), shop.desk.engine.begin() as connection:
        connection.execute(text(statement))


# --- personal data --------------------------------------------------------------------------------


def test_the_ledger_of_an_erased_customer_is_kept_and_exported(shop: Storefront) -> None:
    issue(shop, 2000)
    (exported,) = shop.tell("customer.export", {"customer_id": "c-1001"})
    records = exported.data["records"]
    assert [account["balance"] for account in records["store_credit_accounts"]] == [
        samples.euro(2000)
    ]
    assert [entry["kind"] for entry in records["store_credit_entries"]] == ["issued"]
    (erased,) = shop.tell("customer.erase", {"customer_id": "c-1001"})
    assert [(kept["what"], kept["count"]) for kept in erased.data["kept"]] == [
        ("store_credit_accounts", 1)
    ]
    assert balance(shop) == 2000
