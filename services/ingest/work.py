"""What a handler of `ingest` may touch during one message, and the order of its locks."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain import contacts, desk
from services.ingest.domain.attachments import Attachment
from services.ingest.domain.authentication import Verdict
from services.ingest.domain.customers import KnownCustomer
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail, read_all
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Errand, Found
from services.ingest.domain.orders import KnownOrder
from services.ingest.domain.thread import Thread, thread_id_of
from services.ingest.domain.thread_matching import SIGNED, Place
from services.ingest.store.customers import Customers, Key as CustomerKey, KnownOrders, OrderChanges
from services.ingest.store.documents import Documents
from services.ingest.store.duplicates import Copies
from services.ingest.store.erasure import Erasing
from services.ingest.store.forwards import Forwards
from services.ingest.store.mail_rates import TrafficCounts
from services.ingest.store.mailboxes import Mailboxes, ServerNames
from services.ingest.store.mails import Inbounds, RawMails, Reading
from services.ingest.store.message_contents import Files, Pages
from services.ingest.store.scheduled import Plans
from services.ingest.store.shop_settings import Definitions, Desks, Key as DefinitionKey, Shops
from services.ingest.store.submissions import Key as SubmissionKey, Submissions
from services.ingest.store.tables import (
    canned_messages,
    contacts as contacts_table,
    documents as documents_table,
    mailboxes,
)
from services.ingest.store.thread_candidates import Places
from services.ingest.store.thread_queries import Listing
from services.ingest.store.threads import Entries, Entry, KnownMails, Threads
from shared.contracts.conversation import SigningKeys
from shared.contracts.ingest import (
    CannedMessage,
    Contact,
    DeskOptions,
    ThreadMessage,
    ThreadView,
)
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Aggregate, Later
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.storage.database import lock_names
from shared.runtime.storage.locks import LockKind
from shared.runtime.storage.unit_of_work import UnitOfWork

PATIENCE = timedelta(minutes=10)
"""How long a mail waits for the order that it names; then it gets a thread of its own."""


class Fetching(Protocol):
    """Reads a mailbox. Whatever goes wrong is told in `Found.fault`, never raised."""

    def __call__(self, errand: Errand) -> Found: ...


class Listening(Protocol):
    """Says which mailbox something came into, until it is stopped. Never raises for what happens
    outside.
    """

    def __call__(
        self,
        mailboxes: Iterable[Mailbox],
        tell: Callable[[Mailbox], None],
        stopping: threading.Event,
    ) -> None: ...


@dataclass(frozen=True)
class Adapters:
    """The world outside: the mailboxes of the settings by name, how they are read and listened to,
    and the keys of our signatures.
    """

    mailboxes: Mapping[str, Mailbox]
    keys: SigningKeys = field(repr=False)
    fetch: Fetching
    listen: Listening = lambda mailboxes, tell, stopping: None
    read: Reading = read_all


MAILBOXES = LockKind[str]("mailboxes")
MAILS = LockKind[UUID]("mails")
READ_MAILS = LockKind[UUID]("read mails")
"""Mails whose content is read; their Message-IDs are locked."""
CUSTOMERS = LockKind[CustomerKey]("customers")
FORM_SENDERS = LockKind[str]("form senders")
SUBMISSIONS = LockKind[SubmissionKey]("submissions")
ORDERS = LockKind[UUID]("orders")
THREADS = LockKind[UUID]("threads")
MESSAGES = LockKind[UUID]("messages")
"""Read ahead; the lock of their thread guards them."""
CONTACTS = LockKind[DefinitionKey]("contacts")
CANNED_MESSAGES = LockKind[DefinitionKey]("predefined messages")
DESKS = LockKind[str]("desks")
SHOPS = LockKind[str]("shops")
LOCK_ORDER = (
    MAILBOXES,
    MAILS,
    READ_MAILS,
    CUSTOMERS,
    FORM_SENDERS,
    SUBMISSIONS,
    ORDERS,
    THREADS,
    MESSAGES,
    CONTACTS,
    CANNED_MESSAGES,
    DESKS,
    SHOPS,
)


class Work(UnitOfWork):
    """The unit of work."""

    lock_order = LOCK_ORDER
    adapters: Adapters

    def __init__(self, connection: Connection, adapters: Adapters) -> None:
        super().__init__(connection, adapters)
        self.plans = self.part(Plans(connection))
        self.mailboxes = self.locked(Mailboxes(connection), MAILBOXES)
        self.server_names = self.part(ServerNames(connection))
        self.raw_mails = self.part(RawMails(connection))
        self.inbounds = self.locked(Inbounds(connection, self.raw_mails, adapters.read), MAILS)
        self.traffic = TrafficCounts(connection, self.inbounds)
        self.copies = Copies(connection, self.inbounds)
        self.contacts = self.locked(Definitions(connection, contacts_table, Contact), CONTACTS)
        self.canned_messages = self.locked(
            Definitions(connection, canned_messages, CannedMessage), CANNED_MESSAGES
        )
        self.desks = self.locked(Desks(connection), DESKS)
        self.shops = self.locked(Shops(connection), SHOPS)
        self.customers = self.locked(Customers(connection), CUSTOMERS)
        self.submissions = self.locked(Submissions(connection), SUBMISSIONS)
        self.orders = self.locked(KnownOrders(connection), ORDERS)
        self.documents = self.part(Documents(connection, documents_table))
        self.order_changes = self.part(OrderChanges(connection))
        self.threads = self.locked(Threads(connection), THREADS)
        self.entries = self.part(Entries(connection))
        self.files = self.part(Files(connection))
        self.pages = self.part(Pages(connection))
        self.known_mails = self.part(KnownMails(connection))
        self.forwards = self.part(Forwards(connection))
        self.erasing = self.part(Erasing(connection))
        self.listing = Listing(connection)
        self.places = Places(
            connection,
            adapters.keys,
            self.inbounds,
            self.orders,
            self.threads,
            self.known_mails,
            self.forwards,
        )
        self.locks.bind(READ_MAILS, self.read_ahead)
        self.locks.bind(FORM_SENDERS, self._lock_senders)
        self.locks.bind(MESSAGES, self.entries.preload)

    def read_ahead(self, inbound_ids: Sequence[UUID]) -> None:
        """Read the new ones of some mails together, and look up what they need.

        Their Message-IDs are locked: two processes may hold two copies of a mail.
        """
        found = filter(None, map(self.inbounds.get, inbound_ids))
        mails = self.inbounds.read_all([inbound for inbound in found if inbound.state == "new"])
        self.copies.expect(mails)
        self.places.preload(mails)
        self.customers.preload_languages((inbound.shop, mail.sender) for inbound, mail in mails)
        senders = [(inbound, mail.sender) for inbound, mail in mails]
        named = [found for inbound, _ in mails for found in self.places.conversations(inbound)]
        self.traffic.expect(senders, map(thread_id_of, named))

    def _lock_senders(self, names: Sequence[str]) -> None:
        lock_names(self.connection, names)

    def problems(self) -> list[str]:
        """Mailboxes that cannot be read."""
        query = (
            select(mailboxes.c.name, mailboxes.c.fault)
            .where(mailboxes.c.fault != "")
            .order_by(mailboxes.c.name)
        )
        return [
            f"Mailbox '{row.name}' cannot be read: {row.fault}"
            for row in self.connection.execute(query)
        ]

    def plan(self, told: Later) -> None:
        """Puts down a message for later from within a claim, which tells nothing itself."""
        self.plans.add(OutboxWriter(self.service).initial(told, self.now))

    def mailbox(self, name: str) -> Mailbox | None:
        """A mailbox of the settings, if it belongs to the shop of the message in hand."""
        found = self.adapters.mailboxes.get(name)
        return found if found and found.shop == self.shop else None

    def order(self, order_id: UUID) -> KnownOrder | None:
        """Return an order of the shop of the message in hand."""
        found = self.orders.get(order_id)
        return found if found and found.shop == self.shop else None

    def thread(self, thread_id: UUID) -> Thread | None:
        """A thread of the shop of the message in hand."""
        found = self.threads.get(thread_id)
        return found if found and found.shop == self.shop else None

    def current(self, thread_id: UUID) -> Thread | None:
        """Return a thread of the shop, or the one that it became when it was merged."""
        found = self.thread(thread_id)
        return self.threads.merged(found) if found else None

    def entry(self, message_id: UUID) -> Entry | None:
        """A message of the shop of the message in hand, with its thread."""
        found = self.entries.get(message_id)
        return found if found and self.thread(found.thread_id) else None

    def keep_message(
        self,
        thread: Thread,
        message: ThreadMessage,
        files: Sequence[Attachment] = (),
        page: str = "",
    ) -> None:
        """Keeps a new message with its files and its HTML, and its thread, which may be new as
        well.
        """
        self.threads.save(thread.id, thread)
        self.entries.preload([message.message_id])
        self.entries.save(message.message_id, Entry(thread.id, message))
        self.files.keep_all(message.message_id, files)
        if page:
            self.pages.add(message_id=message.message_id, html=page)

    def places_of(self, inbound: Inbound) -> list[Place]:
        """What is there of all that a mail names. Raises `NotYet` while the order that our
        signature names has not arrived here.
        """
        first = next(iter(self.places.named(inbound)), None)
        if first and first.found_by in SIGNED and first.conversation.kind == "order":
            known = self.orders.get(first.conversation.id)
            if known is None and self.now < inbound.fetched_at + PATIENCE:
                raise NotYet(
                    f"order {first.conversation.id}, which a mail answers, has not arrived here"
                )
        return self.places.of(inbound)

    def original_of(self, inbound: Inbound, mail: Mail, verdict: Verdict) -> Inbound | None:
        """Return the mail of which this one is a copy. One that may be forged is no original for
        one that is not.
        """
        original = self.copies.original_of(inbound, mail)
        entry = self.entries.get(original.inbound_id) if original else None
        forged = entry is not None and "dmarc_failed" in entry.message.marks
        return None if forged and verdict != "fail" else original

    # --- what the shop set up ---------------------------------------------------------------------

    def contact(self, key: str) -> Contact | None:
        """A contact of the shop; two are there from the start."""
        return self.contacts.get((self.shop, key)) or contacts.FIRST.get(key)

    def written_to(self, shop: str, mail: Mail) -> str:
        """The contact that a mail was written to."""
        return contacts.addressed(self.all_contacts(shop), mail.recipients)

    def own_addresses(self, shop: str) -> frozenset[str]:
        """Return the addresses at which a shop gets mail, in lower case."""
        mailboxes = [each.user for each in self.adapters.mailboxes.values() if each.shop == shop]
        contacts = [each.email for each in self.all_contacts(shop).values() if each.email]
        return frozenset(address.lower() for address in (*mailboxes, *contacts))

    def all_contacts(self, shop: str) -> dict[str, Contact]:
        """All contacts of a shop, by key."""
        return dict(sorted({**contacts.FIRST, **self.contacts.of(shop)}.items()))

    @property
    def options(self) -> DeskOptions:
        """The options of the shop's desk."""
        return self.desks.get(self.shop) or desk.NEW

    @property
    def shop_name(self) -> str:
        """What the shop is called; nothing before its profile was told."""
        known = self.shops.get(self.shop)
        return known.name if known else ""

    @property
    def shop_language(self) -> str:
        """Return the language of the shop; English before its profile was told."""
        known = self.shops.get(self.shop)
        return known.language if known else "en"

    @property
    def shop_zone(self) -> str:
        """Return the time zone of the shop; UTC before its profile was told."""
        known = self.shops.get(self.shop)
        return known.timezone if known else "UTC"

    # --- customers --------------------------------------------------------------------------------

    def customer_of(self, view: ThreadView) -> KnownCustomer | None:
        """The customer of a thread, by his key, else by his address."""
        known = self.customers.get((self.shop, view.customer_id)) if view.customer_id else None
        return known or self.customers.with_email(self.shop, view.customer_email)


THREAD = Aggregate("thread", Work.current, THREADS)
"""A thread, or the one that it became when it was merged."""
UNMERGED_THREAD = Aggregate("thread", Work.thread, THREADS)
ORDER = Aggregate("order", Work.order, ORDERS)
MESSAGE = Aggregate("message", Work.entry)
