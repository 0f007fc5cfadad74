"""The contract only grows. Each rule fails for a change that breaks it, and allows additions."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from shared.cli.messages.contract import contract_of
from tests.shared.contracts import additive
from tests.shared.contracts.additive import (
    COMMAND,
    baseline_text,
    breaches,
    shapes,
    stored_baseline,
)

Json = dict[str, Any]

PLACE, PLACED, ANSWER = (
    "aftercart.order.place.v1",
    "aftercart.order.placed.v1",
    "aftercart.order.get_answered.v1",
)


@pytest.fixture(scope="module")
def now() -> Json:
    return shapes(contract_of({}))


def test_the_contract_only_grew(now: Json) -> None:
    assert list(breaches(stored_baseline(), now)) == []


def test_the_baseline_is_up_to_date(now: Json) -> None:
    assert baseline_text(now) == additive.BASELINE.read_text(encoding="utf-8"), f"run `{COMMAND}`"


def test_the_baseline_reaches_into_lists_mappings_and_values(now: Json) -> None:
    assert now[PLACE]["fields"]["data.lines[].sku"] == {
        "types": "string",
        "required": True,
        "minLength": 1,
        "maxLength": 64,
    }
    assert now["aftercart.product.put.v1"]["fields"]["data.names{}"]["types"] == "string"
    assert (
        now["aftercart.stock.changed.v1"]["fields"]["data.order_id"]["types"] == "null|string:uuid"
    )
    assert now["aftercart.order.get.v1"]["fields"].keys() == {
        "type",
        "data",
        "data.order_id",
        "data.language",
        "data.with_actions",
        "replyto",
    }


# --- breaking changes -----------------------------------------------------------------------------


def without(shape: Json, path: str) -> None:
    del shape["fields"][path]


def with_field(path: str, **changes: Any) -> Callable[[Json], None]:
    """Return a change of a field, or the addition of one."""

    def change(shape: Json) -> None:
        shape["fields"][path] = (
            {"types": "string", "required": False} | shape["fields"].get(path, {}) | changes
        )

    return change


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        (
            PLACE,
            lambda shape: without(shape, "data.payment_method"),
            "'data.payment_method' was removed.",
        ),
        (
            PLACED,
            lambda shape: without(shape, "data.order.shop.email"),
            "'data.order.shop.email' was removed.",
        ),
        (
            ANSWER,
            lambda shape: without(shape, "data.history[].at"),
            "'data.history[].at' was removed.",
        ),
        ("envelope", lambda shape: without(shape, "sequence"), "'sequence' was removed."),
        (PLACE, with_field("data.placed_by", required=True), "'data.placed_by' became required."),
        (
            PLACE,
            with_field("data.lines[].note", required=True),
            "'data.lines[].note' is new and required.",
        ),
        (PLACE, with_field("data.note", required=True), "'data.note' is new and required."),
        ("envelope", with_field("shop", required=True), "'shop' became required."),
        (
            "aftercart.order.get.v1",
            with_field("correlationid", required=True),
            "'correlationid' is new and required.",
        ),
        (
            PLACED,
            with_field("data.order", required=False),
            "'data.order' need not be there any more.",
        ),
        (
            ANSWER,
            with_field("data.history[].by", required=False),
            "'data.history[].by' need not be there any more.",
        ),
        (
            PLACE,
            with_field("data.total.amount", types="string"),
            "'data.total.amount' changed its type from integer to string.",
        ),
        (
            PLACED,
            with_field("data.order.total.amount", types="number"),
            "'data.order.total.amount' changed its type from integer to number.",
        ),
        (
            PLACE,
            with_field("data.reference", types="string:uuid"),
            "'data.reference' changed its type from string to string:uuid.",
        ),
        (
            PLACED,
            with_field("data.order.reference", types="null|string"),
            "'data.order.reference' changed its type from string to null|string.",
        ),
        (
            PLACE,
            with_field("data.lines[].sku", maxLength=32),
            "'data.lines[].sku' has a narrower maxLength.",
        ),
        (
            PLACE,
            with_field("data.lines[].sku", minLength=2),
            "'data.lines[].sku' has a narrower minLength.",
        ),
        (
            PLACE,
            with_field("data.reference", pattern="^[A-Z]{9}$"),
            "'data.reference' has a narrower pattern.",
        ),
        (
            PLACE,
            with_field("data.prices", enum=["tax_included"]),
            "'data.prices' has a narrower enum.",
        ),
        (
            PLACE,
            with_field("data.placed_by", pattern="^[a-z]+$"),
            "'data.placed_by' has a narrower pattern.",
        ),
    ],
)
def test_a_breaking_change_is_found(
    now: Json, name: str, change: Callable[[Json], None], sentence: str
) -> None:
    later = deepcopy(now)
    change(later[name])
    assert list(breaches(now, later)) == [f"{name}: {sentence}"]


def test_a_removed_message_is_found(now: Json) -> None:
    later = {name: shape for name, shape in now.items() if name != PLACED}
    assert list(breaches(now, later)) == [f"{PLACED} is gone."]


# --- additions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (PLACE, with_field("data.gift")),
        (PLACE, with_field("data.gift.text", required=True)),  # within what is new
        (PLACE, with_field("data.lines[].note")),
        (PLACE, with_field("data.reference", required=False)),
        (PLACE, with_field("data.reference", types="null|string")),
        (PLACE, with_field("data.lines[].sku", maxLength=128)),
        (PLACE, with_field("data.prices", enum=["tax_included", "tax_excluded", "tax_free"])),
        (PLACED, with_field("data.new", required=True)),
        (PLACED, with_field("data.order.tracking_number", required=True)),
        (PLACED, with_field("data.state.mail_template", types="string")),
        (ANSWER, with_field("data.documents[].kind", enum=["invoice", "letter"])),
    ],
)
def test_an_addition_is_allowed(now: Json, name: str, change: Callable[[Json], None]) -> None:
    later = deepcopy(now)
    change(later[name])
    assert list(breaches(now, later)) == []


def test_a_new_message_and_a_new_major_version_are_allowed(now: Json) -> None:
    later = now | {PLACE.replace("v1", "v2"): {"kind": "command", "fields": {}}}
    assert list(breaches(now, later)) == []


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def baseline(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, now: Json) -> Any:
    """Return a baseline with a field that the code lacks."""
    old = deepcopy(now)
    with_field("data.former")(old[PLACE])
    path = tmp_path / "baseline.json"
    path.write_text(baseline_text(old), encoding="utf-8")
    monkeypatch.setattr(additive, "BASELINE", path)
    return path


def test_the_command_refuses_a_change_that_is_not_an_addition(
    baseline: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = baseline.read_text()
    assert additive.main([]) == 1
    assert f"{PLACE}: 'data.former' was removed." in capsys.readouterr().out
    assert baseline.read_text() == before


def test_the_command_accepts_a_breaking_change_on_request(baseline: Any, now: Json) -> None:
    assert additive.main(["--even-breaking"]) == 0
    assert stored_baseline() == now
    assert additive.main([]) == 0
