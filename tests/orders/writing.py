"""A writer of invoices in a process of its own, which may be killed at any moment."""

from collections.abc import Sequence
from multiprocessing.synchronize import Event

from services.orders.worker import service
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import Fate, receive
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.storage.database import engine_for


def write(url: str, bodies: Sequence[bytes], batch: int, begun: Event) -> None:
    """Takes its messages, a few at a time and again until all are done, as RabbitMQ would bring
    them.
    """
    pipeline = Pipeline(
        service, engine_for(url), lambda messages: [Outcome.CONFIRMED] * len(messages)
    )
    waiting = [bodies[start : start + batch] for start in range(0, len(bodies), batch)]
    begun.set()
    while waiting:
        taken = waiting.pop(0)
        verdicts = pipeline.process([receive(body) for body in taken])
        failed = [
            body
            for body, verdict in zip(taken, verdicts, strict=True)
            if verdict.fate is not Fate.DONE
        ]
        waiting += [failed] if failed else []
