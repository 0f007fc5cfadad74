"""Erase and export personal data of threads, messages, customers and orders."""

from collections.abc import Sequence
from dataclasses import replace

from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.thread import Thread
from shared.contracts.common import CustomerExported
from shared.contracts.ingest import Thread as ShownThread, ThreadCustomer, ThreadMessage

NAME, ADDRESS = "erased", "erased@erased.invalid"
PART = 20  # threads per event


def anonymous_thread(thread: Thread) -> Thread:
    """Return the thread without personal data; it still counts in statistics."""
    view = thread.view.model_copy(
        update={
            "customer_email": ADDRESS,
            "customer_name": NAME,
            "customer_id": None,
            "subject": NAME,
            "status": "closed",
            "unread_messages": 0,
            "waits_since": None,
            "participants": [],
            "related": None,
        }
    )
    return replace(thread, view=view, last_mail="", chain=(), copied=())


def anonymous_message(message: ThreadMessage) -> ThreadMessage:
    """Return the message without its content; the names of employees remain."""
    author = message.author if message.direction == "employee" else ADDRESS
    return message.model_copy(
        update={
            "author": author,
            "text": NAME,
            "unread": False,
            "mail_message_id": "",
            "folds": [],
            "attachments": [],
            "formatted": False,
            "marks": [],
            "documents": [],
            "cc": [],
            "bcc": [],
        }
    )


def anonymous_order(order: KnownOrder) -> KnownOrder:
    """Return the order without personal data: anyone answering its mails is a stranger from then
    on.
    """
    return replace(order, customer_email=ADDRESS, customer_name=NAME, customer_id="")


def export(
    customer_id: str,
    known: ThreadCustomer | None,
    threads: Sequence[ShownThread],
    service: str = "ingest",
) -> list[CustomerExported]:
    """Return the stored data as events of some threads each; the customer is in the first."""
    shown = [thread.model_dump(mode="json", include={"thread", "messages"}) for thread in threads]
    count = max(1, -(-len(shown) // PART))
    events = []
    for number in range(1, count + 1):
        records: dict[str, object] = {"threads": shown[(number - 1) * PART : number * PART]}
        if known and number == 1:
            records["customers"] = [known.model_dump(mode="json")]
        event = CustomerExported(
            customer_id=customer_id, service=service, part=number, parts=count, records=records
        )
        events.append(event)
    return events
