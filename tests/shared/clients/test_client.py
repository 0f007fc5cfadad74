"""A client gets the reply to its request, the refusal, or an error in time."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from shared.clients.client import NoReply, Request, open_client
from shared.clients.health import check_health
from tests.conditions import FAR, patient
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture


@pytest.fixture
def client(rabbitmq: RabbitFixture) -> Iterator[Any]:
    with open_client(rabbitmq.url(CLIENT), "test") as found:
        yield found


def test_a_command_and_a_query_are_answered(client: Any) -> None:
    done = client.request("toy.add", {"key": "client", "amount": 4}, timeout=FAR)
    answer = client.request("toy.get", {"key": "client"}, timeout=FAR)

    assert (done.name, done.refusal) == ("command.done", None)
    assert answer.data["total"] == 4


def test_a_refusal_has_a_code_and_a_sentence(client: Any) -> None:
    reply = client.request("toy.add", {"key": "client", "amount": 13}, timeout=FAR)

    assert (reply.refusal.code, reply.refusal.reason) == ("unlucky", "13 is not added.")


def test_without_a_reply_the_request_ends_in_time(client: Any) -> None:
    with pytest.raises(NoReply, match=r"No service replied within 0 seconds"):
        client.request("toy.get", {"key": "nothing"}, timeout=0)


def test_an_unknown_name_is_refused(client: Any) -> None:
    reply = client.request("stock.gte", {}, timeout=FAR)
    assert reply.refusal.code == "unknown_name"
    assert "aftercart.stock.get.v1" in reply.refusal.details["did_you_mean"]


def test_each_request_gets_its_own_reply(client: Any) -> None:
    first, second = (Request("toy.get", {"key": key}) for key in ("one", "two"))
    client.send(first)
    client.send(second)

    for request in (second, first):
        reply = next(client.replies(request, FAR))
        assert reply.envelope.causationid == request.id


def test_the_health_of_a_service_that_runs_and_of_one_that_is_unknown(
    rabbitmq: RabbitFixture,
) -> None:
    report = check_health(rabbitmq.url(CLIENT), ["toy", "absent"], timeout=patient(0.5))

    toy, absent = report.services
    assert (toy.answer["healthy"], toy.consumers) == (True, 1)
    assert (absent.answer, absent.waiting) == (None, None)
    assert report.problems() == ["A queue of absent is missing: run `aftercart topology apply`."]


def test_the_health_without_rabbitmq_is_one_sentence() -> None:
    report = check_health("amqp://client:x@127.0.0.1:1", ["toy"], timeout=0.5)

    assert report.broker == ""
    [problem] = report.problems()
    assert problem.startswith("RabbitMQ at 127.0.0.1:1 cannot be reached")


def test_a_client_imports_no_terminal_no_database_and_no_service() -> None:
    unwanted = "{'click', 'sqlalchemy', 'alembic', 'dramatiq', 'services'}"
    program = (
        "import sys, pkgutil, importlib, shared.clients as clients\n"
        "for module in pkgutil.iter_modules(clients.__path__):\n"
        "    importlib.import_module(f'shared.clients.{module.name}')\n"
        f"print({unwanted} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert found.stdout == "set()\n"
