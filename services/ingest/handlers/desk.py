"""Settings and statistics of a shop's desk."""

from collections.abc import Iterable
from datetime import timedelta

from services.ingest.domain import desk, text_templates
from services.ingest.domain.contacts import Waiting
from services.ingest.handlers.employee_messages import unknown_canned_message
from services.ingest.store.shop_settings import Key
from services.ingest.work import Work
from services.ingest.work.locks import CANNED_MESSAGES, CONTACTS, DESKS
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    CannedMessage,
    CannedMessageAnswer,
    CannedMessageChanged,
    CannedMessageList,
    CannedMessageRemoved,
    Contact,
    ContactAnswer,
    ContactChanged,
    ContactList,
    Desk,
    DeskChanged,
    DeskStatistics,
    GetCannedMessage,
    GetContact,
    GetDesk,
    GetStatistics,
    ListCannedMessages,
    ListContacts,
    ListedContact,
    PutCannedMessage,
    PutContact,
    PutDesk,
    RemoveCannedMessage,
)
from shared.contracts.message import Event
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def keyed(
    command: PutContact | PutCannedMessage | RemoveCannedMessage, at: Envelope, _work: Work
) -> Iterable[Key]:
    """Return the key under which a definition is stored."""
    return [(at.shop, command.key)]


def shop_of(_command: PutDesk, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of the changed desk."""
    return [at.shop]


@service.handles(PutContact, locks=[CONTACTS.of(keyed)])
def put_contact(command: PutContact, work: Work) -> Iterable[Event]:
    """Add or change a contact; its threads are unchanged."""
    key = (work.shop, command.key)
    before = work.contact(command.key)
    contact = merged(before, command) if before else Contact(**dict(command))
    work.contacts.save(key, contact)
    return [ContactChanged(**dict(contact))]


@service.handles(PutDesk, locks=[DESKS.of(shop_of)])
def put_desk(command: PutDesk, work: Work) -> Iterable[Event] | Reason:
    """Change the options that the command names."""
    wrong = desk.objection(command)
    if wrong:
        return wrong
    options = merged(work.options, command)
    work.desks.save(work.shop, options)
    return [DeskChanged(**desk.whole(options).model_dump())]


@service.handles(PutCannedMessage, locks=[CANNED_MESSAGES.of(keyed)])
def put_canned_message(command: PutCannedMessage, work: Work) -> Iterable[Event] | Reason:
    """Add or change a predefined message."""
    wrong = text_templates.objection(command.texts)
    if wrong:
        language, reason = wrong
        return Reason("unknown_placeholder", reason, field=f"texts.{language}")
    key = (work.shop, command.key)
    work.canned_messages.save(key, CannedMessage(**command.model_dump()))
    return [CannedMessageChanged(**command.model_dump())]


@service.handles(RemoveCannedMessage, locks=[CANNED_MESSAGES.of(keyed)])
def remove_canned_message(command: RemoveCannedMessage, work: Work) -> Iterable[Event] | Reason:
    """Remove a predefined message."""
    key = (work.shop, command.key)
    if work.canned_messages.get(key) is None:
        return unknown_canned_message(command.key, field="key")
    work.canned_messages.save(key, None)
    return [CannedMessageRemoved(key=command.key)]


@service.handles(ListContacts)
def list_contacts(_query: ListContacts, work: Work) -> ContactList:
    """Return all contacts, each with its unread messages and waiting threads."""
    return ContactList(contacts=_contacts(work))


def _contacts(work: Work) -> list[ListedContact]:
    waiting = work.thread_queries.waiting(work.shop)
    contacts = []
    for key, contact in work.all_contacts(work.shop).items():
        counts = waiting.get(key, Waiting())
        listed = ListedContact(
            **contact.model_dump(), unread_messages=counts.unread, waiting_threads=counts.threads
        )
        contacts.append(listed)
    return contacts


@service.handles(GetContact)
def get_contact(query: GetContact, work: Work) -> ContactAnswer | Reason:
    """Return a contact."""
    found = work.contact(query.key)
    if found is None:
        return Reason("unknown_contact", f"There is no contact '{query.key}'.", field="key")
    return ContactAnswer(**dict(found))


@service.handles(GetCannedMessage)
def get_canned_message(query: GetCannedMessage, work: Work) -> CannedMessageAnswer | Reason:
    """Return a predefined message."""
    found = work.canned_messages.get((work.shop, query.key))
    if found is None:
        return unknown_canned_message(query.key, field="key")
    return CannedMessageAnswer(**dict(found))


@service.handles(GetDesk)
def get_desk(_query: GetDesk, work: Work) -> Desk:
    """Return the options of the desk, with all four statuses."""
    return Desk(**desk.whole(work.options).model_dump())


@service.handles(ListCannedMessages)
def list_canned_messages(_query: ListCannedMessages, work: Work) -> CannedMessageList:
    """Return all predefined messages, by key."""
    return CannedMessageList(messages=list(work.canned_messages.of(work.shop).values()))


@service.handles(GetStatistics)
def get_statistics(query: GetStatistics, work: Work) -> DeskStatistics | Reason:
    """Return counts of threads and messages, and the response times of the last days."""
    if query.contact and work.contact(query.contact) is None:
        return Reason("unknown_contact", f"There is no contact '{query.contact}'.", field="contact")
    since = work.now - timedelta(days=query.days)
    contacts = _contacts(work) if query.with_contacts else None
    figures = work.thread_queries.statistics(work.shop, query.contact, since)
    return DeskStatistics(**figures, days=query.days, contacts=contacts)
