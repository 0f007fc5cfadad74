"""The default states are table *States* of the specification, and their moves are free of
nonsense.
"""

import pytest

from services.orders.domain.states import State
from tests.orders.words import DEFAULT_STATES

TABLE = """
| key | name (en) | colour | invoice | valid | delivery slip | shipped | paid | mail template |
|---|---|---|---|---|---|---|---|---|
| awaiting_cheque | Awaiting cheque payment | #34209E | | | | | | cheque |
| awaiting_bank_wire | Awaiting bank wire payment | #34209E | | | | | | bankwire |
| awaiting_cod | Awaiting cash on delivery validation | #34209E | | | | | | cashondelivery |
| awaiting_paypal | Awaiting PayPal payment | #34209E | | | | | | - |
| payment_accepted | Payment accepted | #3498D8 | yes, attached | yes | | | yes | payment |
| remote_payment_accepted | Remote payment accepted | #3498D8 | yes | yes | | | yes | payment |
| payment_error | Payment error | #E74C3C | | | | | | payment_error |
| backorder_unpaid | On backorder (not paid) | #34209E | | | | | | outofstock |
| backorder_paid | On backorder (paid) | #3498D8 | yes | yes | | | yes | outofstock |
| processing | Processing in progress | #3498D8 | yes | yes | yes | | | preparation |
| shipped | Shipped | #01B887 | yes | yes | yes | yes | | shipped |
| delivered | Delivered | #01B887 | yes | yes | yes | yes | | - |
| cancelled | Cancelled | #2C3E50 | | | | | | order_canceled |
| refunded | Refunded | #01B887 | | | | | | refund |
"""
HEAD, _, *ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.strip().splitlines()
]
AWAITING = {key for key in DEFAULT_STATES if key.startswith("awaiting_")}
PAID = {key for key, state in DEFAULT_STATES.items() if state.has("paid")}
TABLE_ROWS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
each_row = pytest.mark.parametrize("row", TABLE_ROWS, ids=lambda row: row["key"])
each_state = pytest.mark.parametrize("state", DEFAULT_STATES.values(), ids=lambda state: state.key)


def moves(key: str) -> frozenset[str]:
    found = DEFAULT_STATES[key].moves
    assert found is not None
    return found - {key}


def reachable(*keys: str) -> set[str]:
    found = set(keys)
    while more := {move for key in found for move in moves(key)} - found:
        found |= more
    return found


def test_there_are_the_fourteen_states_of_the_table_in_its_order() -> None:
    assert list(DEFAULT_STATES) == [row[0] for row in ROWS]


@each_row
def test_a_state_has_the_name_and_colour_of_the_table(row: dict[str, str]) -> None:
    state = DEFAULT_STATES[row["key"]]
    assert (state.label("en"), state.colour) == (row["name (en)"], row["colour"])


@each_row
def test_a_state_has_the_flags_of_the_table(row: dict[str, str]) -> None:
    columns = {name.replace(" ", "_"): row[name] for name in HEAD[3:8]}
    expected = {flag for flag, cell in columns.items() if cell.startswith("yes")}
    expected |= {f"attach_{flag}" for flag, cell in columns.items() if cell.endswith("attached")}
    assert DEFAULT_STATES[row["key"]].flags - {"restock", "backorder"} == expected


@each_row
def test_a_state_sends_the_mail_of_the_table(row: dict[str, str]) -> None:
    mail = row["mail template"]
    assert DEFAULT_STATES[row["key"]].mail_template == (None if mail == "-" else mail)


def test_only_a_cancelled_order_gives_its_stock_back() -> None:
    assert [state.key for state in DEFAULT_STATES.values() if state.has("restock")] == ["cancelled"]


def test_the_colours_are_five() -> None:
    assert {state.colour for state in DEFAULT_STATES.values()} == {
        "#34209E",
        "#3498D8",
        "#01B887",
        "#E74C3C",
        "#2C3E50",
    }


@each_state
def test_a_state_is_named_in_persian_too(state: State) -> None:
    assert state.label("fa") == state.label("fa-IR") != state.label("en")


@each_state
def test_a_state_has_its_english_name_in_a_language_we_do_not_know(state: State) -> None:
    assert state.label("xx") == state.label("en")


@each_state
def test_every_move_leads_to_a_state_that_there_is(state: State) -> None:
    assert moves(state.key) <= DEFAULT_STATES.keys()


@pytest.mark.parametrize("key", ["cancelled", "refunded"])
def test_a_cancelled_and_a_refunded_order_stay_what_they_are(key: str) -> None:
    assert not moves(key)


@pytest.mark.parametrize("key", sorted(set(DEFAULT_STATES) - {"cancelled", "refunded"}))
def test_only_those_two_are_final(key: str) -> None:
    assert moves(key)


@pytest.mark.parametrize("key", [*sorted(PAID), "processing", "shipped", "delivered"])
def test_nothing_leads_back_to_awaiting_a_payment_once_it_is_in_or_the_goods_are_prepared(
    key: str,
) -> None:
    assert not reachable(key) & (AWAITING | {"payment_error", "backorder_unpaid"})


def test_what_is_shipped_is_cancelled_only_once_it_came_back() -> None:
    assert DEFAULT_STATES["cancelled"].guards == ("nothing_is_out",)


def test_an_order_is_called_refunded_only_once_something_was_refunded() -> None:
    assert DEFAULT_STATES["refunded"].guards == ("something_refunded",)


@pytest.mark.parametrize("key", sorted(AWAITING | {"payment_error", "backorder_unpaid"}))
def test_an_order_that_awaits_its_payment_is_neither_shipped_nor_refunded_at_once(key: str) -> None:
    assert not moves(key) & {"shipped", "delivered", "refunded"}


@pytest.mark.parametrize("key", sorted(AWAITING))
def test_every_order_that_awaits_its_payment_can_be_paid_fail_wait_for_stock_or_be_cancelled(
    key: str,
) -> None:
    paid = {"payment_accepted", "remote_payment_accepted"}
    assert moves(key) >= paid | {"payment_error", "backorder_unpaid", "cancelled"}


def test_a_failed_payment_can_be_tried_in_another_way() -> None:
    assert moves("payment_error") >= {
        "awaiting_cheque",
        "awaiting_bank_wire",
        "awaiting_paypal",
        "payment_accepted",
    }


def test_an_order_is_delivered_only_after_it_was_shipped() -> None:
    assert {key for key in DEFAULT_STATES if "delivered" in moves(key)} == {"shipped"}


def test_cash_on_delivery_is_prepared_and_shipped_unpaid() -> None:
    assert "processing" in moves("awaiting_cod")
    assert "shipped" in moves("processing")


def test_every_state_can_be_reached_from_where_orders_begin() -> None:
    assert reachable("awaiting_bank_wire", "awaiting_cod") >= set(DEFAULT_STATES) - {"awaiting_cod"}
