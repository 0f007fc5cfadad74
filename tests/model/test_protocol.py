"""No order of steps, kills and losses breaks a promise; and without any of its safe parts the
protocol breaks one, which the search finds.
"""

import pytest

from tests.model.explorer import Explored, Search
from tests.model.promises import objection
from tests.model.protocol import SAFE, Model, without
from tests.model.states import History, State, first_state

ONE = (("c1", "a"),)
TWO = (("c1", "a"), ("c2", "a"))
THREE = (("c1", "a"), ("c2", "b"), ("c3", "a"))
HISTORIES: dict[str, History] = {
    "two workers, one aggregate": History(TWO, workers=2, kills=2, losses=1),
    "two relays, two partitions": History(THREE, relays=2, kills=1, losses=1),
    "two senders": History(ONE, senders=2, kills=1, losses=2),
    "all together": History(TWO, senders=1, kills=1, losses=1),
}
CONTROLS = {
    "inbox": ("two workers, one aggregate", "has its effects 2 times"),
    "locks": ("two workers, one aggregate", "an effect was lost by another"),
    "outbox_in_transaction": ("two workers, one aggregate", "an effect without its event"),
    "delete_after_confirm": ("two relays, two partitions", "events out of order: (('a', 2"),
    "confirms": ("two relays, two partitions", "events out of order: (('a', 2"),
    "own_acks_only": ("two workers, one aggregate", "was confirmed, and has no effects"),
    "notes": ("two senders", "where SMTP left no doubt"),
}


def explored(history: History, model: Model) -> Explored:
    """Search one history. Its confirmed commands must have their effects at the end."""

    def wrong(state: State, ended: bool) -> str | None:
        found = objection(state, ended)
        if found or not ended:
            return found
        done = {event[2] for event in state.effects}
        for command, _ in history.commands:
            if command not in done | state.unknown:
                return f"the command {command} was confirmed, and has no effects"
        return None

    return Search(first_state(history), model.steps, wrong).run()


@pytest.mark.parametrize("name", HISTORIES)
def test_no_interleaving_breaks_a_promise(name: str) -> None:
    found = explored(HISTORIES[name], SAFE)
    assert found.objection is None, found
    print(f"{name}: {found.states} states, {found.steps} steps, {found.interleavings:.3g} orders")
    assert found.interleavings > 1000


@pytest.mark.parametrize("part", CONTROLS)
def test_without_one_of_its_parts_a_promise_is_broken(part: str) -> None:
    name, said = CONTROLS[part]
    found = explored(HISTORIES[name], without(part))
    assert said in (found.objection or ""), found


def test_the_leases_save_work_but_order_does_not_depend_on_them() -> None:
    history = History(TWO, relays=2, kills=1, losses=0)
    assert explored(history, without("leases")).objection is None


def test_a_circle_of_steps_is_found() -> None:
    with pytest.raises(ValueError, match="for ever"):
        Search(0, lambda state: [("on", (state + 1) % 3)], lambda _state, _ended: None).run()
