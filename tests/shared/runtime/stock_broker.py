"""dramatiq's own RabbitmqBroker, only with quorum queues: the negative control of the hazards."""

import json
from contextlib import contextmanager, suppress
from typing import Any

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import Retries
from dramatiq.worker import Worker

from tests.shared.runtime.rabbit_fixture import TOY
from tests.toy.world import World


class StockBroker(RabbitmqBroker):
    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return {**super()._build_queue_arguments(queue_name), "x-queue-type": "quorum"}  # type: ignore[no-untyped-call]


class Stock:
    """A worker with actors that touch a world, like the toy's handlers."""

    def __init__(self, rabbitmq: Any, *queues: str, confirm: bool = True, threads: int = 1) -> None:
        rabbitmq.allow(TOY.user)
        self.rabbitmq, self.world = rabbitmq, World()
        self.broker = StockBroker(
            url=rabbitmq.url(TOY),
            confirm_delivery=confirm,
            middleware=[Retries(max_retries=2, min_backoff=50)],
        )
        for queue in queues:
            dramatiq.actor(actor_name=queue, queue_name=queue, broker=self.broker)(
                self.world.pass_by
            )
        self.worker = Worker(self.broker, worker_threads=threads, worker_timeout=100)

    def send(self, queue: str, key: str, *, says: str | None = None, **options: Any) -> None:
        """Publish a message to `queue` whose body names the queue `says`."""
        self.raw(
            queue,
            json.dumps(
                {
                    "queue_name": says or queue,
                    "actor_name": queue,
                    "args": [key],
                    "kwargs": {},
                    "options": options,
                    "message_id": key,
                    "message_timestamp": 0,
                }
            ).encode(),
        )

    def raw(self, queue: str, body: bytes) -> None:
        with self.rabbitmq.hand() as channel:
            channel.basic_publish(
                "", queue, body, pika.BasicProperties(delivery_mode=2), mandatory=True
            )

    def keys(self, queue: str) -> list[str]:
        """Return the keys of a queue's messages."""
        return [json.loads(letter.body)["args"][0] for letter in self.rabbitmq.empty(queue)]

    def crash(self) -> None:
        """Crash as a process would: its connections are lost and it does not return."""
        self.rabbitmq.lock_out(TOY.user)
        self.rabbitmq.cut()


@contextmanager
def stock(rabbitmq: Any, *queues: str, **options: Any) -> Any:
    found = Stock(rabbitmq, *queues, **options)
    for queue in queues:
        found.broker.declare_queue(queue, ensure=True)
    found.worker.start()
    try:
        yield found
    finally:
        for thread in [*found.worker.workers, *found.worker.consumers.values()]:
            thread.stop()  # type: ignore[attr-defined]
        for thread in [*found.worker.workers, *found.worker.consumers.values()]:
            thread.join(10)
        for consumer in found.worker.consumers.values():
            with suppress(Exception):  # `Worker.stop` itself raises where threads have died
                consumer.close()
        found.broker.close()
