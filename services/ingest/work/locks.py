"""The kinds of locks of `ingest`, in the order in which every batch takes them."""

from uuid import UUID

from services.ingest.store.customers import Key as CustomerKey
from services.ingest.store.shop_settings import Key as DefinitionKey
from services.ingest.store.submissions import Key as SubmissionKey
from shared.runtime.storage.locks import LockKind

MAILBOXES = LockKind[str]("mailboxes")
MAILS = LockKind[UUID]("mails")
READ_MAILS = LockKind[UUID]("read mails")
"""Mails to be parsed; their Message-IDs are locked."""
CUSTOMERS = LockKind[CustomerKey]("customers")
FORM_SENDERS = LockKind[str]("form senders")
SUBMISSIONS = LockKind[SubmissionKey]("submissions")
ORDERS = LockKind[UUID]("orders")
THREADS = LockKind[UUID]("threads")
MESSAGES = LockKind[UUID]("messages")
"""Loaded in advance; guarded by the lock of their thread."""
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
