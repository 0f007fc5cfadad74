"""Messages that are due later wait in the database and leave through the outbox."""

from datetime import timedelta
from typing import Any

from shared.runtime.clock import utc_now
from shared.runtime.rabbitmq.delivery import DONE, receive
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import reading
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, totals, working
from tests.words import delivery


def put_off(
    table: Any, amount: Any = 1, later: Any = 60, key: Any = "a", **attributes: Any
) -> None:
    table.tell("toy.add", {"key": key, "amount": amount, "later": later}, **attributes)


def fire(table: Any, seconds: Any, limit: Any = 200) -> Any:
    with table.engine.begin() as connection:
        return schedule.move_due(connection, utc_now() + timedelta(seconds=seconds), limit)


def test_what_is_put_off_waits_until_its_time(table: Any) -> None:
    put_off(table)
    assert table.outbox() == []
    assert fire(table, 59) == 0
    assert fire(table, 61) == 1
    assert [found.data["amount"] for found in table.outbox()] == [1]
    assert table.deliver(receive(table.outbox()[0].encode())) == [DONE]
    assert totals(table.engine) == {"a": 1}


def test_what_has_fired_does_not_fire_again(table: Any) -> None:
    put_off(table)
    assert [fire(table, 61), fire(table, 61)] == [1, 0]


def test_the_same_key_again_replaces_what_waits(table: Any) -> None:
    put_off(table, amount=1, later=60)
    put_off(table, amount=2, later=600)
    assert fire(table, 61) == 0
    assert fire(table, 601) == 1
    assert [found.data["amount"] for found in table.outbox()] == [2]


def test_the_same_key_twice_in_one_batch_keeps_the_last(table: Any) -> None:
    table.deliver(
        *(delivery("toy.add", {"key": "a", "amount": amount, "later": 60}) for amount in (1, 2, 3))
    )
    assert fire(table, 61) == 1
    assert [found.data["amount"] for found in table.outbox()] == [3]


def test_what_is_due_fires_earliest_first_and_a_few_at_a_time(table: Any) -> None:
    for number in (3, 1, 2):
        put_off(table, amount=number, later=number, key=f"k{number}")
    assert [fire(table, 60, limit=2), fire(table, 60, limit=2)] == [2, 1]
    assert [found.data["amount"] for found in table.outbox()] == [1, 2, 3]


def test_a_scheduled_message_begins_a_correlation_and_a_trace_of_its_own(table: Any) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    put_off(table, shop="north", correlationid="walk", traceparent=parent, tracestate="x=1")
    with reading(table.engine) as connection:
        found = receive(connection.execute(message_tables.schedule.select()).one().body).envelope
    assert (found.shop, found.correlationid, found.tracestate) == ("north", None, None)
    assert (found.tracelink, bool(found.causationid)) == (parent, True)
    assert found.traceparent[3:35] != parent[3:35]


def test_the_relay_fires_what_is_due(rabbitmq: RabbitFixture, either_database: Any) -> None:
    with working(rabbitmq, either_database) as process:
        rabbitmq.add("a", 5, later=0.3)
        until(lambda: totals(process.engine) == {"a": 5})
