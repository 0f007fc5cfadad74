"""Connect dramatiq to RabbitMQ so that nothing is acknowledged before its effects are committed.

The section "Hazards" in `docs/explanation/architecture.md` says how dramatiq's own broker loses
messages and what each part here does about it. Queues are declared by `topology`, never here;
retries wait in queues, never in a worker's memory; no field of a body names a queue.
"""

import time
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

from shared.runtime.rabbitmq.delivery import (
    ATTEMPTS,
    QUEUE,
    Delivery,
    Origin,
    receive,
)
from shared.runtime.rabbitmq.middleware import ObservedMessage, observes
from shared.runtime.rabbitmq.names import REPLAYS, dead_queue, own_exchange, wait_queue
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher, connection_parameters

logger = structlog.get_logger()

# the actor of messages without a handler; their names may come from any client
UNKNOWN = "unknown"
DRAIN_SECONDS = 0.2  # after the last delivery, before a consumer is closed
COUNT_SECONDS = 0.1  # between two counts of a queue that is being read
MAX_ERROR = 4000  # characters of a traceback in a header


class HeldMessage(MessageProxy):
    """An unacknowledged message. It remembers the consumer that received it. `begun` is set when
    its handling begins.
    """

    def __init__(self, owner: "SafeRabbitmqConsumer", tag: int, delivery: Delivery) -> None:
        super().__init__(
            Message(
                queue_name=owner.queue_name,
                actor_name=delivery.name if delivery.name in owner.broker.actors else UNKNOWN,
                args=(),  # error reporters would send them out, with personal data
                kwargs={},
                options=_options(delivery),
                message_id=delivery.envelope.id if delivery.envelope else "",
            )
        )
        self.owner, self.tag, self.delivery = owner, tag, delivery
        self.begun = False
        self.observed: ObservedMessage | None = None

    def observe(self) -> None:
        """Show the message to middleware from now on."""
        if self.observed is None:
            self.observed = ObservedMessage(self.owner.broker, self)
            self.delivery = replace(self.delivery, call=self.observed.call)

    @property
    def current(self) -> bool:
        """Return False after the connection was lost: RabbitMQ delivers the message again, and its
        delivery tag belongs to another message now.
        """
        return bool(self.owner.channel.is_open)


def origin_of(method: Any, properties: Any) -> Origin:
    """Return how a message was published, by what RabbitMQ delivered with it."""
    return Origin(
        exchange=method.exchange,
        routing_key=method.routing_key,
        user=properties.user_id or "",
        reply_to=properties.reply_to or "",
        correlation_id=properties.correlation_id or "",
    )


def _options(delivery: Delivery) -> dict[str, Any]:
    """Return the options that middleware for retries and traces reads from a message."""
    options: dict[str, Any] = {}
    if delivery.attempts:
        options["retries"] = delivery.attempts
    envelope = delivery.envelope
    if envelope and envelope.traceparent:
        options["trace_ctx"] = {"traceparent": envelope.traceparent}
        if envelope.tracestate:
            options["trace_ctx"]["tracestate"] = envelope.tracestate
    return options


