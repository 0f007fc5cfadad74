"""How the shop sets up its desk, and how the desk is doing."""

from collections.abc import Iterable
from datetime import timedelta

from services.ingest.domain import desk, texts
from services.ingest.domain.contacts import Waiting
from services.ingest.handlers.threads import unknown_canned_message
from services.ingest.work import Work
from shared.contracts.ingest import (
    AskStatistics,
    CannedMessage,
    CannedMessageChanged,
    CannedMessageList,
    CannedMessageRemoved,
    Contact,
    ContactChanged,
    ContactList,
    Desk,
    DeskChanged,
    DeskOptions,
    DeskStatistics,
    GetDesk,
    ListCannedMessages,
    ListContacts,
    ListedContact,
    PutCannedMessage,
    PutContact,
    PutDesk,
    RemoveCannedMessage,
)
from shared.contracts.message import Event, Refusal
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(PutContact)
def put_contact(command: PutContact, work: Work) -> Iterable[Event]:
    """Adds a contact, or replaces it; its threads stay."""
    key = (work.shop, command.key)
    work.contacts.preload([key])
    work.contacts.save(key, Contact(**command.model_dump()))
    return [ContactChanged(**command.model_dump())]


@service.handles(PutDesk)
def put_desk(command: PutDesk, work: Work) -> Iterable[Event]:
    """Sets the options, whole."""
    wrong = desk.objection(command)
    if wrong:
        return [wrong]
    options = DeskOptions(**command.model_dump())
    work.desks.preload([work.shop])
    work.desks.save(work.shop, options)
    return [DeskChanged(**desk.whole(options).model_dump())]


@service.handles(PutCannedMessage)
def put_canned_message(command: PutCannedMessage, work: Work) -> Iterable[Event]:
    """Adds a predefined message, or replaces it."""
    wrong = texts.objection(command.texts)
    if wrong:
        language, reason = wrong
        return [command.refuse("unknown_placeholder", reason, field=f"texts.{language}")]
    key = (work.shop, command.key)
    work.canned_messages.preload([key])
    work.canned_messages.save(key, CannedMessage(**command.model_dump()))
    return [CannedMessageChanged(**command.model_dump())]


@service.handles(RemoveCannedMessage)
def remove_canned_message(command: RemoveCannedMessage, work: Work) -> Iterable[Event]:
    """Takes a predefined message away."""
    key = (work.shop, command.key)
    if work.canned_messages.get(key) is None:
        return [unknown_canned_message(command, command.key, field="key")]
    work.canned_messages.save(key, None)
    return [CannedMessageRemoved(key=command.key)]


@service.handles(ListContacts)
def list_contacts(_query: ListContacts, work: Work) -> ContactList:
    """All contacts, with what waits for each."""
    waiting, found = work.listing.waiting(work.shop), work.all_contacts(work.shop)
    counts = {key: waiting.get(key, Waiting()) for key in found}
    return ContactList(contacts=[
        ListedContact(**contact.model_dump(), unread=counts[key].unread, waiting=counts[key].threads)
        for key, contact in found.items()
    ])


@service.handles(GetDesk)
def get_desk(_query: GetDesk, work: Work) -> Desk:
    """The options, with all four statuses."""
    return Desk(**desk.whole(work.options).model_dump())


@service.handles(ListCannedMessages)
def list_canned_messages(_query: ListCannedMessages, work: Work) -> CannedMessageList:
    """All predefined messages, by key."""
    return CannedMessageList(messages=list(work.canned_messages.of(work.shop).values()))


@service.handles(AskStatistics)
def ask_statistics(query: AskStatistics, work: Work) -> DeskStatistics | Refusal:
    """What is there, and how fast it was answered lately."""
    if query.contact and work.contact(query.contact) is None:
        return query.refuse("unknown_contact", f"There is no contact '{query.contact}'.", field="contact")
    since = work.now - timedelta(days=query.days)
    return DeskStatistics(**work.listing.statistics(work.shop, query.contact, since), days=query.days)
