"""Export and erase the personal data of a customer."""

from collections.abc import Iterable
from uuid import UUID

from services.notify.domain import privacy
from services.notify.domain.mail import Mail
from services.notify.handlers.queue import Published
from services.notify.store.suppressions import Key
from services.notify.work import MAILS, SUPPRESSIONS, Work
from shared.contracts.common import CustomerErased, EraseCustomer, ExportCustomer
from shared.contracts.envelope import Envelope
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def mails_about(
    command: EraseCustomer | ExportCustomer, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the mails about a customer."""
    return work.mails.of_customer(at.shop, command.customer_id, command.emails)


def addresses(command: EraseCustomer, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the addresses of a customer and of the mails about them."""
    emails = list(command.emails)
    for mail_id in mails_about(command, at, work):
        mail = work.mails.get(mail_id)
        if mail:
            emails.append(mail.recipient)
    return [(at.shop, email.lower()) for email in emails]


@service.handles(EraseCustomer, locks=[MAILS.of(mails_about), SUPPRESSIONS.of(addresses)])
def erase_customer(command: EraseCustomer, work: Work) -> Published:
    """Erase the personal data in the customer's mails, except in those still to be sent."""
    over, running = [], []
    for mail in _mails(command, work):
        if mail.erased:
            continue
        if mail.finished:
            over.append(mail)
        else:
            running.append(mail)
    emails = list(command.emails)
    for mail in over:
        work.mails.save(mail.mail_id, privacy.anonymous(mail))
        emails.append(mail.recipient)
    work.erasing.attempts(mail.mail_id for mail in over)
    erased = {
        "mails": len(over),
        "documents": work.erasing.documents(privacy.documents(over, running)),
        "suppressions": work.erasing.suppressions(work.shop, emails),
    }
    kept = privacy.still_running(running)
    return [
        CustomerErased(
            customer_id=command.customer_id, service=work.service, erased=erased, kept=kept
        )
    ]


@service.handles(ExportCustomer, locks=[MAILS.of(mails_about)])
def export_customer(command: ExportCustomer, work: Work) -> Published:
    """Publish all mails about the customer."""
    return privacy.export(command.customer_id, _mails(command, work), work.service)


def _mails(command: EraseCustomer | ExportCustomer, work: Work) -> list[Mail]:
    ids = work.mails.of_customer(work.shop, command.customer_id, command.emails)
    work.mails.preload(ids)
    return list(filter(None, map(work.mails.get, ids)))
