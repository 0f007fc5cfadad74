"""The tables of `ingest`."""

from services.ingest.store.customer_tables import customers, documents, order_changes, orders
from services.ingest.store.mail_tables import (
    inbound_mails,
    known_mails,
    mailboxes,
    raw_mails,
    server_names,
)
from services.ingest.store.shop_tables import canned_messages, contacts, desks, shops
from services.ingest.store.table_metadata import metadata
from services.ingest.store.thread_tables import (
    attachments,
    forwards,
    pages,
    submissions,
    thread_messages,
    thread_words,
    threads,
)
from shared.runtime.storage import message_tables

__all__ = [
    "attachments",
    "canned_messages",
    "contacts",
    "customers",
    "desks",
    "documents",
    "forwards",
    "inbound_mails",
    "known_mails",
    "mailboxes",
    "metadata",
    "order_changes",
    "orders",
    "pages",
    "raw_mails",
    "server_names",
    "shops",
    "submissions",
    "thread_messages",
    "thread_words",
    "threads",
]

message_tables.add_to(metadata)
