"""Which rows the messages of a batch will change: they are locked before anything is decided, kind
by kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.ingest.domain.commands import ForgetSubmission
from services.ingest.store.customers import Customers, KnownOrders
from services.ingest.store.documents import Documents
from services.ingest.store.submissions import Submissions
from services.ingest.store.threads import Threads
from shared.contracts.common import EraseCustomer, ExportCustomer
from shared.contracts.ingest import (
    Enclosed,
    MailBounced,
    MergeThread,
    PostOrderMessage,
    SubmitContact,
)
from shared.contracts.message import Command
from shared.contracts.notify import MailFailed, MailSent, MailSuppressed
from shared.contracts.orders import (
    CustomerChanged,
    OrderCustomerChanged,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    PaymentRecorded,
    PaymentRefunded,
    PaymentReversed,
)
from shared.runtime.storage.unit_of_work import Arrived

ABOUT_MAILS = MailSent | MailFailed | MailSuppressed
ABOUT_CUSTOMERS = CustomerChanged | EraseCustomer | ExportCustomer
ABOUT_ORDERS = (
    PostOrderMessage
    | OrderPlaced
    | OrderTransitioned
    | OrderEdited
    | OrderDiscounted
    | OrderShippingChanged
    | OrderExemptionChanged
    | OrderCustomerChanged
    | PaymentRecorded
    | PaymentRefunded
    | PaymentReversed
)


@dataclass(frozen=True)
class Named:
    """What messages name, directly or by a customer, a reference or a conversation."""

    batch: Sequence[Arrived]
    known_customers: Customers
    known_orders: KnownOrders
    known_threads: Threads
    known_submissions: Submissions
    known_documents: Documents

    def customers(self) -> Iterator[tuple[str, str]]:
        """By shop and key."""
        return (
            (at.shop, told.customer_id)
            for at, told in self.batch
            if isinstance(told, ABOUT_CUSTOMERS)
        )

    def submissions(self) -> Iterator[tuple[str, UUID]]:
        """By shop and id."""
        named = SubmitContact | ForgetSubmission
        yield from (
            (at.shop, told.submission_id) for at, told in self.batch if isinstance(told, named)
        )
        mails = [(at.shop, told.mail) for at, told in self.batch if isinstance(told, ABOUT_MAILS)]
        places = [(shop, mail.conversation) for shop, mail in mails]
        places += [
            (at.shop, told.conversation) for at, told in self.batch if isinstance(told, MailBounced)
        ]
        own = [
            (shop, conversation)
            for shop, conversation in places
            if conversation.startswith("thread/")
        ]
        yield from self.known_submissions.of_conversations(own) if own else ()

    def orders(self) -> Iterator[UUID]:
        """By id."""
        forms = [
            (at.shop, told.order_reference)
            for at, told in self.batch
            if isinstance(told, SubmitContact)
        ]
        references = [(shop, reference) for shop, reference in forms if reference]
        yield from self.known_orders.with_references(references).values() if references else ()
        yield from (told.order_id for _, told in self.batch if isinstance(told, ABOUT_ORDERS))
        for at, told in self.batch:
            if isinstance(told, Enclosed):
                found = self.known_documents.named(at.shop, told.documents)
                yield from (document.order_id for document in found)
        for shop, told in self._privacy():
            found = self.known_orders.of(
                shop, told.customer_id, self.known_customers.emails(shop, told)
            )
            yield from (order.order_id for order in found)

    def threads(self) -> Iterator[UUID]:
        """By id."""
        for _, told in self.batch:
            if isinstance(told, Command) and told.subject_field == "thread_id":
                yield UUID(told.aggregate_key)
                yield from [told.into] if isinstance(told, MergeThread) else []
            elif isinstance(told, ABOUT_MAILS) and told.mail.thread_id:
                yield told.mail.thread_id
            elif isinstance(told, MailBounced):
                yield told.thread_id
        for shop, told in self._privacy():
            yield from self.known_threads.of(
                shop, told.customer_id, self.known_customers.emails(shop, told)
            )

    def _privacy(self) -> Iterator[tuple[str, EraseCustomer | ExportCustomer]]:
        return (
            (at.shop, told)
            for at, told in self.batch
            if isinstance(told, EraseCustomer | ExportCustomer)
        )
