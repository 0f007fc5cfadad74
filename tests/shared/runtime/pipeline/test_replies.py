"""A client with a reply address gets the result of its command and the answer to its query."""

from typing import Any

import pytest

from shared.contracts.envelope import decode
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.rabbitmq.delivery import DONE, Fate, receive
from shared.runtime.rabbitmq.names import REPLIES
from shared.runtime.rabbitmq.outgoing import Outcome
from tests.words import delivery, envelope


def add(key: Any = "a", amount: Any = 1, **more: Any) -> Any:
    return receive(
        envelope("toy.add", {"key": key, "amount": amount, **more}, replyto="client.r").encode()
    )


def replies(table: Any) -> Any:
    return [
        found
        for found in table.outbox()
        if found.type.startswith("aftercart.command.") or not found.sequence
    ]


def test_a_command_that_was_done_is_answered_with_its_events(table: Any) -> None:
    message = add()
    table.deliver(message)
    assert [found.data for found in replies(table)] == [
        {
            "command": "toy.add",
            "command_id": message.envelope.id,
            "events": ["toy.added"],
            "repeated": False,
        }
    ]


def test_a_reply_names_the_command_that_caused_it(table: Any) -> None:
    message = add()
    table.deliver(message)
    assert replies(table)[0].causationid == message.envelope.id


def test_a_refused_command_is_answered_with_the_refusal(table: Any) -> None:
    table.deliver(add(amount=13))
    event, reply = table.outbox()
    assert event.name == reply.name == "toy.add_refused"
    assert event.data == reply.data
    assert reply.sequence is None


def test_a_command_with_wrong_data_is_answered_with_the_refusal(table: Any) -> None:
    table.deliver(add(amount=0))
    assert [found.data["code"] for found in replies(table)] == ["invalid"]


def test_a_repeated_command_is_answered_again(table: Any) -> None:
    message = add()
    table.deliver(message)
    table.deliver(message)
    assert [found.data["repeated"] for found in replies(table)] == [False, True]


def test_a_repeated_command_that_was_refused_is_answered_with_the_same_refusal(table: Any) -> None:
    message = add(amount=13)
    table.deliver(message)
    table.deliver(message)
    first, second = replies(table)
    assert first.name == second.name == "toy.add_refused"
    assert first.data == second.data


def test_a_duplicate_beside_a_refused_command_is_answered_with_the_same_refusal(table: Any) -> None:
    message = add(amount=13)
    table.deliver(message, message)
    assert [found.name for found in replies(table)] == ["toy.add_refused", "toy.add_refused"]


def test_nobody_is_told_that_a_failed_command_was_done(table: Any) -> None:
    message = add(fail="bug")
    assert [verdict.fate for verdict in table.deliver(message, message)] == [Fate.RETRY, Fate.DONE]
    assert table.outbox() == []


def test_a_question_is_answered_at_its_reply_address_only(table: Any) -> None:
    table.tell("toy.add", {"key": "a", "amount": 4})
    answer = table.ask("toy.get", {"key": "a"})
    assert (answer.name, answer.data) == ("toy.get_answered", {"total": 4})
    assert (table.answers[-1].exchange, table.answers[-1].routing_key) == (REPLIES, "test.reply")
    assert len(table.outbox()) == 1


def test_a_question_is_refused_where_there_is_no_answer(table: Any) -> None:
    answer = table.ask("toy.get", {"key": "nobody"})
    assert (answer.name, answer.data["code"]) == ("toy.get_refused", "unknown")


def test_a_wrong_question_is_refused_with_the_field_s_name(table: Any) -> None:
    assert table.ask("toy.get", {}).data["reason"] == "key: This field is missing."


def test_a_question_without_a_reply_address_is_a_dead_letter(table: Any) -> None:
    verdict = table.deliver(delivery("toy.get", {"key": "a"}))[0]
    assert isinstance(verdict.error, Unprocessable)
    assert "replyto" in str(verdict.error)


def test_a_question_may_be_asked_again_and_is_answered_anew(table: Any) -> None:
    question = receive(envelope("toy.get", {"key": "a"}, replyto="client.r").encode())
    table.deliver(question)
    table.tell("toy.add", {"key": "a", "amount": 4})
    table.deliver(question)
    assert [decode(answer.body).name for answer in table.answers] == [
        "toy.get_refused",
        "toy.get_answered",
    ]


@pytest.mark.parametrize("answer", [Outcome.UNKNOWN, Outcome.BLOCKED])
def test_an_answer_of_which_rabbitmq_said_nothing_is_given_again_later(
    table: Any, answer: Any
) -> None:
    table.pipeline.publish = lambda messages: [answer]
    verdict = table.deliver(delivery("toy.get", {"key": "a"}, replyto="client.r"))[0]
    assert (verdict.fate, type(verdict.error)) == (Fate.RETRY, NotYet)


@pytest.mark.parametrize("answer", [Outcome.RETURNED, Outcome.REFUSED])
def test_an_answer_that_nobody_waits_for_or_has_room_for_is_done(table: Any, answer: Any) -> None:
    table.pipeline.publish = lambda messages: [answer]
    assert table.deliver(delivery("toy.get", {"key": "a"}, replyto="client.r")) == [DONE]


def test_questions_and_commands_of_one_batch_are_all_answered(table: Any) -> None:
    question = delivery("toy.get", {"key": "a"}, replyto="client.r")
    assert table.deliver(question, add(amount=7), question) == [DONE] * 3
    assert [decode(answer.body).data for answer in table.answers] == [{"total": 7}] * 2


def test_health_is_answered_by_every_service(table: Any) -> None:
    table.tell("toy.add", {"key": "a", "amount": 1, "later": 60})
    found = table.ask("service.health", {}).data
    assert found == {
        "service": "toy",
        "healthy": True,
        "problems": [],
        "outbox_rows": 0,
        "outbox_age_seconds": 0,
        "due_rows": 1,
        "schedule_lag_seconds": 0,
        "revision": "0001",
        "worker_revision": "0001",
        "figures": {},
    }
