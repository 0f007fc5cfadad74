"""The contact form: each form becomes a thread, or a mail, or a thread after its mail failed."""

from collections.abc import Iterable
from uuid import UUID

from services.ingest.domain import form_limits, submission
from services.ingest.domain.commands import ForgetSubmission
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.language import language_of, written_as
from services.ingest.domain.submission import AcceptedForm, FormContext
from services.ingest.domain.thread import thread_id_of
from services.ingest.store.customers import Key as CustomerKey
from services.ingest.store.submissions import Key as SubmissionKey
from services.ingest.work import Work
from services.ingest.work.locks import CUSTOMERS, FORM_SENDERS, ORDERS, SUBMISSIONS, THREADS
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import SubmitContact
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def form_senders(command: SubmitContact, at: Envelope, _work: Work) -> Iterable[str]:
    """Return lock names for sender and client of a form, so that concurrent forms are counted one
    after the other.
    """
    origin = form_limits.origin_of(at.shop, command)
    return [f"form/{digest}" for digest in filter(None, (origin.sender, origin.client))]


def named_submission(
    command: SubmitContact | ForgetSubmission, at: Envelope, _work: Work
) -> Iterable[SubmissionKey]:
    """Return the submission of a command."""
    return [(at.shop, command.submission_id)]


def submitter(command: SubmitContact, at: Envelope, _work: Work) -> Iterable[CustomerKey]:
    """Return the customer that sends a form, if they are signed in."""
    return [(at.shop, command.customer_id)] if command.customer_id else []


def named_order(command: SubmitContact, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the order of a form."""
    order_id = _order_id(command, at.shop, work)
    return [order_id] if order_id else []


def thread_of_form(command: SubmitContact, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the thread of a form."""
    order_id = _order_id(command, at.shop, work)
    order = work.orders.get(order_id) if order_id else None
    return [thread_id_of(submission.conversation_of(at.shop, command, order))]


@service.handles(
    SubmitContact,
    locks=[
        FORM_SENDERS.of(form_senders),
        SUBMISSIONS.of(named_submission),
        CUSTOMERS.of(submitter),
        ORDERS.of(named_order),
        THREADS.of(thread_of_form),
    ],
)
def submit_contact(command: SubmitContact, work: Work) -> Iterable[Event] | Reason:
    """File a contact form. A submission that was accepted before changes nothing."""
    key = (work.shop, command.submission_id)
    if work.submissions.get(key):
        return []
    context = _form_context(command, work)
    wrong = work.mail_objection or submission.objection(command, context)
    if wrong:
        return wrong
    if context.contact is None:
        return []
    return _save(submission.accept(command, context.contact, context, work.now), work)


@service.handles(ForgetSubmission, locks=[SUBMISSIONS.of(named_submission)])
def forget_submission(command: ForgetSubmission, work: Work) -> None:
    """Remove the content of a form if its mail did not bounce for some time."""
    key = (work.shop, command.submission_id)
    found = work.submissions.get(key)
    if found:
        work.submissions.save(key, found.without_content())


def submissions_of(conversation: str, shop: str, work: Work) -> Iterable[SubmissionKey]:
    """Return the submission of a conversation's mails, to be locked."""
    if not conversation.startswith("thread/"):
        return []
    return work.submissions.of_conversations([(shop, conversation)])


def stored_forms(conversation: str, shop: str, work: Work) -> list[SubmitContact]:
    """Return the stored form for the mails of a conversation."""
    if not conversation.startswith("thread/"):
        return []
    return work.submissions.stored_forms(shop, conversation)


def form_mailed_by(conversation: str, recipient: str, work: Work) -> SubmitContact | None:
    """Return the stored form that this mail carries to its contact; None for the confirmation to
    its sender.
    """
    if not conversation.startswith("thread/"):
        return None
    found = work.submissions.mailed_as(work.shop, conversation)
    if found is None or found.held is None or found.held.email.lower() == recipient.lower():
        return None
    return found.held


def file_undelivered_form(conversation: str, recipient: str, work: Work) -> Iterable[Event]:
    """File the form that could not be mailed to its contact."""
    held = form_mailed_by(conversation, recipient, work)
    if held is None:
        return []
    return _save(submission.file_undelivered(held, _form_context(held, work), work.now), work)


def _form_context(command: SubmitContact, work: Work) -> FormContext:
    order = _order(command, work)
    origin = form_limits.origin_of(work.shop, command)
    return FormContext(
        shop=work.shop,
        contact=work.contact(command.contact),
        order=order,
        thread=work.thread(thread_id_of(submission.conversation_of(work.shop, command, order))),
        options=work.options,
        language=_language(command, order, work),
        lately=work.submissions.lately(work.shop, origin, work.now - form_limits.HOUR),
    )


def _order(command: SubmitContact, work: Work) -> KnownOrder | None:
    order_id = _order_id(command, work.shop, work)
    return work.orders.get(order_id) if order_id else None


def _order_id(command: SubmitContact, shop: str, work: Work) -> UUID | None:
    if not command.order_reference:
        return None
    reference = (shop, command.order_reference)
    return work.orders.with_references([reference]).get(reference)


def _language(command: SubmitContact, order: KnownOrder | None, work: Work) -> str:
    """Return the language for answers to the customer."""
    if command.customer_id:
        customer = work.customers.get((work.shop, command.customer_id))
    else:
        customer = work.customers.with_email(work.shop, command.email)
    if customer:
        return customer.language
    if order and order.belongs_to(command.email, command.customer_id):
        return order.language
    if command.language:
        return written_as(command.language, command.text)
    return language_of(command.text) or work.shop_language


def _save(accepted: AcceptedForm, work: Work) -> Iterable[Event]:
    form = accepted.submission
    work.submissions.save((work.shop, form.submission_id), form)
    if accepted.thread and accepted.message:
        work.save_message(accepted.thread, accepted.message, accepted.files)
    return accepted.events
