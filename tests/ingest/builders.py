"""Builders for the tests of `ingest`: mails, a fake mail server, and the service with a clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import Row, Table, delete, select

from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import (
    Checkpoint,
    Fault,
    Fetched,
    FetchRequest,
    FetchResult,
)
from services.ingest.store.tables import metadata
from services.ingest.work.adapters import Adapters, FetchMails
from services.ingest.worker import service
from shared.contracts import samples
from shared.contracts.conversation import Conversation, SigningKeys, message_id, reply_address
from shared.contracts.envelope import Envelope, decode
from shared.runtime.rabbitmq.delivery import Delivery, Fate, Verdict, receive
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import engine_for, reading
from tests.words import ServiceHarness, changed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEYS = SigningKeys({1: b"k" * 32})
STRANGERS_KEYS = SigningKeys({1: b"x" * 32})
ORDER_ID = UUID(samples.ORDER_ID)
ORDER = Conversation("order", ORDER_ID)
CUSTOMER = "ada@example.test"
SERVICE = Mailbox(
    name="service",
    host="mail.test",
    port=993,
    user="service@shop.test",
    password=SecretStr("secret"),
)


def raw_mail(
    text: str = "Where is my mug?", *, headers: Iterable[str] = (), **fields: str
) -> bytes:
    """Return a mail of the customer; `fields` replace header fields (`from_`, `to`, `subject`,
    `message_id`, …).
    """
    given = {
        "from": f"Ada Byron <{CUSTOMER}>",
        "to": "service@shop.test",
        "subject": "A question",
        "message-id": f"<{uuid4().hex}@example.test>",
        "content-type": "text/plain; charset=utf-8",
        "content-transfer-encoding": "8bit",
    } | {name.rstrip("_").replace("_", "-"): value for name, value in fields.items()}
    lines = [
        *(f"{name.title()}: {value}" for name, value in given.items() if value),
        *headers,
        "",
        text,
    ]
    return "\r\n".join(lines).encode()


def reply_to(conversation: Conversation, keys: SigningKeys = KEYS) -> str:
    """Return the reply address of our mails."""
    return reply_address("service@shop.test", keys.sign(conversation))


def our_id(conversation: Conversation, keys: SigningKeys = KEYS) -> str:
    """Return a Message-ID of one of our mails."""
    return message_id(uuid4(), keys.sign(conversation), "shop.test")


class Clock:
    """A clock that stands still until it is advanced."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FakeMailServer:
    """A list of mails as a mail server. UIDs count from 1; mails arrive one second after another,
    or at the times in `arrivals`.

    `fault`: an error returned instead of mails; `window`: the number of mails per poll;
    `meanwhile`: called during every poll.
    """

    mails: list[bytes] = field(default_factory=list)
    uidvalidity: int = 7
    fault: str = ""
    window: int = 50
    polls: int = 0
    arrivals: dict[int, datetime] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None

    def receive(self, *mails: bytes) -> None:
        self.mails += mails

    def __call__(self, request: FetchRequest) -> FetchResult:
        self.polls += 1
        self.meanwhile()
        if self.fault:
            return FetchResult(request, request.checkpoint, fault=Fault("unreachable", self.fault))
        known = request.checkpoint
        last = known.last_uid if known.uidvalidity in (None, self.uidvalidity) else 0
        new = list(enumerate(self.mails, 1))[last : last + self.window]
        reached = Checkpoint(known.folder, self.uidvalidity, last + len(new))
        fetched = tuple(Fetched(uid, raw, len(raw), self.arrival(uid)) for uid, raw in new)
        return FetchResult(request, reached, fetched, more=reached.last_uid < len(self.mails))

    def arrival(self, uid: int) -> datetime:
        """Return the time when a mail arrived."""
        return self.arrivals.get(uid, NOON + timedelta(seconds=uid))


class Killed(BaseException):
    """Ends the process."""


