"""Mails about orders."""

from uuid import UUID

from services.notify.domain.composing.composer import Composer, MailContext, about
from services.notify.domain.facts import Facts, Link, Piece, VoucherTerms
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import Mailbox
from services.notify.domain.shop import Shop
from shared.contracts.conversation import Conversation
from shared.contracts.notify import OfferDownloads
from shared.contracts.orders import (
    DocumentMailRequested,
    InvoiceCorrected,
    OrderChangeAnnounced,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    RefundCreated,
    ReturnCompleted,
    ReturnConfirmed,
    ReturnDenied,
    ReturnReceived,
    ReturnRequested,
    StoreCreditGivenBack,
    StoreCreditIssued,
    VoucherCreated,
)
from shared.contracts.values import DocumentReference, Money

CONFIRMATION = "order_conf"
CHANGE_DOCUMENTS, DOCUMENTS, CORRECTED_INVOICE = (
    "change_documents",
    "documents",
    "corrected_invoice",
)
Changed = OrderEdited | OrderDiscounted | OrderShippingChanged | OrderExemptionChanged
ReturnChanged = ReturnRequested | ReturnConfirmed | ReturnDenied | ReturnReceived | ReturnCompleted


def placed(composer: Composer, event: OrderPlaced, occasion: Occasion) -> list[Mail]:
    """Return the confirmation, and the mail of the first state, which often says how to pay."""
    order, state = event.order, event.new_state
    confirmation = about(
        order,
        CONFIRMATION,
        state=state,
        lines=event.lines,
        delivery_address=event.delivery_address,
        invoice_address=event.invoice_address,
    )
    mails = [composer.order_mail(confirmation, order, occasion)]
    if state.mail_template:
        facts = about(order, state.mail_template, state=state)
        mails.append(
            composer.order_mail(facts, order, occasion, documents=tuple(event.attach), position=1)
        )
    return mails


def transitioned(composer: Composer, event: OrderTransitioned, occasion: Occasion) -> list[Mail]:
    """Return the mail of the new state, if it has one, with the documents of the event."""
    if not event.new_state.mail_template:
        return []
    facts = about(event.order, event.new_state.mail_template, state=event.new_state)
    return [composer.order_mail(facts, event.order, occasion, documents=tuple(event.attach))]


def shipping_changed(
    composer: Composer, event: OrderShippingChanged, occasion: Occasion
) -> list[Mail]:
    """Return the mail with a new tracking number of an order that has been shipped; before that,
    the mail of the state *shipped* will contain it.
    """
    number = event.tracking_number
    if not (event.shipped and number and number != event.tracking_number_before):
        return []
    return [composer.order_mail(about(event.order, "in_transit"), event.order, occasion)]


def change_documents(composer: Composer, event: Changed, occasion: Occasion) -> list[Mail]:
    """Return the mail with the invoices and credit slips of a change; none without such
    documents.
    """
    if not event.attach:
        return []
    return [
        composer.order_mail(
            about(event.order, CHANGE_DOCUMENTS),
            event.order,
            occasion,
            documents=tuple(event.attach),
        )
    ]


def invoice_corrected(
    composer: Composer, event: InvoiceCorrected, occasion: Occasion
) -> list[Mail]:
    """Return the mail with the corrected invoice and the credit slip that cancels the
    former one.
    """
    facts = about(event.order, CORRECTED_INVOICE, number=event.invoice.number)
    return [
        composer.order_mail(
            facts, event.order, occasion, documents=(event.invoice, event.credit_slip)
        )
    ]


def documents_requested(
    composer: Composer, event: DocumentMailRequested, occasion: Occasion
) -> list[Mail]:
    """Return the mail with the documents that an employee sends, to the customer or another
    address.
    """
    order = event.order
    facts = about(order, DOCUMENTS, text=event.text, email=order.customer.email).model_copy(
        update={"language": event.language, "name": event.to_name}
    )
    to = Mailbox(name=event.to_name, address=event.to)
    return [composer.order_mail(facts, order, occasion, to=to, documents=tuple(event.attach))]


def change_announced(
    composer: Composer, event: OrderChangeAnnounced, occasion: Occasion
) -> list[Mail]:
    """Return the mail with the current content of the order."""
    facts = about(
        event.order,
        "order_changed",
        lines=event.lines,
        text=event.text,
        delivery_address=event.delivery_address,
        invoice_address=event.invoice_address,
    )
    return [composer.order_mail(facts, event.order, occasion)]


