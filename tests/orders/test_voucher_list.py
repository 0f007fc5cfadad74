"""The list of vouchers, with their remaining uses."""

from typing import Any

import pytest

from tests.orders.promotions import create, place, put_rule
from tests.orders.words import Storefront


def ask(shop: Storefront, **wanted: Any) -> dict[str, Any]:
    answer = shop.desk.ask("voucher.list", wanted, shop=shop.shop)
    assert answer.name == "voucher.list_answered", answer.data
    return answer.data


def codes(page: dict[str, Any]) -> list[str]:
    return [each["voucher"]["code"] for each in page["vouchers"]]


def test_all_vouchers_are_listed_by_their_codes_page_by_page(
    shop: Storefront, other_shop: Storefront
) -> None:
    for code in ("CCC", "AAA", "EEE", "BBB", "DDD"):
        create(shop, code=code)
    create(other_shop, code="AAB")
    put_rule(shop)
    first = ask(shop, limit=2)
    second = ask(shop, limit=2, cursor=first["next"])
    third = ask(shop, limit=2, cursor=second["next"])
    assert [codes(page) for page in (first, second, third)] == [
        ["AAA", "BBB"],
        ["CCC", "DDD"],
        ["EEE"],
    ]
    assert third["next"] is None


def test_each_says_what_is_left_of_it(shop: Storefront) -> None:
    create(shop, code="ONCE")
    create(shop, code="OVER", valid_until="2020-01-01T00:00:00Z")
    put_rule(shop, code="ANYTIME", free_shipping=True)
    place(shop, "ONCE", "ANYTIME", total=0)
    page = ask(shop)
    found = {
        each["voucher"]["code"]: (each["used"], each["remaining_uses"], each["usable"])
        for each in page["vouchers"]
    }
    rest = next(code for code in found if code.startswith("ONCE-"))
    assert found == {
        "ANYTIME": (1, None, True),
        "ONCE": (1, 0, False),
        rest: (0, 1, True),
        "OVER": (0, 1, False),
    }
    reasons = {each["voucher"]["code"]: each["reason"] for each in page["vouchers"]}
    assert reasons["OVER"] == "'OVER' was valid until 2020-01-01 01:00 (Europe/Berlin)."


def test_those_of_one_customer_are_his_alone(shop: Storefront) -> None:
    create(shop, code="HERS", customer_id="c-2002")
    create(shop, code="EVERYBODYS", customer_id=None)
    assert codes(ask(shop, customer_id="c-2002")) == ["HERS"]
    assert ask(shop, customer_id="nobody") == {"vouchers": [], "next": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer_id", ""),
        ("cursor", "A B"),
        ("cursor", ""),
        ("limit", 0),
        ("limit", 201),
        ("limit", "5"),
        ("more", 1),
    ],
)
def test_what_is_no_question_is_refused_at_its_field(
    shop: Storefront, field: str, value: Any
) -> None:
    answer = shop.desk.ask("voucher.list", {field: value}, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == ("voucher.list_refused", "invalid")
    assert answer.data["reason"].startswith(field)