class IngestHarness(ServiceHarness):
    """The service on a database, with a clock; its messages are delivered as by the relay and
    RabbitMQ.
    """

    clock: Clock
    told: list[Envelope]
    failed: list[Verdict]
    again: list[Delivery]

    @classmethod
    def at(cls, url: str) -> "IngestHarness":
        """Return the service on the database of a URL; call `begin` before use."""
        return cls(service, engine_for(url), Adapters({}, KEYS, FakeMailServer()))

    def begin(self, fetch: FetchMails, *mailboxes: Mailbox) -> None:
        """Empty the database, set the clock to noon, and start a worker."""
        with self.engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        self.pipeline.transactions.clock = self.clock = Clock()
        self.told, self.failed, self.again = [], [], []
        self.adapters = Adapters(
            {mailbox.name: mailbox for mailbox in mailboxes or [SERVICE]}, KEYS, fetch
        )
        self.reads_by(fetch)
        self.start()
        for shop in ("default", "other"):
            profile = {"profile": samples.SHOP_PROFILE, "default_language": "en"}
            self.tell("shop.changed", profile, shop=shop)

    def reads_by(self, fetch: FetchMails) -> None:
        """Replace the function that fetches mails."""
        self.adapters = self.pipeline.transactions.adapters = replace(self.adapters, fetch=fetch)

    def start(self) -> None:
        """Run the boot of a worker."""
        with self.engine.begin() as connection:
            work = service.work(connection, self.adapters)
            work.now = self.clock.now
            schedule.add(
                connection,
                [
                    self.pipeline.transactions.outbox_writer.initial(told, work.now)
                    for told in service.boot(work)
                ],
            )

    def run(self, *deliveries: Delivery) -> list[str]:
        """Deliver messages, then all messages of the service to itself that are due; return the
        names of the published events.
        """
        before, batch = len(self.told), list(deliveries)
        while batch:
            for one, verdict in zip(batch, self.deliver(*batch), strict=True):
                if verdict.fate is not Fate.DONE:
                    self.failed.append(verdict)
                    self.again.append(one)
            batch = self.collect()
        return [envelope.name for envelope in self.told[before:]]

    def collect(self) -> list[Delivery]:
        """Empty the outbox: record events, and return messages to the service itself for
        delivery.
        """
        with self.engine.begin() as connection:
            schedule.move_due(connection, self.clock.now)
            rows = connection.execute(
                select(message_tables.outbox).order_by(message_tables.outbox.c.number)
            ).all()
            connection.execute(delete(message_tables.outbox))
        self.told += [decode(row.body) for row in rows if row.route == "event"]
        return [receive(row.body) for row in rows if row.route == "self"]

    def poll(self, **later: float) -> list[str]:
        """Advance the clock, run all due messages, and return the names of the published events."""
        self.clock.advance(**later)
        return self.run(*self.collect())

    def rows(self, table: Table) -> list[Row[Any]]:
        """Return all rows of a table."""
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def due(self) -> list[datetime]:
        """Return the times of the scheduled messages."""
        return [row.due_at for row in self.rows(message_tables.schedule)]

    def last(self, name: str) -> dict[str, Any]:
        """Return the data of the latest event with a name."""
        return next(envelope.data for envelope in reversed(self.told) if envelope.name == name)

    def thread(self, thread_id: str, **attributes: Any) -> dict[str, Any]:
        """Return a thread as `thread.get` does."""
        return self.ask("thread.get", {"thread_id": thread_id}, **attributes).data

    def threads(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return threads as `thread.list` does."""
        found: list[dict[str, Any]] = self.ask("thread.list", wanted).data["threads"]
        return found


def another(mailbox: Mailbox = SERVICE, **changes: Any) -> Mailbox:
    """Return a mailbox with other settings."""
    return mailbox.model_copy(update=changes)


def order_placed(**changes: Any) -> dict[str, Any]:
    """Return the data of `order.placed` for the sample order."""
    return changed(samples.ORDER_PLACED, **changes)


def mail_sent(
    message_id: str, conversation: Conversation, thread_id: str | None = None
) -> dict[str, Any]:
    """Return the data of `mail.sent` for one of our mails."""
    view = samples.MAIL_VIEW | {
        "template": "reply_msg" if thread_id else "payment",
        "mail_id": str(uuid4()),
        "mail_message_id": message_id,
        "conversation": str(conversation),
        "thread_id": thread_id,
        "order_id": str(conversation.id) if conversation.kind == "order" else None,
    }
    return {"mail_id": view["mail_id"], "mail": view}


def a_fetch_request(mailbox: Mailbox, **changes: Any) -> FetchRequest:
    """Return the request of a first poll."""
    request = FetchRequest(mailbox, Checkpoint(mailbox.folder), None, 0, 1)
    return replace(request, **changes)
