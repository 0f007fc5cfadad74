"""dramatiq on RabbitMQ, where nothing is acknowledged before it is safe.

What the stock broker does and why each part here differs: `docs/architecture.md`, section
"Hazards". Queues are declared by `topology`, never here; retries wait in queues of RabbitMQ, never
in a worker's memory; a body names no queue.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from dramatiq import Message, Middleware
from dramatiq.broker import MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer
from dramatiq.errors import ConnectionClosed
from pika.exceptions import AMQPChannelError, AMQPConnectionError

from shared.runtime.rabbitmq.delivery import ATTEMPTS, ORIGIN, Delivery, receive
from shared.runtime.rabbitmq.middleware import ObservedMessage, observes
from shared.runtime.rabbitmq.names import dead_queue, own_exchange, wait_queue
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher, connection_parameters

log = structlog.get_logger()

# the actor of messages that no handler takes; their names may come from anybody
UNKNOWN = "unknown"
LONGEST_ERROR = 4000  # characters of a traceback in a header


class HeldMessage(MessageProxy):
    """A delivery that RabbitMQ has not been answered for; it remembers the consumer it came
    from.
    """

    def __init__(self, owner: "SafeRabbitmqConsumer", tag: int, delivery: Delivery) -> None:
        super().__init__(
            Message(
                queue_name=owner.queue_name,
                actor_name=delivery.name if delivery.name in owner.broker.actors else UNKNOWN,
                args=(),  # error reporters send them away, and they hold data of customers
                kwargs={},
                options=_options(delivery),
                message_id=delivery.envelope.id if delivery.envelope else "",
            )
        )
        self.owner, self.tag, self.delivery = owner, tag, delivery
        self.observed: ObservedMessage | None = None

    def observe(self) -> None:
        """From now on middleware sees what becomes of it."""
        if self.observed is None:
            self.observed = ObservedMessage(self.owner.broker, self)
            self.delivery = replace(self.delivery, call=self.observed.call)

    @property
    def current(self) -> bool:
        """False after the connection was lost: RabbitMQ delivers it again, and its tag means
        another message now.
        """
        return bool(self.owner.channel.is_open)


def _options(delivery: Delivery) -> dict[str, Any]:
    """Return what retries and tracers note in a message, by the keys that they read."""
    options: dict[str, Any] = {}
    if delivery.attempts:
        options["retries"] = delivery.attempts
    if delivery.envelope and delivery.envelope.traceparent:
        options["trace_ctx"] = {"traceparent": delivery.envelope.traceparent}
    return options


class SafeRabbitmqConsumer(_RabbitmqConsumer):
    """Answers only for its own deliveries, many with one frame, in the thread of its connection."""

    def __next__(self) -> HeldMessage | None:
        try:
            method, properties, body = next(self.iterator)
        except (AssertionError, AMQPConnectionError, AMQPChannelError) as error:
            raise ConnectionClosed(error) from None
        if method is None:
            return None
        self.known_tags.add(method.delivery_tag)
        headers = properties.headers or {}
        is_ours = method.exchange == own_exchange(
            self.queue_name
        )  # a retry or a replay, told where it came from
        exchange = headers.get(ORIGIN, method.exchange) if is_ours else method.exchange
        return HeldMessage(self, method.delivery_tag, receive(body, headers, str(exchange)))

    def ack_all(self, messages: Iterable[HeldMessage]) -> None:
        """Acknowledges what is done."""
        self._in_its_thread(partial(self._ack_now, sorted(message.tag for message in messages)))

    def give_back(self, messages: Iterable[HeldMessage]) -> None:
        """Gives messages back to the queue."""
        self._in_its_thread(partial(self._nack_now, [message.tag for message in messages]))

    def ack(self, message: Any) -> None:
        self.ack_all([message])

    def nack(self, message: Any) -> None:
        self.give_back([message])

    def close(self) -> None:
        """Returns what was prefetched, in order: pika alone would return its buffer before the
        older deliveries.
        """
        try:
            while self.channel.is_open and next(self.iterator)[0] is not None:
                pass
        except (AssertionError, StopIteration, AMQPConnectionError, AMQPChannelError):
            pass
        try:
            super().close()
        # where the server closed the channel, dramatiq leaves the connection open for ever
        finally:
            with suppress(AMQPConnectionError, AMQPChannelError):
                self.connection.close()

    def _in_its_thread(self, callback: Any) -> None:
        try:
            if self.channel.is_open:
                self.connection.add_callback_threadsafe(callback)
        except (AMQPConnectionError, AMQPChannelError):
            pass  # gone: RabbitMQ delivers again, the inbox knows what was done

    def _ack_now(self, tags: list[int]) -> None:
        # All bookkeeping is here, in the connection's thread: a tag that was covered by another's
        # multiple-ack and is acked again closes the channel.
        if not self.channel.is_open:
            return
        tags = [tag for tag in tags if tag in self.known_tags]
        self.known_tags.difference_update(tags)
        oldest_held = min(self.known_tags, default=None)
        covered = [tag for tag in tags if oldest_held is None or tag < oldest_held]
        if covered:
            self.channel.basic_ack(covered[-1], multiple=True)
        for tag in tags[len(covered) :]:
            self.channel.basic_ack(tag)

    def _nack_now(self, tags: list[int]) -> None:
        for tag in tags:
            if tag in self.known_tags and self.channel.is_open:
                self.known_tags.discard(tag)
                self.channel.basic_nack(tag, requeue=True)


class SafeRabbitmqBroker(RabbitmqBroker):
    """One queue, declared elsewhere; publishes only to the service's own exchange, with confirms.

    `retry_delays`: seconds, one wait queue each.
    """

    def __init__(
        self,
        service: str,
        urls: str,
        publisher: Publisher,
        retry_delays: tuple[float, ...],
        middleware: Sequence[Middleware] = (),
    ) -> None:
        super().__init__(confirm_delivery=True, middleware=[*middleware])
        self.parameters = connection_parameters(urls, f"{service} consumer")
        self.service, self.publisher, self.retry_delays = service, publisher, retry_delays

    @property
    def observed(self) -> bool:
        """Whether a middleware wants to see messages."""
        return any(observes(middleware) for middleware in self.middleware)

    @property
    def consumer_class(self) -> type[SafeRabbitmqConsumer]:
        return SafeRabbitmqConsumer

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        # No delay queue is announced: no `.DQ`, no thread and no connection for it.
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        raise NotImplementedError(
            "messages leave through the outbox; a retry or a dead letter through publish()"
        )

    def again(self, message: HeldMessage, jitter: float) -> Outgoing:
        """A copy for the wait queue of its attempt; `jitter` (0 to 1) shortens the wait by up to a
        quarter.
        """
        attempts = message.delivery.attempts
        delay = self.retry_delays[min(attempts, len(self.retry_delays) - 1)]
        expires = max(1, round(delay * 1000 * (1 - jitter / 4)))
        return self._copy(
            wait_queue(self.service, delay), message, {ATTEMPTS: attempts + 1}, expires
        )

    def letter(self, message: HeldMessage, reason: str, error: str, at: str) -> Outgoing:
        """A copy for the dead queue, body and attempts as they came, with the reason."""
        headers = {
            ATTEMPTS: message.delivery.attempts + 1,
            "x-reason": reason[:LONGEST_ERROR],
            "x-error": error[-LONGEST_ERROR:],
            "x-buried-at": at,
        }
        return self._copy(dead_queue(self.service), message, headers)

    def exhausted(self, message: HeldMessage) -> bool:
        """Whether this was the last attempt."""
        return message.delivery.attempts >= len(self.retry_delays)

    def publish(self, copies: Sequence[Outgoing]) -> list[bool]:
        """Sends copies, all at once; for each whether RabbitMQ has it now. Where not, the original
        must be kept.
        """
        outcomes = self.publisher.publish(copies)
        for copy, outcome in zip(copies, outcomes, strict=True):
            if outcome is not Outcome.CONFIRMED:
                log.warning(
                    "retry",
                    outcome="kept",
                    id=copy.message_id,
                    queue=copy.routing_key,
                    rabbitmq=outcome.value,
                )
        return [outcome is Outcome.CONFIRMED for outcome in outcomes]

    def _copy(
        self, queue: str, message: HeldMessage, headers: dict[str, Any], expires: int | None = None
    ) -> Outgoing:
        # Fresh headers: with a copied `x-death` RabbitMQ would take the next round for a circle and
        # drop the message.
        delivery = message.delivery
        id_ = delivery.envelope.id if delivery.envelope else ""
        headers = {ORIGIN: delivery.exchange, **headers}
        return Outgoing(own_exchange(self.service), queue, delivery.body, id_, headers, expires)
