"""How an order looks on the terminal."""

import pytest

from shared.cli.orders.display import print_history, print_order, print_orders
from shared.contracts import samples
from shared.contracts.orders import OrderDetail
from tests.words import changed

GIVEN = [
    {
        "discount_id": samples.RULE_ID,
        "name": "Thank you",
        "kind": "amount",
        "percent": None,
        "code": "THANKS-ADA",
        "off": samples.euro(2380),
    },
    {
        "discount_id": samples.ORDER_ID,
        "name": "Open day",
        "kind": "free_shipping",
        "percent": None,
        "code": "",
        "off": samples.euro(490),
    },
]


def shown(capsys: pytest.CaptureFixture[str], discounts: list[object]) -> str:
    detail = OrderDetail.model_validate(changed(samples.ORDER_DETAIL, order__discounts=discounts))
    print_order(detail.model_dump(mode="json"))
    return " ".join(capsys.readouterr().out.split())


def test_an_order_names_what_was_taken_off_and_by_which_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = shown(capsys, GIVEN)  # type: ignore[arg-type]
    assert "discounts 23.80 EUR off by Thank you (THANKS-ADA), 4.90 EUR off by Open day" in told


def test_an_order_without_discounts_says_nothing_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "discounts" not in shown(capsys, [])


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(900, "due 9.00 EUR still to be paid"), (-1190, "due 11.90 EUR paid too much")],
)
def test_an_order_says_what_is_due_or_was_paid_too_much(
    amount: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    due = {"due": samples.euro(amount), "invoice_note": "Thank you."}
    print_order(OrderDetail.model_validate(samples.ORDER_DETAIL | due).model_dump(mode="json"))
    told = " ".join(capsys.readouterr().out.split())
    assert expected in told
    assert "invoice note Thank you." in told


def test_a_line_is_shown_with_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [samples.ORDER_LINE | {"line": 3}]
    print_order(
        OrderDetail.model_validate(samples.ORDER_DETAIL | {"lines": lines}).model_dump(mode="json")
    )
    assert "3 MUG-BLUE Mug, blue 2 11.90 EUR 23.80 EUR" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Pacific/Kiritimati", "2026-11-22 02:00 +14"),
        ("Pacific/Pago_Pago", "2026-11-21 01:00 SST"),
    ],
)
def test_times_are_those_of_the_shop_and_say_so(
    zone: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = OrderDetail.model_validate(changed(samples.ORDER_DETAIL, order__shop__timezone=zone))
    print_order(found.model_dump(mode="json"))
    print_history(found.model_dump(mode="json"))
    print_orders([samples.LISTED_ORDER | {"timezone": zone}])
    assert capsys.readouterr().out.count(expected) == 5  # placed, state; two states; the row
