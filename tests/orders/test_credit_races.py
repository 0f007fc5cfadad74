"""Store credit used, issued and given back by many workers at once: never spent twice, never lost,
nobody stuck.
"""

from shared.contracts.samples import euro
from tests.orders.credit import a_credit, a_use, balance, find, issue
from tests.orders.refunds import a_refund
from tests.orders.test_races import move, until_done
from tests.orders.words import Storefront, names, rows
from tests.words import an_order


def test_of_eight_orders_that_want_the_same_credit_one_is_placed(
    shop: Storefront, url: str
) -> None:
    issue(shop, 2000)
    until_done(
        url,
        *(
            [shop.message("order.place", an_order(store_credit_amount=euro(1500)))]
            for _ in range(8)
        ),
    )
    told = names(shop.desk.outbox())
    assert (told.count("order.placed"), told.count("order.place_refused")) == (1, 7)
    assert balance(shop) == 500


def test_eight_orders_that_take_what_there_is_take_it_once(shop: Storefront, url: str) -> None:
    issue(shop, 5000)
    until_done(
        url, *([shop.message("order.place", an_order(use_store_credit=True))] for _ in range(8))
    )
    used = rows(shop.desk.engine, "store_credit_entries", shop=shop.shop, kind="used")
    assert sorted(row.amount for row in used) == [2130, 2870]
    assert balance(shop) == 0


def test_the_first_credit_of_a_customer_comes_from_eight_at_once(
    shop: Storefront, url: str
) -> None:
    once = a_credit(100)
    batches = [
        [shop.message("store_credit.issue", each) for each in (a_credit(100), once)]
        for _ in range(8)
    ]
    until_done(url, *batches)
    assert balance(shop) == 900


def test_a_credit_slip_pays_one_of_eight_orders(shop: Storefront, url: str) -> None:
    order_id = shop.place(initial_state="payment_accepted")
    slip = find(shop.tell("refund.create", a_refund(order_id)), "credit_slip.issued")["document"][
        "number"
    ]
    until_done(
        url, *([shop.message("order.place", an_order(voucher_codes=[slip]))] for _ in range(8))
    )
    assert names(shop.desk.outbox()).count("refund.converted") == 1
    assert (balance(shop), shop.order(order_id)["refund_due"]["amount"]) == (0, 0)


def test_orders_paid_cancelled_and_refunded_while_others_use_the_same_account(
    shop: Storefront, url: str
) -> None:
    issue(shop, 20_000)
    unpaid = shop.place_all(8)
    invoiced = shop.place_all(4, store_credit_amount=euro(1000), initial_state="payment_accepted")
    cancelled = shop.place_all(4, store_credit_amount=euro(500))
    batches = [
        [
            shop.message("store_credit.use", a_use(order_id, amount=euro(100)))
            for order_id in unpaid
        ],
        [move(shop, order_id, "cancelled") for order_id in cancelled],
        [shop.message("refund.create", a_refund(order_id)) for order_id in reversed(invoiced)],
        [
            shop.message("refund.create", a_refund(order_id, to_store_credit=True))
            for order_id in invoiced
        ],
        [shop.message("order.place", an_order(store_credit_amount=euro(50))) for _ in range(4)],
        [shop.message("store_credit.issue", a_credit(10)) for _ in range(4)],
    ]
    until_done(url, *batches)
    refunds = [refund for order_id in invoiced for refund in shop.order(order_id)["refunds"]]
    assert len(refunds) == 4
    as_credit = sum(refund["store_credit"]["amount"] - 1000 for refund in refunds)
    assert balance(shop) == 20_000 - 8 * 100 - 4 * 50 + 4 * 10 + as_credit
