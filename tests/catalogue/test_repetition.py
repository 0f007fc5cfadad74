"""Every message comes again sooner or later: from RabbitMQ, and from clients that try once more.
Tried with every command of the catalogue, after it was carried out.
"""

from typing import Any

from tests.catalogue.harness import REPLYTO, Harness
from tests.catalogue.messages import SERVICES, commands
from tests.catalogue.world import names, world_of
from tests.loops import for_each
from tests.words import delivery

EVERY = [(service.name, command.name) for service in SERVICES for command in commands(service)]
each_command = for_each(EVERY, " ".join)


def carried_out_next(case: tuple[str, str]) -> tuple[Harness, dict[str, Any]]:
    """Return a service in a state in which a command is carried out, and its data."""
    world = world_of(case[0])
    state, data = world.state_for(case[1])
    world.harness.restore(state.database)
    return world.harness, data


@each_command
def test_the_same_message_again_changes_nothing_and_is_answered_again(
    case: tuple[str, str],
) -> None:
    harness, data = carried_out_next(case)
    message = delivery(case[1], data, replyto=REPLYTO)
    first, rows = harness.send(message), harness.rows()
    second = harness.send(message)
    assert (names(first)[-1], first[-1].data["repeated"]) == ("command.done", False)
    assert (names(second), second[0].data["repeated"]) == (["command.done"], True)
    assert harness.rows() == rows


@each_command
def test_what_has_a_key_of_the_client_is_done_once(case: tuple[str, str]) -> None:
    harness, data = carried_out_next(case)
    before = harness.rows()
    harness.send(delivery(case[1], data))
    rows = harness.rows()
    if case[1].endswith(".put") or new_keys(data, str(before), str(rows)):
        harness.send(delivery(case[1], data))
        assert harness.rows() == rows


def new_keys(data: dict[str, Any], before: str, after: str) -> list[str]:
    """Return the ids in a command that are stored since it was carried out."""
    keys = []
    for name, value in data.items():
        if name.endswith("_id") and str(value) in after and str(value) not in before:
            keys.append(name)
        elif isinstance(value, dict):
            keys += new_keys(value, before, after)
    return keys


def test_ids_that_clients_choose_are_found() -> None:
    harness, data = carried_out_next(("orders", "payment.record"))
    before = str(harness.rows())
    harness.send(delivery("payment.record", data))
    assert new_keys(data, before, str(harness.rows())) == [
        "payment_id",
        "transaction_id",
    ]