def refunded(composer: Composer, event: RefundCreated, occasion: Occasion) -> list[Mail]:
    """Return the mail with the credit slip, if there is one."""
    refund, slip = event.refund, event.refund.credit_slip
    if slip is None:
        return []
    facts = about(
        event.order,
        "credit_slip",
        amount=refund.gross,
        number=slip.number,
        store_credit=_if_any(refund.store_credit),
        money=_if_any(refund.money),
        settled=_if_any(refund.settled),
        vouchers=_if_any(refund.voucher_amount),
    )
    return [composer.order_mail(facts, event.order, occasion, documents=(slip,))]


def _if_any(money: Money | None) -> Money | None:
    if money is None or not money.amount:
        return None
    return money


def return_changed(composer: Composer, event: ReturnChanged, occasion: Occasion) -> list[Mail]:
    """Return the mail about a return; each of its states has one. The confirmation attaches the
    return slip.
    """
    view = event.returned
    answer, until = "", None
    documents: tuple[DocumentReference, ...] = ()
    if isinstance(event, ReturnConfirmed | ReturnDenied):  # later mails do not repeat the answer
        answer = view.answer
    if isinstance(event, ReturnConfirmed):
        until = view.until
        documents = tuple(event.attach)
    facts = about(
        event.order,
        f"order_{event.name.replace('.', '_')}",
        text=answer,
        number=view.number,
        until=until,
        pieces=[Piece(name=line.name, quantity=line.quantity) for line in view.lines],
    )
    return [composer.order_mail(facts, event.order, occasion, documents=documents)]


def voucher_created(composer: Composer, event: VoucherCreated, occasion: Occasion) -> list[Mail]:
    """Return the mail with a voucher's code for its customer; none for a voucher open to everyone,
    or one already used up by its order.
    """
    voucher, customer = event.voucher, event.customer
    if customer is None or event.remaining_uses == 0:
        return []
    percent = ""
    if voucher.percent:
        percent = f"{voucher.percent.normalize():f}"
    voucher_terms = VoucherTerms(
        code=event.code,
        amount=voucher.amount,
        free_shipping=voucher.free_shipping,
        until=voucher.valid_until,
        percent=percent,
    )
    facts = Facts(
        template="voucher",
        language=event.language,
        shop=event.shop,
        name=customer.name,
        voucher_terms=voucher_terms,
    )
    conversation = _conversation(event.order_id, event.voucher_id)
    return [
        composer.mail(
            facts,
            Mailbox(name=customer.name, address=customer.email),
            MailContext(conversation, event.order_id),
            occasion,
            customer_id=customer.customer_id,
        )
    ]


def _conversation(order_id: UUID | None, thread: UUID) -> Conversation:
    """Return the conversation of the order, or one of its own without an order."""
    if order_id:
        return Conversation("order", order_id)
    return Conversation("thread", thread)


def store_credit_changed(
    composer: Composer, event: StoreCreditIssued | StoreCreditGivenBack, occasion: Occasion
) -> list[Mail]:
    """Return the mail about store credit, if the customer is known. A reason entered by an employee
    is included.
    """
    customer = event.customer
    if customer is None:
        return []
    reason = event.reason
    if event.order_id:
        reason = ""
    facts = Facts(
        template="store_credit",
        language=event.language,
        shop=event.shop,
        name=customer.name,
        balance=event.balance,
        voucher_terms=VoucherTerms(code=event.code, amount=event.amount, until=event.expires_at),
        given_back=isinstance(event, StoreCreditGivenBack),
        text=reason,
    )
    conversation = _conversation(event.order_id, event.lot_id)
    to = Mailbox(name=customer.name, address=customer.email)
    context = MailContext(conversation, event.order_id)
    return [composer.mail(facts, to, context, occasion, customer_id=customer.customer_id)]


def downloads_offered(
    composer: Composer, command: OfferDownloads, shop: Shop, occasion: Occasion
) -> list[Mail]:
    """Return the mail with the download links of purchased products."""
    customer = command.customer
    facts = Facts(
        template="download_product",
        language=command.language,
        shop=shop.profile,
        name=customer.name,
        reference=command.order_reference,
        links=[Link(name=link.name, url=link.url) for link in command.links],
    )
    context = MailContext(Conversation("order", command.order_id), command.order_id)
    to = Mailbox(name=customer.name, address=customer.email)
    return [composer.mail(facts, to, context, occasion, customer_id=customer.customer_id)]