class SafeRabbitmqConsumer(_RabbitmqConsumer):
    """Acknowledges only its own deliveries, many with one frame, in its connection's thread.

    `backlog` is how many messages waited in the queue a moment ago, for each of its consumers.
    `prefetch`, how many may be received and not acknowledged, may be set in any thread.
    """

    def __init__(
        self, broker: "SafeRabbitmqBroker", queue_name: str, prefetch: int, timeout: int
    ) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self._consume()
        self.backlog = 0.0
        self.prefetch = self._current_prefetch = prefetch
        self._timeout = timeout / 1000
        self._next_count = 0.0

    def __next__(self) -> HeldMessage | None:
        try:
            if self.prefetch != self._current_prefetch:
                self._change_prefetch()
            self._count_backlog()
            method, properties, body = next(self.iterator)
            if method is None:
                self._wait()
                return None
        except (AssertionError, AMQPConnectionError, AMQPChannelError) as error:
            raise ConnectionClosed(error) from None
        self.known_tags.add(method.delivery_tag)
        headers = properties.headers or {}
        origin = origin_of(method, properties)
        # a retry, a replay or a move
        if method.exchange in (own_exchange(self.broker.service), REPLAYS):
            origin = Origin.of_copy(headers, method.exchange)
        delivery = receive(body, headers, origin, properties.content_type or "")
        if method.redelivered:
            delivery = replace(delivery, redelivered=True)
        return HeldMessage(self, method.delivery_tag, delivery)

    def _change_prefetch(self) -> None:
        """Consume anew, since RabbitMQ applies a prefetch to new consumers only. Messages on their
        way return to the front of the queue, in order. Those that were received are passed on
        before: returned messages are handled alone.
        """
        if self.channel.get_waiting_message_count():
            return
        self.channel.cancel()
        self._current_prefetch = self.prefetch
        self.channel.basic_qos(prefetch_count=self._current_prefetch)
        self._consume()

    def _consume(self) -> None:
        """Start an iterator that does not wait: `_wait` does, and can be woken."""
        self.iterator = self.channel.consume(self.queue_name, inactivity_timeout=0)

    def _wait(self) -> None:
        """Wait for a message, for something to do in this thread, or for the time to count the
        queue. A queue is not counted while all its messages are acknowledged.
        """
        seconds = min(self._timeout, COUNT_SECONDS) if self.known_tags else self._timeout
        self.connection.process_data_events(seconds)

    def wake(self) -> None:
        """End the wait for messages. Call it in any thread."""
        self._in_its_thread(lambda: None)

    def _count_backlog(self) -> None:
        if time.monotonic() < self._next_count:
            return
        self._next_count = time.monotonic() + COUNT_SECONDS
        self.backlog = 0.0
        if self.known_tags:
            counted = self.channel.queue_declare(self.queue_name, passive=True).method
            self.backlog = counted.message_count / max(1, counted.consumer_count)

    def ack_all(self, messages: Iterable[HeldMessage]) -> None:
        """Acknowledge messages."""
        self._in_its_thread(partial(self._ack_now, sorted(message.tag for message in messages)))

    def return_to_queue(self, messages: Iterable[HeldMessage]) -> None:
        """Return messages to the queue."""
        self._in_its_thread(partial(self._nack_now, [message.tag for message in messages]))

    def ack(self, message: Any) -> None:
        self.ack_all([message])

    def nack(self, message: Any) -> None:
        self.return_to_queue([message])

    def close(self) -> None:
        """Return prefetched messages in order. pika alone would return its buffer before older
        deliveries.
        """
        try:
            rest = self.channel.consume(self.queue_name, inactivity_timeout=DRAIN_SECONDS)
            while self.channel.is_open and next(rest)[0] is not None:
                pass
        except (AssertionError, StopIteration, AMQPConnectionError, AMQPChannelError):
            pass
        try:
            super().close()
        # if the server closed the channel, dramatiq never closes the connection
        finally:
            with suppress(AMQPConnectionError, AMQPChannelError):
                self.connection.close()

    def _in_its_thread(self, callback: Any) -> None:
        try:
            if self.channel.is_open:
                self.connection.add_callback_threadsafe(callback)
        except (AMQPConnectionError, AMQPChannelError):
            pass  # the connection is lost: RabbitMQ delivers again, the inbox finds duplicates

    def _ack_now(self, tags: list[int]) -> None:
        # Only in the connection's thread: acknowledging a tag that a multiple-ack has covered
        # closes the channel.
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
    """A broker with the queues of one service. It publishes only to exchanges of the service's own,
    with confirms.

    `retry_delays` are in seconds; there is one wait queue for each.
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
        """Return whether a middleware wants to see messages."""
        return any(observes(middleware) for middleware in self.middleware)

    @property
    def consumer_class(self) -> type[SafeRabbitmqConsumer]:
        return SafeRabbitmqConsumer

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        # dramatiq would announce a delay queue (`.DQ`) and start a thread and a connection for it.
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        raise NotImplementedError(
            "Messages are published through the outbox, retries and dead letters with publish()."
        )

    def retry(self, message: HeldMessage, jitter: float) -> Outgoing:
        """Return a copy for the wait queue of the next attempt, after which it returns to the queue
        that it was in; `jitter` (0 to 1) shortens the wait by up to a quarter.
        """
        attempts = message.delivery.attempts
        delay = self.retry_delays[min(attempts, len(self.retry_delays) - 1)]
        expires = max(1, round(delay * 1000 * (1 - jitter / 4)))
        copy = self._copy(message.queue_name, message, {ATTEMPTS: attempts + 1})
        return replace(copy, exchange=wait_queue(self.service, delay), expires=expires)

    def move(self, message: HeldMessage, queue: str) -> Outgoing:
        """Return a copy for another queue of the service; it counts as no attempt."""
        return self._copy(queue, message, {ATTEMPTS: message.delivery.attempts})

    def dead_letter(self, message: HeldMessage, reason: str, error: str, at: str) -> Outgoing:
        """Return a copy for the dead letters, with the reason, the traceback, the attempts and the
        queue.
        """
        headers = {
            ATTEMPTS: message.delivery.attempts + 1,
            "x-reason": reason[:MAX_ERROR],
            "x-error": error[-MAX_ERROR:],
            "x-buried-at": at,
            QUEUE: message.queue_name,
        }
        return self._copy(dead_queue(self.service), message, headers)

    def exhausted(self, message: HeldMessage) -> bool:
        """Return whether this was the last attempt."""
        return message.delivery.attempts >= len(self.retry_delays)

    def publish(self, copies: Sequence[Outgoing]) -> list[bool]:
        """Publish copies together and return for each whether RabbitMQ confirmed it. If not, the
        original must not be acknowledged.
        """
        outcomes = self.publisher.publish(copies)
        for copy, outcome in zip(copies, outcomes, strict=True):
            if outcome is not Outcome.CONFIRMED:
                logger.warning(
                    "retry",
                    outcome="not_confirmed",
                    id=copy.message_id,
                    queue=copy.routing_key,
                    rabbitmq=outcome.value,
                )
        return [outcome is Outcome.CONFIRMED for outcome in outcomes]

    def _copy(self, queue: str, message: HeldMessage, headers: dict[str, Any]) -> Outgoing:
        # New headers: with a copied `x-death` RabbitMQ would see a dead-letter cycle and drop the
        # message.
        delivery = message.delivery
        id_ = delivery.envelope.id if delivery.envelope else ""
        headers = delivery.origin.headers() | headers
        return Outgoing(own_exchange(self.service), queue, delivery.body, id_, headers)
