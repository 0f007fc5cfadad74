"""Write what handlers return to the outbox and the schedule, in envelopes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from shared.contracts.envelope import DEFAULT_SHOP, Envelope, enclose
from shared.contracts.message import Command, Event, Message, Refusal
from shared.contracts.replies import CommandDone
from shared.runtime.errors import Unprocessable
from shared.runtime.handlers import Later
from shared.runtime.pipeline import spans
from shared.runtime.pipeline.handled_message import Decided, Read
from shared.runtime.pipeline.tracing import Context
from shared.runtime.rabbitmq.names import queue_of, reply_exchange
from shared.runtime.rabbitmq.outgoing import Outgoing
from shared.runtime.storage import inbox, outbox, schedule, sequence
from shared.runtime.weight import Weight

MAX_MESSAGE = 64_000_000  # bytes; `max_message_size` of RabbitMQ is 67,108,864
Numbers = dict[str, Iterator[int]]
"""The next numbers of events by subject."""


class OutboxWriter:
    """Writes the messages of one service, which is the `source` of their envelopes. `weight_of`
    returns the weight of a message type, which selects the queue of messages to itself.
    """

    def __init__(
        self, service: str, weight_of: Callable[[str], Weight | None] = lambda kind: None
    ) -> None:
        self.service, self.source = service, f"/aftercart/{service}"
        self._weight_of = weight_of

    def write(
        self,
        connection: Connection,
        decided: Sequence[Decided],
        now: datetime,
        write_keys: Callable[[], None] = lambda: None,
    ) -> None:
        """Write everything that handlers returned to the outbox and the schedule. Events are
        numbered by subject; commands with a reply address are answered. `write_keys` changes rows
        of the inbox: every transaction locks its tables in one order.
        """
        numbers = _reserve_numbers(connection, decided)
        refusals = self._refusals(connection, decided)
        write_keys()
        rows: list[outbox.OutboxRow] = []
        for each in decided:
            read, cause = each.read, each.read.envelope
            for message in _published(each):
                if isinstance(message, Later):
                    schedule.add(connection, [self._later(message, read, now)])
                else:
                    rows.append(self._row(message, read, now, numbers))
            if cause.replyto and issubclass(each.read.handling.message, Command):
                reply = refusals.get(each.read.key) or _confirmation(each)
                rows.append(self._reply(reply, read, now))
        for row in rows:
            _require_size(row.routing_key, row.body)
        outbox.add(connection, rows)

    def answer(self, query: Read, answer: Message, now: datetime) -> Outgoing:
        """Return the answer to a query, for its reply address."""
        context = spans.effect(answer.name, query)
        message_id, body = self._enclosed(answer, query.envelope, now, context)
        _require_size(answer.name, body)
        address = query.envelope.replyto or ""
        return Outgoing(
            reply_exchange(address),
            address,
            body,
            message_id,
            correlation_id=query.delivery.origin.correlation_id or None,
        )

    def initial(self, later: Later, now: datetime) -> schedule.ScheduleRow:
        """Return the row of a message to the service itself that no other message caused."""
        message_id, shop = str(uuid4()), later.shop or DEFAULT_SHOP
        body = enclose(
            later.message, {"id": message_id, "source": self.source, "time": now, "shop": shop}
        )
        return self._schedule_row(later, message_id, body)

    def _later(self, later: Later, read: Read, now: datetime) -> schedule.ScheduleRow:
        correlated = later.correlated and not read.handling.message.periodic
        context = spans.beginning(later.message.name, read, correlated=correlated)
        message_id, body = self._enclosed(
            later.message, read.envelope, now, context, shop=later.shop
        )
        return self._schedule_row(later, message_id, body)

    def _schedule_row(self, later: Later, message_id: str, body: bytes) -> schedule.ScheduleRow:
        queue = self._own_queue(later.message)
        return schedule.ScheduleRow(later.key, later.at, queue, message_id, body)

    def _row(
        self, message: Message, read: Read, now: datetime, numbers: Numbers
    ) -> outbox.OutboxRow:
        """Return the row of an event, or of a command to the service itself."""
        cause = read.envelope
        context = spans.effect(message.name, read)
        if read.handling.message.periodic:
            context = spans.beginning(message.name, read)
        if not isinstance(message, Event):
            message_id, body = self._enclosed(message, cause, now, context)
            return outbox.OutboxRow("self", self._own_queue(message), None, message_id, body)
        self._require_publisher(message)
        subject = _subject(message, cause)
        number = f"{next(numbers[subject]):012d}" if subject else None
        message_id, body = self._enclosed(message, cause, now, context, sequence=number)
        route: outbox.Route = "document" if message.holds_document else "event"
        return outbox.OutboxRow(route, message.name, subject, message_id, body)

    def _require_publisher(self, event: Event) -> None:
        """Raise `TypeError` for an event that RabbitMQ would refuse from this service: it would
        close the relay's connection and hold up all events.
        """
        if not isinstance(event, Refusal) and self.service not in event.publishers:
            raise TypeError(
                f"{self.service} may not publish '{event.name}': add the service to the event's"
                " 'publishers'."
            )

    def _own_queue(self, message: Message) -> str:
        return queue_of(self.service, self._weight_of(message.wire_type()) or Weight.WORK)

    def _reply(self, reply: Message, read: Read, now: datetime) -> outbox.OutboxRow:
        cause = read.envelope
        message_id, body = self._enclosed(reply, cause, now, spans.effect(reply.name, read))
        # A reply belongs to no aggregate: its subject is the correlation that its client expects.
        correlation = read.delivery.origin.correlation_id or None
        return outbox.OutboxRow("reply", cause.replyto or "", correlation, message_id, body)

    def _refusals(
        self, connection: Connection, decided: Sequence[Decided]
    ) -> dict[inbox.Key, Refusal]:
        """Return the refusals among the replies, and store new ones in the inbox: a repeated
        command that was refused gets the same refusal again.
        """
        found: dict[inbox.Key, Refusal] = {}
        repeated: dict[inbox.Key, Read] = {}
        for each in decided:
            read = each.read
            if not issubclass(read.handling.message, Command):
                continue
            for message in each.published:
                if isinstance(message, Refusal):
                    found[read.key] = message
            if each.status == "duplicate" and read.envelope.replyto:
                repeated[read.key] = read
        encoded = {key: refusal.model_dump_json().encode() for key, refusal in found.items()}
        inbox.record_refusals(connection, encoded)
        for key, earlier in inbox.refusals_of(connection, list(repeated)).items():
            kind: Any = repeated[key].handling.message
            found[key] = kind.refusal.model_validate_json(earlier)
        return found

    def _enclosed(
        self,
        message: Message,
        cause: Envelope,
        now: datetime,
        context: Context,
        sequence: str | None = None,
        shop: str | None = None,
    ) -> tuple[str, bytes]:
        """Return a message that another caused: its id, and its bytes for the wire."""
        message_id = str(uuid4())
        attributes = {
            "id": message_id,
            "source": self.source,
            "subject": message.aggregate_key,
            "time": now,
            "sequence": sequence,
            "correlationid": context.correlationid,
            "causationid": cause.id,
            "traceparent": context.traceparent,
            "tracestate": context.tracestate,
            "tracelink": context.tracelink,
            "shop": shop or cause.shop,
        }
        return message_id, enclose(message, attributes)


def _reserve_numbers(connection: Connection, decided: Sequence[Decided]) -> Numbers:
    """Reserve a number for each event, by subject."""
    subjects = []
    for each in decided:
        for message in _published(each):
            if isinstance(message, Event):
                subject = _subject(message, each.read.envelope)
                if subject:
                    subjects.append(subject)
    first = sequence.next_numbers(connection, subjects)
    return {subject: count(number) for subject, number in first.items()}


def _subject(event: Event, cause: Envelope) -> str | None:
    """Return the subject by which events are ordered: the aggregate within its shop."""
    if not event.aggregate_key:
        return None
    return sequence.subject_of(cause.shop, event.aggregate_key)


def _published(decided: Decided) -> Sequence[Any]:
    """Return the messages to publish; a refusal that is only for the sender is not published."""
    if decided.read.reply_only or decided.reply_only:
        return ()
    return decided.published


def _confirmation(decided: Decided) -> CommandDone:
    events = [message.name for message in decided.published if isinstance(message, Event)]
    envelope = decided.read.envelope
    return CommandDone(
        command=envelope.name,
        command_id=envelope.id,
        events=events,
        repeated=decided.status == "duplicate",
    )


def _require_size(name: str, body: bytes) -> None:
    """Raise `Unprocessable` for a message that RabbitMQ would refuse for its size: it would close
    the relay's connection and hold up all events.
    """
    if len(body) > MAX_MESSAGE:
        size = f"{len(body) / 1e6:.1f} MB"
        raise Unprocessable(f"'{name}' would have {size}; {MAX_MESSAGE // 10**6} MB can be sent.")
