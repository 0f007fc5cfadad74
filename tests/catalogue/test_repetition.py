"""Every message comes again sooner or later: from RabbitMQ, and from clients that try once more.
Tried with every command of the catalogue, after it was carried out.
"""

from typing import Any

from pydantic import ValidationError

from shared.contracts.message import Command
from tests.catalogue.harness import REPLYTO, Harness
from tests.catalogue.messages import SERVICES, commands
from tests.catalogue.world import names, world_of
from tests.loops import for_each
from tests.words import delivery

OTHER_VALUES: list[Any] = ["other", "de", True, False, 3, None, [], {}]
OTHER_VALUES += ["7f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a77", "OTHER-1", "1.5", "a@other.test"]
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


@each_command
def test_a_command_with_a_key_of_its_sender_is_carried_out_once(case: tuple[str, str]) -> None:
    """A double click: the same wish comes as another message. With other content it is a conflict,
    which only its sender is told.
    """
    harness, data = carried_out_next(case)
    own_key = {} if command_of(case).key_field else {"idempotencykey": "click"}
    first = harness.send(delivery(case[1], data, replyto=REPLYTO, **own_key))
    rows = harness.rows()
    again = harness.send(delivery(case[1], data, replyto=REPLYTO, **own_key))
    assert (names(first)[-1], first[-1].data["repeated"]) == ("command.done", False)
    assert (names(again), again[0].data["repeated"]) == (["command.done"], True)
    other = changed_content(command_of(case), data, case[0])
    refused = harness.send(delivery(case[1], other, replyto=REPLYTO, idempotencykey="click"))
    if not own_key:
        refused = harness.send(delivery(case[1], other, replyto=REPLYTO))
    if other != data:
        assert [(each.name, each.data["code"]) for each in refused] == [
            (f"{case[1]}_refused", "conflict")
        ]
    assert harness.rows() == rows


def command_of(case: tuple[str, str]) -> type[Command]:
    for service in SERVICES:
        if service.name == case[0]:
            return next(each for each in commands(service) if each.name == case[1])
    raise LookupError(case)


def changed_content(command: type[Command], data: dict[str, Any], service: str) -> dict[str, Any]:
    """Return valid data with the same key and other content, or the same data if there is none."""
    before = command.model_validate(data)
    for name in command.model_fields:
        for value in OTHER_VALUES:
            other = data | {name: value}
            try:
                after = command.model_validate(other)
            except ValidationError:
                continue
            if command.is_for(service, data) and not command.is_for(service, other):
                continue
            if after != before and after.repetition_key == before.repetition_key:
                return other
    return data


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
