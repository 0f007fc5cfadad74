"""Puts what handlers tell into envelopes, and those into the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection

from shared.contracts.envelope import DEFAULT_SHOP, Envelope
from shared.contracts.message import Command, CommandDone, Event, Message, Refusal
from shared.runtime.handlers import Later
from shared.runtime.pipeline import tracing
from shared.runtime.rabbitmq.names import REPLIES
from shared.runtime.rabbitmq.outgoing import Outgoing
from shared.runtime.storage import inbox, outbox, schedule, sequence


class HandledMessage(Protocol):
    """A message that was handled, as the pipeline knows it."""

    envelope: Envelope
    told: list[Any]
    outcome: str

    @property
    def handling(self) -> Any: ...

    @property
    def key(self) -> inbox.Key: ...


class OutboxWriter:
    """The sender: one per service; `source` of all its envelopes."""

    def __init__(self, service: str) -> None:
        self.service, self.source = service, f"/aftercart/{service}"

    def send(self, connection: Connection, items: Sequence[HandledMessage], now: datetime) -> None:
        """Puts everything that was told into the outbox or the schedule; events get their sequence
        per subject.
        """
        events = [(item, told) for item in items for told in item.told if isinstance(told, Event)]
        subjects = [_ordered_subject(item, told) for item, told in events]
        numbers = sequence.next_numbers(connection, [subject for subject in subjects if subject])
        rows: list[outbox.OutboxRow] = []
        replies = self._replies(connection, items)
        for item in items:
            cause, names = item.envelope, []
            for told in item.told:
                if isinstance(told, Event):
                    subject = _ordered_subject(item, told)
                    if subject:
                        number, numbers[subject] = numbers[subject], numbers[subject] + 1
                    envelope = self._envelope(
                        told, cause, now, sequence=f"{number:012d}" if subject else None
                    )
                    rows.append(
                        outbox.OutboxRow(
                            "event", told.name, subject, envelope.id, envelope.encode()
                        )
                    )
                    names.append(told.name)
                elif isinstance(told, Later):
                    envelope = self._envelope(told.message, cause, now, shop=told.shop)
                    schedule.add(
                        connection,
                        [
                            schedule.ScheduleRow(
                                told.key, told.at, self.service, envelope.id, envelope.encode()
                            )
                        ],
                    )
                else:
                    envelope = self._envelope(told, cause, now)
                    rows.append(
                        outbox.OutboxRow("self", self.service, None, envelope.id, envelope.encode())
                    )
            if cause.replyto and issubclass(item.handling.message, Command):
                rows.append(self._reply(item, replies.get(item.key) or _done(item, names), now))
        outbox.add(connection, rows)

    def answer(self, item: HandledMessage, answer: Message, now: datetime) -> Outgoing:
        """The answer to a query, for its reply address."""
        envelope = self._envelope(answer, item.envelope, now)
        return Outgoing(REPLIES, item.envelope.replyto or "", envelope.encode(), envelope.id)

    def first(self, told: Later, now: datetime) -> schedule.ScheduleRow:
        """A message to ourselves that nothing caused, such as the first look into a mailbox."""
        envelope = Envelope(
            id=str(uuid4()),
            source=self.source,
            type=told.message.wire_type(),
            time=now,
            shop=told.shop or DEFAULT_SHOP,
            data=told.message.model_dump(mode="json"),
        )
        return schedule.ScheduleRow(told.key, told.at, self.service, envelope.id, envelope.encode())

    def _replies(
        self, connection: Connection, items: Sequence[HandledMessage]
    ) -> dict[inbox.Key, Refusal]:
        """Those that are refusals; what repeats a command that was refused is refused with the same
        words.
        """
        commands = [item for item in items if issubclass(item.handling.message, Command)]
        found = {
            item.key: told for item in commands for told in item.told if isinstance(told, Refusal)
        }
        inbox.record_refusals(
            connection, {key: refusal.model_dump_json().encode() for key, refusal in found.items()}
        )
        repeated = {
            item.key: item
            for item in commands
            if item.outcome == "duplicate" and item.envelope.replyto
        }
        for key, earlier in inbox.refusals_of(connection, list(repeated)).items():
            found[key] = repeated[key].handling.message.refusal.model_validate_json(earlier)
        return found

    def _reply(self, item: HandledMessage, reply: Message, now: datetime) -> outbox.OutboxRow:
        envelope = self._envelope(reply, item.envelope, now)
        return outbox.OutboxRow(
            "reply", item.envelope.replyto or "", None, envelope.id, envelope.encode()
        )

    def _envelope(
        self,
        told: Message,
        cause: Envelope,
        now: datetime,
        sequence: str | None = None,
        shop: str | None = None,
    ) -> Envelope:
        return Envelope.model_construct(
            specversion="1.0",
            id=str(uuid4()),
            source=self.source,
            type=told.wire_type(),
            subject=told.aggregate_key,
            time=now,
            datacontenttype="application/json",
            sequence=sequence,
            correlationid=cause.correlationid or cause.id,
            causationid=cause.id,
            traceparent=tracing.child(cause.traceparent),
            shop=shop or cause.shop,
            data=told.model_dump(mode="json"),
        )


def _ordered_subject(item: HandledMessage, told: Event) -> str | None:
    """What order is kept by: the aggregate within its shop."""
    return (
        sequence.subject_of(item.envelope.shop, told.aggregate_key) if told.aggregate_key else None
    )


def _done(item: HandledMessage, names: list[str]) -> CommandDone:
    repeated = item.outcome == "duplicate"
    return CommandDone(
        command=item.envelope.name, command_id=item.envelope.id, events=names, repeated=repeated
    )
