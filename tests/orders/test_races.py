"""Many workers at once, each with connections of its own: nothing is sold, counted or done twice,
nobody gets stuck.
"""

from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from tests.orders.words import MUG, Storefront, a_payment, at_once, names, rows, stumble
from tests.words import an_order


def move(shop: Storefront, order_id: str, to: str) -> Delivery:
    return shop.message("order.transition", {"order_id": order_id, "to": to})


def until_done(url: str, *batches: list[Delivery]) -> None:
    """Deliver, and deliver retried messages again, as RabbitMQ would."""
    waiting = list(batches)
    while waiting:
        verdicts = at_once(url, *waiting)
        waiting = [
            again
            for batch, outcome in zip(waiting, verdicts, strict=True)
            if (again := failed(batch, outcome))
        ]


def failed(batch: list[Delivery], verdicts: list[Verdict]) -> list[Delivery]:
    return [
        message
        for message, verdict in zip(batch, verdicts, strict=True)
        if verdict.fate is Fate.RETRY
    ]


def invoice_numbers(shop: Storefront) -> list[str]:
    return sorted(
        row.number for row in rows(shop.desk.engine, "documents", shop=shop.shop, kind="invoice")
    )


def first(count: int) -> list[str]:
    return [f"IN{number:06d}" for number in range(1, count + 1)]


# --- stock ----------------------------------------------------------------------------------------


def test_of_ten_orders_for_the_two_last_pieces_exactly_two_are_placed(
    shop: Storefront, url: str
) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 2})
    one = {"lines": [{"sku": MUG, "quantity": 1}], "total__amount": 1190 + 490}
    verdicts = at_once(url, *([shop.message("order.place", an_order(**one))] for _ in range(10)))
    assert verdicts == [[DONE]] * 10
    refused = [
        event.data["code"] for event in shop.desk.outbox() if event.name == "order.place_refused"
    ]
    assert refused == ["out_of_stock"] * 8
    assert len(rows(shop.desk.engine, "orders", shop=shop.shop)) == 2
    assert shop.stock() == 0


def test_an_order_cancelled_by_eight_at_once_gives_its_stock_back_once(
    shop: Storefront, url: str
) -> None:
    order_id = shop.place()
    at_once(url, *([move(shop, order_id, "cancelled")] for _ in range(8)))
    assert shop.stock() == 100
    assert names(shop.desk.outbox()).count("order.transition_refused") == 7


def test_an_order_is_either_cancelled_or_shipped(shop: Storefront, url: str) -> None:
    orders = shop.place_all(6)
    shop.deliver(*(move(shop, order_id, "processing") for order_id in orders))
    at_once(
        url, *([move(shop, order_id, to)] for order_id in orders for to in ("cancelled", "shipped"))
    )
    states = [shop.order(order_id)["state"] for order_id in orders]
    assert set(states) <= {"cancelled", "shipped"}
    assert shop.stock() == 100 - 2 * states.count("shipped")


# --- once -----------------------------------------------------------------------------------------


def test_one_order_placed_by_eight_at_once_is_placed_once(shop: Storefront, url: str) -> None:
    data = an_order()
    until_done(url, *([shop.message("order.place", data, replyto="test.reply")] for _ in range(8)))
    told = shop.desk.outbox()
    assert shop.stock() == 98
    assert names(told).count("order.placed") == 1
    assert names(told).count("order.place_refused") == 0
    answers = [reply.data for reply in told if reply.name == "command.done"]
    assert sorted(answer["repeated"] for answer in answers) == [False] + [True] * 7


def test_of_eight_orders_of_one_id_at_once_one_is_placed(shop: Storefront, url: str) -> None:
    data = an_order()
    others = [{**data, "reference": f"ORDER-{number}"} for number in range(8)]
    until_done(
        url, *([shop.message("order.place", other, replyto="test.reply")] for other in others)
    )
    told = shop.desk.outbox()
    assert shop.stock() == 98
    assert names(told).count("order.placed") == 1
    refused = [reply.data["code"] for reply in told if reply.name == "order.place_refused"]
    assert refused == ["conflict"] * 7


def test_one_message_delivered_to_eight_at_once_is_done_once(shop: Storefront, url: str) -> None:
    message = shop.message("order.place", an_order())
    verdicts = at_once(url, *([message] for _ in range(8)))
    assert verdicts == [[DONE]] * 8
    assert shop.stock() == 98


