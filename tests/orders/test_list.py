"""The list of orders: every filter, page by page, newest first."""

import csv
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, get_args

import pytest

from shared.contracts.orders import OrderFilter, OrderSort
from tests.orders.words import NOON, Storefront
from tests.words import an_order

GERMAN = {"name": "Bert", "line1": "Hauptstraße 1", "city": "Köln", "country": "DE"}


def ask(shop: Storefront, name: str = "order.list", **data: Any) -> dict[str, Any]:
    answer = shop.desk.ask(name, data, shop=shop.shop)
    assert answer.name == f"{name}_answered", answer.data
    return answer.data


Clock = Callable[[datetime], None]


def found(shop: Storefront, **chosen: Any) -> list[str]:
    """The references that a filter finds, in order."""
    return [row["reference"] for row in ask(shop, filter=chosen)["orders"]]


def place(shop: Storefront, reference: str, name: str = "Ada Byron", **changes: Any) -> str:
    customer = {
        "customer_id": name.lower(),
        "email": f"{name.partition(' ')[0].lower()}@example.test",
        "name": name,
    }
    return shop.place(**{"reference": reference, "customer": customer, **changes})


@pytest.fixture
def at(shop: Storefront, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a function that stops the clock at a moment until the end of the test."""
    transactions = shop.desk.pipeline.transactions
    return lambda moment: monkeypatch.setattr(transactions, "clock", lambda: moment)


@pytest.fixture
def three(shop: Storefront, at: Clock) -> Storefront:
    """Place three orders of a shop, hours apart: two of Ada's, and between them one of Bert's, with
    an address in Germany.
    """
    at(NOON)
    place(shop, "AAA-1")
    at(NOON + timedelta(hours=1))
    second = place(
        shop,
        "BBB-2",
        "Bert Brecht",
        delivery_address=GERMAN,
        payment_method="Cheque",
        lines=[{"sku": "MUG-BLUE", "quantity": 1}],
        total__amount=1680,
    )
    at(NOON + timedelta(hours=2))
    place(shop, "AAC-3")
    shop.move(second, "payment_accepted")
    return shop


def test_the_newest_order_comes_first(three: Storefront) -> None:
    assert found(three) == ["AAC-3", "BBB-2", "AAA-1"]


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({"reference": "AA"}, ["AAC-3", "AAA-1"]),
        ({"reference": "AAA-1"}, ["AAA-1"]),
        ({"reference": "A-1"}, []),
        ({"reference": "BBB-"}, ["BBB-2"]),
        ({"reference": "1"}, []),
        ({"customer_search": "ad"}, ["AAC-3", "AAA-1"]),
        ({"customer_search": "BRE bert"}, ["BBB-2"]),
        ({"customer_search": "bbb"}, []),
        ({"customer_search": "bert@example.test"}, ["BBB-2"]),
        ({"customer_id": "bert brecht"}, ["BBB-2"]),
        ({"customer_id": "bert"}, []),
        ({"total_from": {"amount": 1681, "currency": "EUR"}}, ["AAC-3", "AAA-1"]),
        (
            {
                "total_from": {"amount": 1680, "currency": "EUR"},
                "total_to": {"amount": 1680, "currency": "EUR"},
            },
            ["BBB-2"],
        ),
        ({"total_to": {"amount": 2869, "currency": "EUR"}}, ["BBB-2"]),
        ({"total_from": {"amount": 0, "currency": "USD"}}, []),
        ({"payment_method": "Cheque"}, ["BBB-2"]),
        ({"payment_method": "cash"}, []),
        ({"payment_method": "Che"}, []),
        ({"state_keys": ["payment_accepted"]}, ["BBB-2"]),
        ({"state_keys": ["payment_accepted", "awaiting_bank_wire"]}, ["AAC-3", "BBB-2", "AAA-1"]),
        ({"state_keys": ["shipped"]}, []),
        ({"state_keys": []}, ["AAC-3", "BBB-2", "AAA-1"]),
        ({"placed_from": "2026-11-21T13:00:00Z"}, ["AAC-3", "BBB-2"]),
        ({"placed_before": "2026-11-21T13:00:00Z"}, ["AAA-1"]),
        (
            {"placed_from": "2026-11-21T16:30:00+03:30", "placed_before": "2026-11-21T14:00:00Z"},
            ["BBB-2"],
        ),
        ({"delivery_country": "DE"}, ["BBB-2"]),
        ({"delivery_country": "FR"}, []),
        ({"new_customer": True}, ["BBB-2", "AAA-1"]),
        ({"new_customer": False}, ["AAC-3"]),
        ({"search": "aa"}, ["AAC-3", "AAA-1"]),
        ({"search": "brecht"}, ["BBB-2"]),
        ({"search": "ada aac"}, ["AAC-3"]),
        ({"search": "ada bert"}, []),
        ({"search": "example"}, ["AAC-3", "BBB-2", "AAA-1"]),
        ({"search": "a", "delivery_country": "GB", "new_customer": True}, ["AAA-1"]),
    ],
)
def test_a_filter_finds_what_fits_it(
    three: Storefront, chosen: dict[str, Any], wanted: list[str]
) -> None:
    assert found(three, **chosen) == wanted


def holds_text(kind: Any) -> bool:
    return kind is str or any(holds_text(part) for part in get_args(kind))


def test_no_text_filter_minds_case_accents_and_kinds_of_digits(shop: Storefront) -> None:
    address = GERMAN | {"phone": "+49 30 1234567", "company": "Café Zoë 2 GmbH"}
    order_id = place(
        shop, "LIST-A2", "Zoë Ångström", payment_method="À crédit 2", invoice_address=address
    )
    shop.tell("order.issue_invoice", {"order_id": order_id})
    shop.tell("order.change_shipping", {"order_id": order_id, "tracking_number": "Ab-12"})
    place(shop, "OTHER", payment_method="Cheque")
    written = {
        "search": ["zoe", "ZOË", "café-zoe", "list-a۲", "030/123 45 67", "ab-12"],
        "reference": ["list-a", "LIST-A2"],
        "customer_search": ["ANGSTROM zoë", "angstr"],
        "document_number": ["in000001", "IN٠٠"],
        "tracking_number": ["AB-12", "aB-۱"],
        "phone": ["030 1234567", "۰۰۴۹۳۰۱۲۳۴۵۶۷", "+49 (0)30-123", "1234567"],
        "company": ["CAFE", "zoë ۲"],
        "payment_method": ["a credit 2", "À CRÉDIT ۲", "a-credit-2"],
    }
    texts = {
        name for name, field in OrderFilter.model_fields.items() if holds_text(field.annotation)
    }
    exact = {"customer_id", "state_keys", "delivery_country"}  # keys; the last of ISO 3166
    assert texts == written.keys() | exact
    for name, values in written.items():
        for value in values:
            assert found(shop, **{name: value}) == ["LIST-A2"], (name, value)


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("list-b", ["LIST-B2"]),
        ("list b", ["LIST-B2", "LIST-A1"]),
        ("bert@example.test", ["LIST-A1"]),
        ("bert@ada", []),
        ("IN-2", []),
    ],
)
def test_a_term_with_punctuation_is_found_as_a_sequence(
    shop: Storefront, search: str, wanted: list[str]
) -> None:
    place(shop, "LIST-A1", "Bert B. Brecht")
    place(shop, "LIST-B2")
    assert found(shop, search=search) == wanted


@pytest.mark.parametrize("sort", ["customer", "payment_method"])
def test_no_text_sorts_by_case_or_accents(shop: Storefront, sort: str) -> None:
    for reference, name in [("R-1", "zoë"), ("R-2", "Émile"), ("R-3", "ada"), ("R-4", "Zoe B")]:
        place(shop, reference, name, payment_method=name)
    rows = ask(shop, sort=sort, descending=False)["orders"]
    assert [row["reference"] for row in rows] == ["R-3", "R-2", "R-1", "R-4"]


def test_a_line_of_the_list_says_what_its_columns_show(three: Storefront) -> None:
    (row,) = ask(three, filter={"reference": "BBB-2"}, language="fa")["orders"]
    assert row.pop("order_id")
    assert row == {
        "reference": "BBB-2",
        "placed_at": "2026-11-21T13:00:00Z",
        "new_customer": True,
        "customer": {
            "customer_id": "bert brecht",
            "email": "bert@example.test",
            "name": "Bert Brecht",
        },
        "total": {"amount": 1680, "currency": "EUR"},
        "paid": {"amount": 1680, "currency": "EUR"},
        "payment_method": "Cheque",
        "delivery_country": "DE",
        "state": "payment_accepted",
        "state_label": "پرداخت پذیرفته شد",
        "state_colour": "#3498D8",
    }


def test_persian_names_are_found_however_they_are_typed(shop: Storefront) -> None:
    place(shop, "FA-1", "علي كريمي‌راد", customer__email="k@example.test")
    assert found(shop, customer_search="علی کریمی") == found(shop, search="راد") == ["FA-1"]


@pytest.mark.parametrize("reference", ["---", "-A-", "A--B"])
def test_a_reference_of_signs_is_found_by_its_letters(shop: Storefront, reference: str) -> None:
    place(shop, reference)
    letters = any(sign.isalnum() for sign in reference)
    assert found(shop, **({"reference": reference} if letters else {"customer_search": "ada"})) == [
        reference
    ]


def pages(shop: Storefront, limit: int, **chosen: Any) -> list[list[str]]:
    """All pages, each asked for with the cursor of the one before."""
    cursor, all_pages = None, []
    while True:
        page = ask(shop, filter=chosen, limit=limit, cursor=cursor)
        all_pages.append([row["reference"] for row in page["orders"]])
        cursor = page["next"]
        if cursor is None:
            return all_pages


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 8])
def test_the_pages_together_are_the_list(shop: Storefront, at: Clock, limit: int) -> None:
    for number in range(7):  # three moments: orders of the same moment are not lost between pages
        at(NOON + timedelta(minutes=number // 3))
        place(shop, f"R-{number}")
    whole = pages(shop, limit)
    assert [len(page) for page in whole[:-1]] == [limit] * (len(whole) - 1)
    together = [reference for page in whole for reference in page]
    assert sorted(together) == [f"R-{number}" for number in range(7)]
    assert together == found(shop)


def test_a_new_order_moves_no_later_page(shop: Storefront) -> None:
    for number in range(4):
        place(shop, f"R-{number}")
    first = ask(shop, limit=2)
    place(shop, "R-NEW")
    second = ask(shop, limit=2, cursor=first["next"])
    assert [row["reference"] for page in (first, second) for row in page["orders"]] == [
        "R-3",
        "R-2",
        "R-1",
        "R-0",
    ]


def test_who_bought_in_another_shop_is_a_new_customer_here(
    shop: Storefront, other_shop: Storefront
) -> None:
    place(other_shop, "AAA-1")
    place(shop, "AAA-2")
    assert found(shop, new_customer=True) == ["AAA-2"]


def test_two_first_orders_in_one_batch_make_one_new_customer(shop: Storefront) -> None:
    shop.place_all(2)
    assert sorted(row["new_customer"] for row in ask(shop)["orders"]) == [False, True]


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"cursor": "nonsense"}, "unknown_cursor", "cursor"),
        (
            {"filter": {"state_keys": ["shipped", "dreaming"]}},
            "unknown_state",
            "filter.state_keys[1]",
        ),
        ({"filter": {"search": "!?"}}, "nothing_to_search", "filter.search"),
        ({"filter": {"customer_search": "@"}}, "nothing_to_search", "filter.customer_search"),
        ({"filter": {"reference": "--"}}, "nothing_to_search", "filter.reference"),
        ({"filter": {"payment_method": "?"}}, "nothing_to_search", "filter.payment_method"),
        ({"filter": {"phone": "+49"}}, "nothing_to_search", "filter.phone"),
        ({"filter": {"phone": "abc"}}, "nothing_to_search", "filter.phone"),
        (
            {
                "filter": {
                    "placed_from": "2026-01-02T00:00:00Z",
                    "placed_before": "2026-01-02T00:00:00Z",
                }
            },
            "empty_range",
            "filter.placed_before",
        ),
        (
            {
                "filter": {
                    "total_from": {"amount": 2, "currency": "EUR"},
                    "total_to": {"amount": 1, "currency": "EUR"},
                }
            },
            "empty_range",
            "filter.total_to",
        ),
        (
            {
                "filter": {
                    "total_from": {"amount": 2, "currency": "EUR"},
                    "total_to": {"amount": 3, "currency": "USD"},
                }
            },
            "wrong_currency",
            "filter.total_to",
        ),
    ],
)
@pytest.mark.parametrize("name", ["order.list", "order.export"])
def test_a_question_that_makes_no_sense_is_refused(
    shop: Storefront, name: str, data: dict[str, Any], code: str, field: str
) -> None:
    answer = shop.desk.ask(name, data, shop=shop.shop)
    assert (answer.name, answer.data["code"], answer.data["details"]["field"]) == (
        f"{name}_refused",
        code,
        field,
    )
    assert answer.data["reason"].endswith(".")


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("order.list", {"limit": 0}, "limit"),
        ("order.list", {"limit": 501}, "limit"),
        ("order.list", {"limit": "9"}, "limit"),
        ("order.list", {"language": "English"}, "language"),
        ("order.export", {"limit": 2001}, "limit"),
        ("order.list", {"cursor": ""}, "cursor"),
        ("order.list", {"filter": {"surprise": 1}}, "filter.surprise"),
        ("order.list", {"filter": None}, "filter"),
        ("order.list", {"filter": {"placed_from": "2026-01-01T00:00:00"}}, "filter.placed_from"),
        (
            "order.list",
            {"filter": {"placed_from": "0001-01-01T00:00:00+14:00"}},
            "filter.placed_from",
        ),
        ("order.list", {"filter": {"delivery_country": "Germany"}}, "filter.delivery_country"),
        ("order.list", {"filter": {"reference": "a b"}}, "filter.reference"),
        ("order.list", {"filter": {"search": "x" * 101}}, "filter.search"),
        ("order.list", {"filter": {"total_from": 5}}, "filter.total_from"),
        ("order.list", {"filter": {"state_keys": "shipped"}}, "filter.state_keys"),
    ],
)
def test_wrong_data_is_refused_at_its_field(
    shop: Storefront, name: str, data: dict[str, Any], field: str
) -> None:
    answer = shop.desk.ask(name, data, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == (f"{name}_refused", "invalid")
    assert field in {fault["field"] for fault in answer.data["details"]["faults"]}


# --- the export -----------------------------------------------------------------------------------


def exported(shop: Storefront, limit: int, **chosen: Any) -> tuple[str, Sequence[dict[str, Any]]]:
    """The file, and the answers that it was made of."""
    answers, cursor = [], None
    while not answers or cursor:
        answers.append(ask(shop, "order.export", filter=chosen, limit=limit, cursor=cursor))
        cursor = answers[-1]["next"]
    return "".join(answer["csv"] for answer in answers), answers


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_the_pieces_together_are_the_file(three: Storefront, limit: int) -> None:
    text, answers = exported(three, limit)
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert [row["reference"] for row in rows] == found(three)
    assert [row["new_customer"] for row in rows] == ["no", "yes", "yes"]
    assert [answer["total_count"] for answer in answers] == [3, *[None] * (len(answers) - 1)]
    assert sum(answer["rows"] for answer in answers) == 3


def test_the_export_holds_what_the_filter_finds(three: Storefront) -> None:
    text, answers = exported(three, 1000, delivery_country="DE")
    assert [line.split(",")[0] for line in text.splitlines()] == ["reference", "BBB-2"]
    assert answers[0]["total_count"] == 1


def test_an_empty_list_is_a_file_with_its_columns(shop: Storefront) -> None:
    text, _ = exported(shop, 10)
    assert text.startswith("reference,")
    assert text.count("\r\n") == 1


def test_a_formula_in_a_name_comes_out_harmless(shop: Storefront) -> None:
    place(
        shop,
        "EVIL-1",
        '=HYPERLINK("http://evil.test")',
        customer={
            "customer_id": "+1",
            "email": "=1@example.test",
            "name": '=HYPERLINK("http://evil.test")',
        },
    )
    (row,) = csv.DictReader(StringIO(exported(shop, 10)[0], newline=""))
    assert (row["customer"], row["email"], row["customer_id"]) == (
        '\'=HYPERLINK("http://evil.test")',
        "'=1@example.test",
        "'+1",
    )


def test_an_order_is_as_it_was_placed(shop: Storefront) -> None:
    data = an_order()
    shop.tell("order.place", data)
    (row,) = ask(shop)["orders"]
    assert {key: row[key] for key in ("order_id", "reference", "customer", "total")} == {
        key: data[key] for key in ("order_id", "reference", "customer", "total")
    }


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("placed_at", ["AAA-1", "BBB-2", "AAC-3"]),
        ("reference", ["AAA-1", "AAC-3", "BBB-2"]),
        ("customer", ["AAA-1", "AAC-3", "BBB-2"]),
        ("total", ["BBB-2", "AAA-1", "AAC-3"]),
        ("paid", ["AAA-1", "AAC-3", "BBB-2"]),
        ("payment_method", ["AAA-1", "AAC-3", "BBB-2"]),
        ("delivery_country", ["BBB-2", "AAA-1", "AAC-3"]),
        ("state", ["AAA-1", "AAC-3", "BBB-2"]),
        ("new_customer", ["AAC-3", "AAA-1", "BBB-2"]),
    ],
)
def test_a_list_is_sorted_by_every_column_page_by_page(
    three: Storefront, sort: str, wanted: list[str]
) -> None:
    for descending in (False, True):
        rows, cursor = [], None
        for _ in wanted:
            page = ask(three, sort=sort, descending=descending, limit=1, cursor=cursor)
            rows += [row["reference"] for row in page["orders"]]
            cursor = page["next"]
        assert (rows, cursor) == (wanted[::-1] if descending else wanted, None)


def test_every_column_of_the_list_sorts(three: Storefront) -> None:
    row, *_ = ask(three)["orders"]
    assert set(get_args(OrderSort)) == row.keys() - {"order_id", "state_label", "state_colour"}


def test_a_cursor_belongs_to_the_sorting_that_it_came_from(three: Storefront) -> None:
    cursor = ask(three, sort="total", limit=1)["next"]
    for other in ({"sort": "paid"}, {"sort": "total", "descending": False}, {}):
        answer = three.desk.ask("order.list", {**other, "cursor": cursor}, shop=three.shop)
        assert (answer.name, answer.data["code"]) == ("order.list_refused", "unknown_cursor")


@pytest.mark.parametrize(
    "forged",
    [
        [],
        ["total", True],
        ["total", True, "EUR", "1", NOON.isoformat(), "0" * 32],
        ["total", True, "EUR", True] * 2,
        ["total", True, "EUR", 1, "2026-11-21T12:00:00", "0" * 32],
        ["total", True, "EUR", 1, NOON.isoformat(), "x"],
        7,
        ["x", True, NOON.isoformat(), "0" * 32],
        [["total"], True, NOON.isoformat(), "0" * 32],
    ],
)
def test_a_forged_cursor_is_refused(shop: Storefront, forged: Any) -> None:
    text = (
        urlsafe_b64encode(json.dumps(forged, separators=(",", ":")).encode()).decode().rstrip("=")
    )
    answer = shop.desk.ask("order.list", {"sort": "total", "cursor": text}, shop=shop.shop)
    assert (answer.name, answer.data["details"]["field"]) == ("order.list_refused", "cursor")


def test_orders_are_counted_when_it_is_asked(three: Storefront) -> None:
    assert ask(three)["total_count"] is None
    assert ask(three, with_total_count=True, limit=1)["total_count"] == 3
    assert ask(three, with_total_count=True, filter={"delivery_country": "DE"})["total_count"] == 1


def test_orders_are_found_by_documents_tracking_number_phone_and_company(shop: Storefront) -> None:
    there = {"phone": "+49 (30) 1234-567", "company": "Analytical Engines Ltd"}
    order_id = place(shop, "FOUND", invoice_address=GERMAN | there)
    place(shop, "OTHER", invoice_address=GERMAN | {"phone": "+44 20 7946 0000"})
    assert found(shop, document_number="IN000001") == []
    shop.tell("order.issue_invoice", {"order_id": order_id})
    shop.tell("order.change_shipping", {"order_id": order_id, "tracking_number": "SP 4711-X"})
    for chosen in (
        {"document_number": "IN000001"},
        {"document_number": "in0000"},
        {"tracking_number": "sp 4711"},
        {"phone": "+49301234567"},
        {"phone": "0049 30 1234"},
        {"phone": "030/1234567"},
        {"phone": "1234567"},
        {"company": "analytical"},
        {"search": "engines"},
        {"search": "IN000001"},
        {"search": "4711"},
    ):
        assert found(shop, **chosen) == ["FOUND"], chosen
    shop.tell("order.change_shipping", {"order_id": order_id, "tracking_number": "ZZ-1"})
    assert (found(shop, tracking_number="4711"), found(shop, tracking_number="zz")) == (
        [],
        ["FOUND"],
    )
