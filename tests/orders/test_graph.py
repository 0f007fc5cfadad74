"""Errors in a state graph, one sentence each, and a shop's own states over the default ones."""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.states import State, inconsistencies, put_state
from services.orders.store.states import FILE, read_states
from shared.contracts import samples
from shared.contracts.orders import PutState
from shared.contracts.reason import Reason
from tests.orders.words import DEFAULT_STATES

TEXT = FILE.read_text(encoding="utf-8")


def put(**changes: Any) -> list[State] | Reason:
    return put_state(PutState.model_validate(samples.PUT_STATE | changes), DEFAULT_STATES)


def refused(**changes: Any) -> Reason:
    found = put(**changes)
    assert isinstance(found, Reason), found
    return found


def test_the_default_graph_makes_sense() -> None:
    assert list(inconsistencies(DEFAULT_STATES)) == []


def test_the_file_is_named_in_four_languages() -> None:
    assert {tuple(state.labels) for state in DEFAULT_STATES.values()} == {("en", "fa", "fr", "de")}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TEXT + "\n[shipped]\nlabels = { en = 'Again' }\n", "shipped"),
        (
            TEXT.replace('"refunded"]', '"dreaming"]'),
            "has a move to 'dreaming', which does not exist.",
        ),
        (TEXT + "\n[island]\nlabels = { en = 'Island' }\n", "State 'island' cannot be reached"),
        (
            TEXT + "\n[odd]\nlabels = { en = 'Odd' }\ninitial = true\nguards = ['moonlight']\n",
            "no guard 'moonlight'",
        ),
        (TEXT.replace('"#E74C3C"', '"red"'), "colour"),
    ],
)
def test_a_file_that_makes_no_sense_is_not_read(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_states(text)


def test_a_new_state_is_put_with_the_moves_that_lead_to_it() -> None:
    changed = put()
    assert not isinstance(changed, Reason)
    assert [state.key for state in changed] == ["packed", "processing"]
    assert changed[1].moves == (DEFAULT_STATES["processing"].moves or frozenset()) | {"packed"}


def test_a_state_that_leads_anywhere_needs_no_move_added() -> None:
    free = {**DEFAULT_STATES, "processing": replace(DEFAULT_STATES["processing"], moves=None)}
    changed = put_state(PutState.model_validate(samples.PUT_STATE), free)
    assert not isinstance(changed, Reason)
    assert [state.key for state in changed] == ["packed"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"next_states": ["dreaming"]}, "unknown_target", "next_states[0]"),
        ({"next_states": ["packed"]}, "leads_to_itself", "next_states[0]"),
        ({"when_short": "dreaming"}, "unknown_target", "when_short"),
        ({"when_paid": "dreaming"}, "unknown_target", "when_paid"),
        ({"when_short": "shipped"}, "no_backorder", "when_short"),
        ({"guards": ["moonlight"]}, "unknown_guard", "guards[0]"),
        ({"comes_from": []}, "unreachable", "comes_from"),
        ({"comes_from": ["dreaming"]}, "unknown_source", "comes_from[0]"),
        ({"comes_from": ["packed"]}, "unknown_source", "comes_from[0]"),
        ({"flags": ["restock", "shipped"]}, "flags_contradict", "flags"),
        ({"flags": ["restock"], "initial": True}, "flags_contradict", "initial"),
    ],
)
def test_nonsense_is_refused_with_the_field_and_one_sentence(
    changes: dict[str, Any], code: str, field: str
) -> None:
    found = refused(**changes)
    assert (found.code, found.field) == (code, field)
    assert found.sentence.endswith(".")
    assert "\n" not in found.sentence


def test_a_shop_has_a_bounded_number_of_states() -> None:
    many = {
        f"s{number}": replace(DEFAULT_STATES["shipped"], key=f"s{number}") for number in range(190)
    }
    found = put_state(PutState.model_validate(samples.PUT_STATE), {**DEFAULT_STATES, **many})
    assert isinstance(found, Reason)
    assert (found.code, found.field) == ("too_many_states", "key")


def test_a_state_that_orders_begin_in_needs_nothing_that_leads_there() -> None:
    assert not isinstance(put(comes_from=[], initial=True), Reason)


def test_a_change_that_cuts_another_state_off_is_refused() -> None:
    final = {
        key: replace(state, moves=frozenset((state.moves or frozenset()) - {"refunded"}))
        for key, state in DEFAULT_STATES.items()
        if key not in ("shipped", "refunded")
    }
    graph = {**DEFAULT_STATES, **final}
    shipped = {
        "key": "shipped",
        "labels": {"en": "Shipped"},
        "next_states": ["delivered"],
        "initial": True,
    }
    found = put_state(PutState.model_validate(shipped), graph)
    assert isinstance(found, Reason)
    assert (found.code, found.details["state"]) == ("unreachable", "refunded")


def test_a_state_without_english_name_has_another() -> None:
    state = replace(DEFAULT_STATES["shipped"], labels={"fa": "ارسال شده"})
    assert state.label("de") == "ارسال شده"
