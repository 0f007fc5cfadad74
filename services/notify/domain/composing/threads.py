"""Mails of conversations: messages from employees, and from the contact form."""

from dataclasses import replace
from uuid import UUID, uuid5

from services.notify.domain.composing.composer import Composer, MailContext
from services.notify.domain.facts import Facts, Quote
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import Mailbox, chain
from services.notify.domain.shop import Shop
from services.notify.domain.text import without_answer_marks
from shared.contracts.conversation import SUBJECT_TOKEN, Conversation, subject_token
from shared.contracts.ingest import (
    ContactSubmitted,
    OrderMessagePosted,
    ThreadForwarded,
    ThreadReplied,
    ThreadView,
)

EmployeeMail = ThreadReplied | OrderMessagePosted | ThreadForwarded
REPLY, COMMENT = "reply_msg", "order_merchant_comment"


def replied(
    composer: Composer, event: ThreadReplied | OrderMessagePosted, shop: Shop, occasion: Occasion
) -> list[Mail]:
    """Return the mail with an employee's message to the customer, in the customer's thread, and its
    copies.
    """
    thread = event.thread
    facts = Facts(
        template=REPLY if isinstance(event, ThreadReplied) else COMMENT,
        language=thread.language,
        shop=shop.profile,
        name=thread.customer_name,
        subject=_subject(thread),
        text=event.message.text,
        reference=thread.order_reference or "",
    )
    context = MailContext(
        Conversation.parse(thread.conversation),
        thread.order_id,
        event.thread_id,
        in_reply_to="".join(chain([], event.in_reply_to)),
        references=tuple(chain(event.references, event.in_reply_to)),
    )
    to = Mailbox(name=thread.customer_name, address=thread.customer_email)
    return _with_copies(composer, facts, to, context, event, occasion)


def _with_copies(
    composer: Composer,
    facts: Facts,
    to: Mailbox,
    context: MailContext,
    event: EmployeeMail,
    occasion: Occasion,
) -> list[Mail]:
    """Return the mail and one for each copy. Each mail has one recipient, so that it is retried,
    bounces and is resent on its own. All show the same `To` and `Cc`.
    """
    visible = tuple(Mailbox(name="", address=address) for address in event.cc)
    context = replace(context, cc=visible)
    common = {
        "documents": tuple(event.documents),
        "file_keys": tuple(file_keys(event)),
        "customer_id": event.thread.customer_id,
    }
    mails = [composer.mail(facts, to, context, occasion, **common)]
    about = facts.model_copy(update={"email": event.thread.customer_email})
    for position, address in enumerate([*event.cc, *event.bcc], 1):
        copy, other = replace(context, to=to), Mailbox(name="", address=address)
        mails.append(composer.mail(about, other, copy, occasion, position=position, **common))
    return mails


def _subject(thread: ThreadView) -> str:
    """Return the thread's subject, with the thread's token if no order is named: a new mail from
    the customer can then be matched.
    """
    subject = without_answer_marks(SUBJECT_TOKEN.sub("", thread.subject)).strip()
    named = not subject or thread.order_reference
    if named:
        return subject
    return f"{subject} {subject_token(thread.thread_id)}"


def forwarded(
    composer: Composer, event: ThreadForwarded, shop: Shop, occasion: Occasion
) -> list[Mail]:
    """Return the mails that forward a thread, with its messages. Answers return to the thread by an
    address that distinguishes them from the customer's.
    """
    thread = event.thread
    facts = Facts(
        template="forward_msg",
        language=shop.language,
        shop=shop.profile,
        name=thread.customer_name,
        email=thread.customer_email,
        subject=thread.subject,
        reference=thread.order_reference or "",
        author=event.by,
        text=event.comment,
        quotes=[
            Quote(author=message.author, at=message.at, text=message.text)
            for message in event.messages
        ],
        files=[file.filename for file in event.attachments],
        left_out=event.left_out,
        answers_customer=event.employee is not None and not event.advice,
    )
    context = MailContext(
        Conversation("forward", event.forward_id), thread.order_id, event.thread_id
    )
    to = Mailbox(name=event.employee or "", address=event.email)
    return _with_copies(composer, facts, to, context, event, occasion)


def submitted(
    composer: Composer, event: ContactSubmitted, shop: Shop, occasion: Occasion
) -> list[Mail]:
    """Return the message for the contact, to be answered directly, and the confirmation for the
    customer.
    """
    conversation = Conversation.parse(event.conversation or f"thread/{event.submission_id}")
    thread_id = event.thread.thread_id if event.thread else None
    facts = Facts(
        template="contact_form",
        language=event.language,
        shop=shop.profile,
        name=event.customer_name,
        email=event.email,
        contacts=event.contact_details.names,
        text=event.text,
        reference=event.order_reference or "",
        product=event.sku or "",
        files=event.filenames,
    )
    to, context = (
        Mailbox(name=event.customer_name, address=event.email),
        MailContext(conversation, event.order_id, thread_id),
    )
    mails = [composer.mail(facts, to, context, occasion, position=1)]
    if event.mailed:
        notice = facts.model_copy(update={"template": "contact", "language": shop.language})
        contact = Mailbox(name="", address=event.contact_details.email or shop.profile.email)
        answer_context = MailContext(conversation, event.order_id, thread_id, reply_to=event.email)
        mails.insert(
            0,
            composer.mail(
                notice, contact, answer_context, occasion, file_keys=tuple(file_keys(event))
            ),
        )
    return mails


def file_keys(event: EmployeeMail | ContactSubmitted) -> list[UUID]:
    """Return the keys under which the files of an event are stored."""
    return [uuid5(_key(event), str(number)) for number, _ in enumerate(event.attachments)]


def _key(event: EmployeeMail | ContactSubmitted) -> UUID:
    if isinstance(event, ContactSubmitted):
        return event.submission_id
    if isinstance(event, ThreadForwarded):
        return event.forward_id
    return event.message.message_id
