"""dramatiq's own broker fails in each hazard. If one of these tests begins to pass, a part of ours
is not needed any more.
"""

import time

import pytest
from dramatiq.errors import ConnectionClosed

from tests.conditions import FAR, stays, until
from tests.shared.runtime.rabbit_fixture import TOY, RabbitFixture
from tests.shared.runtime.stock_broker import StockBroker, stock


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unknown_queue_name_in_the_body_kills_every_thread(rabbitmq: RabbitFixture) -> None:
    with stock(rabbitmq, "jobs", threads=2) as shop:
        shop.send("jobs", "a", says="nowhere")
        shop.send("jobs", "b", says="nowhere")
        until(lambda: not any(thread.is_alive() for thread in shop.worker.workers))
        shop.send("jobs", "c")
        assert stays(lambda: "c" not in shop.world.seen, 0.5)


def test_the_name_of_another_queue_in_the_body_loses_that_queue_s_message(
    rabbitmq: RabbitFixture,
) -> None:
    with stock(rabbitmq, "one", "two", threads=2) as shop:
        gate = shop.world.shut("running")
        shop.send("two", "running")
        assert gate.entered.wait(FAR)
        shop.send("one", "liar", says="two")
        until(
            lambda: (
                "liar" in shop.world.seen and not shop.worker.consumers["two"].consumer.known_tags
            )
        )
        shop.crash()
        assert shop.keys("two") == []  # `running` was not finished
        assert shop.keys("one") == ["liar"]  # and the liar is still there
        gate.opened.set()


def test_a_connection_closed_in_mid_message_loses_another_message(rabbitmq: RabbitFixture) -> None:
    with stock(rabbitmq, "jobs") as shop:
        running, waiting = shop.world.shut("a"), shop.world.shut("b")
        for key in ("before", "a", "b"):
            shop.send("jobs", key)
        assert running.entered.wait(FAR)
        former = shop.worker.consumers["jobs"].consumer
        rabbitmq.cut()
        until(lambda: shop.worker.consumers["jobs"].consumer is not former)
        until(lambda: len(shop.worker.consumers["jobs"].consumer.known_tags) == 2)
        running.opened.set()
        assert waiting.entered.wait(FAR)
        shop.crash()
        assert "b" not in shop.keys("jobs")  # and `b` was not finished
        waiting.opened.set()


@pytest.mark.parametrize("confirm", [False, True])
def test_a_retry_that_a_full_queue_refuses_is_lost(rabbitmq: RabbitFixture, confirm: bool) -> None:
    with stock(rabbitmq, "jobs", confirm=confirm) as shop:
        rabbitmq.fill("jobs.DQ", exchange="")
        shop.world.troubles["a"] = 1
        shop.send("jobs", "a")
        until(lambda: "a" in shop.world.seen)
        until(lambda: not shop.worker.consumers["jobs"].consumer.known_tags)
        shop.crash()
        assert [shop.keys(queue) for queue in ("jobs", "jobs.DQ", "jobs.XQ")] == [[], [], []]


def test_a_retry_to_a_queue_that_is_missing_is_lost(rabbitmq: RabbitFixture) -> None:
    with stock(rabbitmq, "jobs", confirm=False) as shop:
        gate = shop.world.shut("a")
        shop.world.troubles["a"] = 1
        shop.send("jobs", "a")
        assert gate.entered.wait(FAR)
        rabbitmq.remove("jobs.DQ")
        gate.opened.set()
        until(lambda: not shop.worker.consumers["jobs"].consumer.known_tags)
        shop.crash()
        assert [shop.keys(queue) for queue in ("jobs", "jobs.XQ")] == [[], []]


def test_an_unreadable_message_is_kept_for_a_week_and_nobody_knows_why_it_failed(
    rabbitmq: RabbitFixture,
) -> None:
    with stock(rabbitmq, "jobs") as shop:
        shop.raw("jobs", b"nothing that can be read")
        until(lambda: rabbitmq.depth("jobs.XQ") == 1)
        letter = rabbitmq.empty("jobs.XQ")[0]
        assert [
            name for name in letter.headers if "death" not in name and name != "x-delivery-count"
        ] == []
        assert letter.headers["x-death"][0]["reason"] == "rejected"
        assert rabbitmq.api("GET", f"/api/queues/{rabbitmq.vhost}/jobs.XQ")["arguments"] == {
            "x-message-ttl": 604_800_000
        }


def test_a_stranger_says_how_long_a_message_is_held_in_memory(rabbitmq: RabbitFixture) -> None:
    with stock(rabbitmq, "jobs") as shop:
        shop.send("jobs", "a", eta=int((time.time() + 3600) * 1000))
        until(lambda: shop.worker.consumers["jobs"].delay_queue.qsize() == 1)
        assert "a" not in shop.world.seen


def test_it_needs_the_right_to_declare(rabbitmq: RabbitFixture) -> None:
    broker = StockBroker(url=rabbitmq.url(TOY), middleware=[])
    with pytest.raises(ConnectionClosed, match="ACCESS_REFUSED"):
        broker.consume("toy")
    broker.close()