def test_one_reference_wanted_by_eight_at_once_is_given_once(shop: Storefront, url: str) -> None:
    until_done(url, *([shop.message("order.place", an_order(reference="SAME"))] for _ in range(8)))
    refused = [
        event.data["code"] for event in shop.desk.outbox() if event.name == "order.place_refused"
    ]
    assert refused == ["reference_taken"] * 7
    assert len(rows(shop.desk.engine, "orders", shop=shop.shop)) == 1


def test_one_payment_recorded_by_eight_at_once_is_recorded_once(shop: Storefront, url: str) -> None:
    order_id = shop.place()
    payment = a_payment(order_id, 1000)
    at_once(url, *([shop.message("payment.record", payment)] for _ in range(8)))
    assert [paid["amount"]["amount"] for paid in shop.order(order_id)["payments"]] == [1000]


def test_eight_payments_at_once_add_up(shop: Storefront, url: str) -> None:
    order_id = shop.place()
    at_once(url, *([shop.message("payment.record", a_payment(order_id, 100))] for _ in range(8)))
    assert shop.order(order_id)["order"]["paid"]["amount"] == 800


def test_an_order_accepted_by_eight_at_once_has_one_invoice_and_one_payment(
    shop: Storefront, url: str
) -> None:
    order_id = shop.place()
    at_once(url, *([move(shop, order_id, "payment_accepted")] for _ in range(8)))
    order = shop.order(order_id)
    assert len(order["documents"]) == len(order["payments"]) == 1
    assert len(order["history"]) == 2


# --- numbers --------------------------------------------------------------------------------------


def test_the_first_numbers_of_a_shop_are_given_to_sixteen_at_once(
    shop: Storefront, url: str
) -> None:
    orders = shop.place_all(16)
    verdicts = at_once(url, *([move(shop, order_id, "payment_accepted")] for order_id in orders))
    assert verdicts == [[DONE]] * 16
    assert invoice_numbers(shop) == first(16)


def test_sixteen_writers_number_their_invoices_without_gap_or_duplicate(
    shop: Storefront, url: str
) -> None:
    orders = shop.place_all(48)
    batches = [
        [move(shop, order_id, "payment_accepted") for order_id in orders[start::16]]
        for start in range(16)
    ]
    assert at_once(url, *batches) == [[DONE] * 3] * 16
    assert invoice_numbers(shop) == first(48)


def test_numbers_have_no_gap_where_some_are_refused_and_some_fail_in_between(
    shop: Storefront, url: str
) -> None:
    orders = shop.place_all(48)
    refused, failing = orders[5::8], orders[2::8]
    batches = [
        [
            move(shop, order_id, "delivered" if order_id in refused else "payment_accepted")
            for order_id in part
        ]
        for part in (orders[start::16] for start in range(16))
    ]
    with stumble(shop.desk.engine, *failing):
        verdicts = at_once(url, *batches)
    again = [failed(batch, outcome) for batch, outcome in zip(batches, verdicts, strict=True)]
    assert sum(map(len, again)) == len(failing)
    assert invoice_numbers(shop) == first(48 - len(refused) - len(failing))
    until_done(url, *filter(None, again))
    assert invoice_numbers(shop) == first(48 - len(refused))


def test_numbers_follow_the_time_of_issue(shop: Storefront, url: str) -> None:
    orders = shop.place_all(16)
    shop.move(orders.pop(), "payment_accepted")
    at_once(url, *([move(shop, order_id, "payment_accepted")] for order_id in orders))
    issued = [
        event.data["document"] for event in shop.desk.outbox() if event.name == "invoice.issued"
    ]
    dated = sorted((document["number"], document["issued_at"]) for document in issued)
    assert [at for _, at in dated] == sorted(at for _, at in dated)


def test_two_first_orders_at_the_same_moment_make_one_new_customer(
    url: str, shop: Storefront
) -> None:
    orders = [an_order() for _ in range(6)]
    at_once(url, *([shop.message("order.place", order)] for order in orders))
    assert sorted(shop.order(order["order_id"])["new_customer"] for order in orders) == [
        False
    ] * 5 + [True]
