"""The customer data and the timeline of a thread."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts import samples
from shared.contracts.orders import (
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderShippingChanged,
    PaymentRefunded,
    PaymentReversed,
)
from tests.ingest.builders import NOON, FakeMailServer, IngestHarness, raw_mail
from tests.ingest.desk_actions import ANNA, does, moves, orders, refused, writes
from tests.words import changed


def customer(desk: IngestHarness, thread_id: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.thread(thread_id)["customer"]
    return found


def pays(desk: IngestHarness, name: str, order_id: str, paid: int) -> None:
    """Record or reverse a payment; afterwards that much of 9.00 USD is paid."""
    example = PaymentReversed.example if name == "payment.reversed" else samples.PAYMENT_RECORDED
    money = {
        "order__total": {"amount": 900, "currency": "USD"},
        "order__paid": {"amount": paid, "currency": "USD"},
    }
    desk.tell(name, changed(example, order_id=order_id, order__order_id=order_id, **money))


def stamp(**later: float) -> str:
    return (NOON + timedelta(**later)).isoformat().replace("+00:00", "Z")


def test_orders_and_payments_are_summed_by_currency(desk: IngestHarness) -> None:
    paid, _, dollars = (
        orders(desk),
        orders(desk),
        orders(desk, order__total={"amount": 900, "currency": "USD"}),
    )
    moves(desk, paid)
    pays(desk, "payment.recorded", dollars, 900)
    pays(desk, "payment.reversed", dollars, 500)
    orders(desk, order__customer__customer_id="c-2", order__customer__email="max@example.test")
    found = customer(desk, writes(desk))
    euros = {"sum": "2870", "currency": "EUR"}
    assert (found["order_count"], found["spent"]) == (3, [euros, {"sum": "500", "currency": "USD"}])
    # Payment accepted is a sale, awaiting a bank wire is none, whatever was paid.
    assert (found["valid_orders"], found["valid_total"]) == (1, [euros])
    moves(desk, paid, new_state__key="cancelled", new_state__valid=False, at=stamp(days=1))
    found = customer(desk, writes(desk))
    assert (found["order_count"], found["valid_orders"], found["valid_total"]) == (3, 0, [])


def test_sums_beyond_the_numbers_of_json_are_exact(desk: IngestHarness) -> None:
    """Three orders of the largest amount of Rial that an order may have."""
    largest = {"amount": 2**53 - 1, "currency": "IRR"}
    for _ in range(3):
        order_id = orders(desk, order__total=largest, order__paid=largest)
        moves(desk, order_id, order__total=largest, order__paid=largest)
    found = customer(desk, writes(desk))
    expected = [{"sum": str(3 * (2**53 - 1)), "currency": "IRR"}]
    assert expected[0]["sum"] == "27021597764222973"
    assert (found["valid_total"], found["spent"]) == (expected, expected)


def test_refunds_are_not_spent_and_a_changed_order_has_its_new_price(
    desk: IngestHarness,
) -> None:
    order_id = orders(desk, order__reference="CHANGED")
    thread_id = writes(desk, order_reference="CHANGED")
    moves(desk, order_id, order__reference="CHANGED")
    desk.tell("payment.refunded", changed(PaymentRefunded.example, order_id=order_id))
    assert customer(desk, thread_id)["spent"] == [{"sum": "1680", "currency": "EUR"}]
    totals = (
        (OrderEdited, 4060),
        (OrderDiscounted, 3822),
        (OrderShippingChanged, 3900),
        (OrderExemptionChanged, 3200),
    )
    for event, total in totals:
        desk.tell(
            event.name,
            changed(
                event.example,
                order_id=order_id,
                order__order_id=order_id,
                order__total__amount=total,
            ),
        )
        assert desk.thread(thread_id)["order"]["total"]["amount"] == total
    moves(desk, order_id, order__reference="CHANGED", at=stamp(days=1))
    assert customer(desk, thread_id)["spent"] == [{"sum": "1680", "currency": "EUR"}]


def test_customer_data_of_the_storefront_is_shown(desk: IngestHarness) -> None:
    desk.tell("customer.changed", samples.KNOWN_CUSTOMER, time=NOON, sequence="1")
    later = changed(samples.KNOWN_CUSTOMER, full_name="Ada King")
    desk.tell("customer.changed", later, sequence="3")
    desk.tell("customer.changed", samples.KNOWN_CUSTOMER, sequence="2")  # it came late
    found = customer(desk, writes(desk))
    assert (found["customer_id"], found["name"], found["registered_at"]) == (
        "c-1001",
        "Ada King",
        stamp(),
    )
    assert found["addresses"] == [changed(found["addresses"][0], **samples.KNOWN_ADDRESS)]
    desk.tell(
        "customer.changed",
        changed(later, registered_at="2020-01-01T00:00:00Z"),
        sequence="4",
    )
    desk.tell("customer.changed", changed(later, registered_at=None), sequence="5")
    assert customer(desk, writes(desk))["registered_at"] == "2020-01-01T00:00:00Z"
    desk.tell(
        "customer.changed",
        changed(later, registered_at="2021-01-01T00:00:00Z"),
        sequence="6",
    )
    assert customer(desk, writes(desk))["registered_at"] == "2021-01-01T00:00:00Z"


def test_a_customer_writing_by_mail_is_known_by_address(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.tell("customer.changed", changed(samples.KNOWN_CUSTOMER, email="Ada@Example.test"))
    orders(desk)
    server.receive(raw_mail())
    desk.poll()
    (thread,) = desk.threads()
    found = customer(desk, thread["thread_id"])
    assert (found["customer_id"], found["email"], found["order_count"]) == (
        "c-1001",
        "ada@example.test",
        1,
    )


def test_of_an_unknown_sender_only_the_address_is_known(desk: IngestHarness) -> None:
    orders(desk)
    found = customer(desk, writes(desk, email="eve@evil.test", customer_id=None))
    assert (found["customer_id"], found["order_count"], found["spent"], found["registered_at"]) == (
        None,
        0,
        [],
        None,
    )


def test_customers_of_another_shop_are_not_known(desk: IngestHarness) -> None:
    desk.tell("customer.changed", samples.KNOWN_CUSTOMER, shop="other")
    assert customer(desk, writes(desk))["registered_at"] is None


def test_an_employee_reads_states_in_their_language_and_not_in_the_customers(
    desk: IngestHarness,
) -> None:
    order_id = orders(desk, order__language="fa", new_state__label="در انتظار بررسی پرداخت")
    reference = order_id[:8].upper()
    thread_id = writes(desk, order_reference=reference)
    moves(desk, order_id, new_state__label="پرداخت پذیرفته شد", order__reference=reference)
    for language, state in (("en", "Payment accepted"), ("fa-IR", "پرداخت پذیرفته شد")):
        asked = {"thread_id": thread_id, "language": language}
        assert desk.ask("thread.get", asked).data["order"]["state_label"] == state
        assert ("order_moved", state) in timeline(desk, thread_id, language=language)
    # A shop may name a state of its own in one language only.
    moves(desk, order_id, new_state__labels={}, order__reference=reference, at=stamp(days=1))
    assert desk.thread(thread_id)["order"]["state_label"] == "Payment accepted"


# --- the timeline ---------------------------------------------------------------------------------


def timeline(desk: IngestHarness, thread_id: str, **wanted: Any) -> list[tuple[str, str]]:
    """Return the kind of each entry, with its text or the state of the order; the latest first."""
    found = desk.ask("thread.timeline", {"thread_id": thread_id, **wanted}).data["entries"]
    return [
        (entry["kind"], entry["message"]["text"] if entry["message"] else entry["state_label"])
        for entry in found
    ]


@pytest.fixture
def busy(desk: IngestHarness) -> str:
    """A customer with an order, an answered question, and another question."""
    order_id = orders(desk, order__placed_at=stamp(), order__reference="BUSY")
    desk.clock.advance(hours=1)
    thread_id = writes(desk, order_reference="BUSY", text="When?")
    moves(desk, order_id, at=stamp(hours=2), order__reference="BUSY")
    desk.clock.advance(hours=2)
    does(desk, "reply", thread_id, text="Now.")
    desk.clock.advance(hours=1)
    writes(desk, text="Is it blue?")
    writes(desk, text="Somebody else", email="eve@evil.test", customer_id="c-6")
    orders(desk, order__customer__email="eve@evil.test", order__customer__customer_id="c-6")
    return thread_id


LINE = [
    ("message", "Is it blue?"),
    ("message", "Now."),
    ("order_moved", "Payment accepted"),
    ("message", "When?"),
    ("order_placed", "Awaiting bank wire payment"),
]


def test_orders_and_messages_of_a_customer_are_one_line(desk: IngestHarness, busy: str) -> None:
    assert timeline(desk, busy) == LINE
    found = desk.ask("thread.timeline", {"thread_id": busy}).data["entries"]
    assert (found[-1]["total"]["amount"], found[-1]["order_reference"]) == (2870, "BUSY")
    assert (found[1]["message"]["author"], found[1]["order_reference"]) == (ANNA, "BUSY")


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_its_pages_bring_every_entry_once(desk: IngestHarness, busy: str, limit: int) -> None:
    cursor, paged = None, []
    while True:
        page = desk.ask(
            "thread.timeline", {"thread_id": busy, "limit": limit, "cursor": cursor}
        ).data
        paged += [entry["at"] for entry in page["entries"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert paged == [
        entry["at"] for entry in desk.ask("thread.timeline", {"thread_id": busy}).data["entries"]
    ]
    assert len(paged) == len(LINE)


def test_a_thread_brings_what_a_page_about_it_shows(desk: IngestHarness, busy: str) -> None:
    """One query in the place of three."""
    order_id = desk.thread(busy)["thread"]["order_id"]
    document = samples.DOCUMENT_VIEW | {"order_id": order_id}
    desk.tell("document.rendered", {"document_id": document["document_id"], "document": document})
    wanted = {"thread_id": busy, "timeline_limit": 3, "reply_by": ANNA}
    found = desk.ask("thread.get", wanted).data
    entries = desk.ask("thread.timeline", {"thread_id": busy, "limit": 3}).data["entries"]
    assert found["timeline"] == entries
    draft = desk.ask("thread.draft", {"thread_id": busy, "by": ANNA}).data
    assert found["reply"] == {
        "text": draft["text"],
        "language": draft["language"],
        "document_numbers": [document["number"]],
    }
    plain = desk.thread(busy)
    assert (plain["timeline"], plain["reply"]) == (None, None)
    for limit in (1, 200):
        (listed,) = desk.threads(order_id=order_id, message_limit=limit)
        assert listed["messages"] == plain["messages"][-limit:]


def test_an_invalid_cursor_is_refused(desk: IngestHarness) -> None:
    data = {"thread_id": writes(desk), "cursor": "x"}
    assert refused(desk, "thread.timeline", data) == ("unknown_cursor", "cursor")
