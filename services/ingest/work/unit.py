"""The stores of `ingest` in one transaction, and what handlers look up in them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import select

from services.ingest.domain import contacts, desk, mailbox_health
from services.ingest.domain.attachments import Attachment
from services.ingest.domain.customers import CustomerRecord
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import MailboxState
from services.ingest.domain.thread import Thread, thread_id_of
from services.ingest.store.customers import Customers, KnownOrders, OrderChanges
from services.ingest.store.documents import Documents
from services.ingest.store.duplicates import Duplicates
from services.ingest.store.erasure import Erasure
from services.ingest.store.forwards import Forwards
from services.ingest.store.mail_rates import MailCounts
from services.ingest.store.mailboxes import Mailboxes, ServerMailIds, last_polls, states_of
from services.ingest.store.mails import Inbounds, RawMails
from services.ingest.store.message_contents import AttachmentFiles, HtmlBodies
from services.ingest.store.scheduled import ScheduledMessages
from services.ingest.store.shop_settings import Definitions, Desks, Shops
from services.ingest.store.submissions import Submissions
from services.ingest.store.tables import (
    canned_messages,
    contacts as contacts_table,
    documents as documents_table,
    mailboxes,
)
from services.ingest.store.thread_candidates import ThreadCandidates
from services.ingest.store.thread_queries import ThreadQueries
from services.ingest.store.threads import KnownMails, Messages, StoredMessage, Threads
from services.ingest.work.adapters import Adapters
from services.ingest.work.locks import (
    CANNED_MESSAGES,
    CONTACTS,
    CUSTOMERS,
    DESKS,
    FORM_SENDERS,
    LOCK_ORDER,
    MAILBOXES,
    MAILS,
    MESSAGES,
    ORDERS,
    READ_MAILS,
    SHOPS,
    SUBMISSIONS,
    THREADS,
)
from shared.contracts.figures import Figure
from shared.contracts.ingest import (
    CannedMessage,
    Contact,
    DeskOptions,
    ThreadMessage,
    ThreadView,
)
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.handlers import Aggregate, Later
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.storage.database import lock_names
from shared.runtime.storage.locks import LockKind, Taker
from shared.runtime.storage.unit_of_work import LockedPart, Part, UnitOfWork, locked_store, store

OfShop = TypeVar("OfShop", Mailbox, KnownOrder, Thread)


class Work(UnitOfWork):
    """The stores of `ingest` in one transaction."""

    lock_order = LOCK_ORDER
    adapters: Adapters

    scheduled = store(ScheduledMessages)
    mailboxes = locked_store(Mailboxes, MAILBOXES)
    server_names = store(ServerMailIds)
    raw_mails = store(RawMails)
    inbounds = LockedPart(
        lambda work: Inbounds(work.connection, work.raw_mails, work.adapters.read), MAILS
    )
    contacts = LockedPart(
        lambda work: Definitions(work.connection, contacts_table, Contact), CONTACTS
    )
    canned_messages = LockedPart(
        lambda work: Definitions(work.connection, canned_messages, CannedMessage), CANNED_MESSAGES
    )
    desks = locked_store(Desks, DESKS)
    shops = locked_store(Shops, SHOPS)
    customers = locked_store(Customers, CUSTOMERS)
    submissions = locked_store(Submissions, SUBMISSIONS)
    orders = locked_store(KnownOrders, ORDERS)
    documents = Part(lambda work: Documents(work.connection, documents_table))
    order_changes = store(OrderChanges)
    threads = locked_store(Threads, THREADS)
    messages = store(Messages)
    attachments = store(AttachmentFiles)
    html_bodies = store(HtmlBodies)
    known_mails = store(KnownMails)
    forwards = store(Forwards)
    erasure = store(Erasure)
    takers: ClassVar[Mapping[LockKind[Any], Taker]] = {
        READ_MAILS: lambda work, inbound_ids: work.read_ahead(inbound_ids),
        FORM_SENDERS: lambda work, names: lock_names(work.connection, names),
        MESSAGES: lambda work, message_ids: work.messages.preload(message_ids),
    }

    @cached_property
    def mail_counts(self) -> MailCounts:
        """Return how many mails arrived from senders and in threads."""
        return MailCounts(self.connection, self.inbounds)

    @cached_property
    def duplicates(self) -> Duplicates:
        """Return the filed mails that others are copies of."""
        return Duplicates(self.connection, self.inbounds)

    @cached_property
    def thread_queries(self) -> ThreadQueries:
        """Return the queries for lists of threads."""
        return ThreadQueries(self.connection)

    @cached_property
    def thread_candidates(self) -> ThreadCandidates:
        """Return the threads and orders that mails may belong to."""
        return ThreadCandidates(
            self.connection,
            self.adapters.keys,
            self.inbounds,
            self.orders,
            self.threads,
            self.known_mails,
            self.forwards,
        )

    def read_ahead(self, inbound_ids: Sequence[UUID]) -> None:
        """Parse the new ones of some mails together, and load the rows that filing them needs.

        Their Message-IDs are locked, since two processes may file two copies of a mail at the same
        time.
        """
        new: list[Inbound] = []
        for inbound in map(self.inbounds.get, inbound_ids):
            if inbound and inbound.state == "new":
                new.append(inbound)
        mails = self.inbounds.read_all(new)
        self.duplicates.expect(mails)
        self.thread_candidates.preload(mails)
        self.customers.preload_languages((inbound.shop, mail.sender) for inbound, mail in mails)
        threads: list[UUID] = []
        for inbound, _ in mails:
            threads += map(thread_id_of, self.thread_candidates.conversations(inbound))
        self.mail_counts.expect([(inbound, mail.sender) for inbound, mail in mails], threads)

    def problems(self) -> list[str]:
        """Return a sentence for each mailbox that cannot be read."""
        query = select(mailboxes.c.name, mailboxes.c.fault).where(mailboxes.c.fault != "")
        rows = self.connection.execute(query.order_by(mailboxes.c.name))
        return [f"Mailbox '{row.name}' cannot be read: {row.fault}" for row in rows]

    def figures(self) -> list[Figure]:
        """Return the last poll of each mailbox of the settings, and how often it failed since."""
        return mailbox_health.figures(self.adapters.mailboxes, last_polls(self.connection))

    def plan(self, message: Later) -> None:
        """Schedule a message from within a claim, which publishes nothing itself."""
        self.scheduled.add(OutboxWriter(self.service).initial(message, self.now))

    def shop_mailboxes(self) -> list[tuple[Mailbox, MailboxState | None]]:
        """Return the mailboxes of the shop by name, each with its state; None before the first
        poll.
        """
        found = [one for one in self.adapters.mailboxes.values() if one.shop == self.shop]
        states = states_of(self.connection, [one.name for one in found])
        return [(one, states.get(one.name)) for one in sorted(found, key=lambda one: one.name)]

    def mailbox(self, name: str) -> Mailbox | None:
        """Return a mailbox of the settings, if it belongs to the shop of the current message."""
        return self._of_shop(self.adapters.mailboxes.get(name))

    def order(self, order_id: UUID) -> KnownOrder | None:
        """Return an order of the shop of the current message."""
        return self._of_shop(self.orders.get(order_id))

    def thread(self, thread_id: UUID) -> Thread | None:
        """Return a thread of the shop of the current message."""
        return self._of_shop(self.threads.get(thread_id))

    def _of_shop(self, found: OfShop | None) -> OfShop | None:
        if found is None or found.shop != self.shop:
            return None
        return found

    def current(self, thread_id: UUID) -> Thread | None:
        """Return a thread of the shop, or the thread that it was merged into."""
        found = self.thread(thread_id)
        return self.threads.merged(found) if found else None

    def message(self, message_id: UUID) -> StoredMessage | None:
        """Return a message of the shop of the current message, with its thread."""
        found = self.messages.get(message_id)
        if found is None or self.thread(found.thread_id) is None:
            return None
        return found

    def save_message(
        self,
        thread: Thread,
        message: ThreadMessage,
        files: Sequence[Attachment] = (),
        page: str = "",
    ) -> None:
        """Store a new message with its files and its HTML, and its thread, which may be new as
        well.
        """
        self.threads.save(thread.id, thread)
        self.messages.preload([message.message_id])
        self.messages.save(message.message_id, StoredMessage(thread.id, message))
        self.attachments.add_all(message.message_id, files)
        if page:
            self.html_bodies.add(message_id=message.message_id, html=page)

    def mark_read(self, thread_id: UUID, missed: Sequence[UUID] = ()) -> int:
        """Mark the unread messages of a thread as read, except those the employee missed; return
        how many.
        """
        count = 0
        for stored in self.messages.unread(thread_id):
            if stored.message.message_id not in missed:
                self.messages.save(stored.message.message_id, stored.read())
                count += 1
        return count

    # --- settings of the shop ---------------------------------------------------------------------

    def contact(self, key: str) -> Contact | None:
        """Return a contact of the shop; every shop has two from the start."""
        return self.contacts.get((self.shop, key)) or contacts.FIRST.get(key)

    def all_contacts(self, shop: str) -> dict[str, Contact]:
        """Return the contacts of a shop by key."""
        return dict(sorted({**contacts.FIRST, **self.contacts.of(shop)}.items()))

    @property
    def options(self) -> DeskOptions:
        """Return the options of the shop's desk."""
        return self.desks.get(self.shop) or desk.NEW

    @property
    def mail_objection(self) -> Reason | None:
        """Return why `notify` can send no mail for the shop, or None."""
        if self.shops.get(self.shop) is None:
            return NO_PROFILE
        return None

    @property
    def shop_name(self) -> str:
        """Return the name of the shop; empty before its profile arrived."""
        known = self.shops.get(self.shop)
        return known.name if known else ""

    @property
    def shop_language(self) -> str:
        """Return the language of the shop; English before its profile arrived."""
        known = self.shops.get(self.shop)
        return known.language if known else "en"

    @property
    def shop_zone(self) -> str:
        """Return the time zone of the shop; UTC before its profile arrived."""
        known = self.shops.get(self.shop)
        return known.timezone if known else "UTC"

    # --- customers --------------------------------------------------------------------------------

    def customer_of(self, view: ThreadView) -> CustomerRecord | None:
        """Return the customer of a thread, by key, else by address."""
        known = self.customers.get((self.shop, view.customer_id)) if view.customer_id else None
        return known or self.customers.with_email(self.shop, view.customer_email)


THREAD = Aggregate("thread", Work.current, THREADS)
"""A thread, or the thread that it was merged into."""
UNMERGED_THREAD = Aggregate("thread", Work.thread, THREADS)
ORDER = Aggregate("order", Work.order, ORDERS)
MESSAGE = Aggregate("message", Work.message)
