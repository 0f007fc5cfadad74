"""Builders and fakes for mails: the sample order, a clock, and adapters with given answers."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from sqlalchemy import select, text

from services.notify.adapters.branded_writer import BrandedMailWriter
from services.notify.adapters.mail_writer import JinjaMailWriter, read_languages, read_layouts
from services.notify.domain.composing import orders
from services.notify.domain.composing.composer import Composer
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import OutgoingMail
from services.notify.domain.sending import Outcome
from services.notify.store.mails import Mails
from services.notify.work import SendingRules
from services.notify.worker import service
from shared.contracts import samples
from shared.contracts.conversation import SigningKeys
from shared.contracts.envelope import Envelope, decode
from shared.contracts.notify import ListMails
from shared.contracts.orders import OrderPlaced, OrderTransitioned
from shared.runtime.rabbitmq.delivery import Verdict, receive
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import engine_for, reading
from tests.words import ServiceHarness, changed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEYS = SigningKeys({1: b"k" * 32})
WAIT, LEASE = timedelta(minutes=10), timedelta(minutes=11)
RULES = SendingRules(WAIT, LEASE)
PDF = b"%PDF-1.7 an invoice"
WRITER = BrandedMailWriter(JinjaMailWriter(read_languages(), read_layouts()))
COMPOSER = Composer(WRITER, KEYS)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class FakeAdapters:
    """Adapters with a server that replies with `answers`, one after another, then accepts
    everything.
    """

    answers: list[Outcome | BaseException] = field(default_factory=list)
    sent: list[OutgoingMail] = field(default_factory=list)
    rules: SendingRules = RULES
    composer: Composer = COMPOSER
    mail_writer: BrandedMailWriter = WRITER

    def send(self, outgoing: OutgoingMail) -> Outcome:
        answer = self.answers.pop(0) if self.answers else Outcome("sent", "250 OK")
        if isinstance(answer, BaseException):
            raise answer
        if answer.kind == "sent":
            self.sent.append(outgoing)
        return Outcome(answer.kind, answer.reason, outgoing.attempt)


class Killed(BaseException):
    """The process ends here."""


class NotifyHarness(ServiceHarness):
    """The service on a database, with a clock and the commands that it sends itself."""

    clock: Clock
    run: set[str]

    @classmethod
    def at(cls, url: str, adapters: Any) -> "NotifyHarness":
        desk = cls(service, engine_for(url), adapters)
        desk.clock, desk.run = Clock(), set()
        desk.pipeline.transactions.clock = desk.clock
        return desk

    def own_commands(self) -> list[Envelope]:
        """Return the commands that the service sent to itself and that are not handled yet."""
        with self.engine.begin() as connection:
            schedule.move_due(connection, self.clock.now)
            rows = connection.execute(
                select(message_tables.outbox)
                .where(message_tables.outbox.c.route == "self")
                .order_by(message_tables.outbox.c.number)
            ).all()
        return [decode(row.body) for row in rows if row.message_id not in self.run]

    def run_own_commands(self) -> list[Verdict]:
        """Delivers them, as the relay and RabbitMQ would; what fails stays to be delivered
        again.
        """
        verdicts = []
        for errand in self.own_commands():
            verdict = self.deliver(receive(errand.encode()))[0]
            verdicts.append(verdict)
            if verdict.error is None:
                self.run.add(errand.id)
        return verdicts

    def scheduled(self) -> list[datetime]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(message_tables.schedule.c.due_at)).scalars())

    def mails(self, order_id: str) -> list[Mail]:
        with reading(self.engine) as connection:
            return Mails(connection).of("default", ListMails(order_id=order_id))

    def waits_for_a_lock(self) -> bool:
        """Whether one of its transactions does, on PostgreSQL, which shows a transaction always the
        same.
        """
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
            " current_database()"
        )
        with reading(self.engine) as connection:
            return bool(connection.execute(text(query)).scalar())

    def events(self) -> list[Envelope]:
        """Return the published events."""
        return [envelope for envelope in self.outbox() if envelope.name != "mail.deliver"]


def placed(**changes: Any) -> dict[str, Any]:
    """`order.placed` of a new order."""
    order_id = str(uuid4())
    return changed(
        samples.ORDER_PLACED, **{"order_id": order_id, "order__order_id": order_id, **changes}
    )


def transitioned(**changes: Any) -> dict[str, Any]:
    """Return `order.transitioned` of a new order to *payment accepted*, with a new invoice."""
    order_id, document_id = str(uuid4()), str(uuid4())
    attach = [samples.INVOICE_REFERENCE | {"document_id": document_id}]
    new = {"order_id": order_id, "order__order_id": order_id, "attach": attach}
    return changed(samples.ORDER_TRANSITIONED, **{**new, **changes})


def content_of(event: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """`document.content` of a document that the event's mail takes along."""
    document_id = event["attach"][number]["document_id"]
    view = samples.DOCUMENT_VIEW | {"document_id": document_id, "order_id": event["order_id"]}
    return {"document_id": document_id, "document": view, "content": base64.b64encode(PDF).decode()}


def replied(**changes: Any) -> dict[str, Any]:
    """`thread.replied`: an employee answers in the sample thread."""
    event = {
        "thread_id": samples.THREAD_ID,
        "thread": samples.THREAD_VIEW | {"customer_name": "Ada Byron"},
        "message": (
            samples.THREAD_MESSAGE
            | {
                "direction": "employee",
                "author": "anna@shop.test",
                "text": "It left this morning.\n\nAnna",
            }
        ),
        "in_reply_to": "<a1@example.test>",
        "references": ["<b2@shop.test>", "<a1@example.test>"],
    }
    return changed(event, **changes)


def occasion(key: str = "/aftercart/orders/e1") -> Occasion:
    return Occasion("default", key, NOON)


def confirmation(**changes: Any) -> Mail:
    """The mail that confirms an order."""
    return orders.placed(COMPOSER, OrderPlaced.model_validate(placed(**changes)), occasion())[0]


def state_mail(**changes: Any) -> Mail:
    """The mail of a state."""
    return orders.transitioned(
        COMPOSER, OrderTransitioned.model_validate(transitioned(**changes)), occasion()
    )[0]


def opened(content: bytes) -> EmailMessage:
    """A mail as its reader has it."""
    return message_from_bytes(content, policy=policy.default)


def parts(mail: EmailMessage) -> Sequence[str]:
    """The types of all its parts, from the outside in."""
    return [part.get_content_type() for part in mail.walk()]
