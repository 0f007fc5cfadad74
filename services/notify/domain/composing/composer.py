"""What all mails have in common: a sender, an address for answers, an identity."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.notify.domain.designs import design_of
from services.notify.domain.facts import Facts
from services.notify.domain.mail import Mail, Occasion, Writer
from services.notify.domain.mime import Mailbox, MailContent, answer_address, ascii_domain
from shared.contracts.conversation import Conversation, SigningKeys, message_id, reply_address
from shared.contracts.orders import OrderSummary
from shared.contracts.shop_profile import ShopProfile


@dataclass(frozen=True)
class MailContext:
    """Where a mail, and an answer to it, belong. `reply_to`: somebody else than the shop; `to`: who
    the mail is to, of which this is a copy; `cc`: who is shown to get one.
    """

    conversation: Conversation
    order_id: UUID | None = None
    thread_id: UUID | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    to: Mailbox | None = None
    cc: tuple[Mailbox, ...] = ()


@dataclass(frozen=True)
class Composer:
    """Writes mails: `writer` has the words, `keys` sign where an answer belongs."""

    writer: Writer
    keys: SigningKeys

    def mail(
        self, facts: Facts, to: Mailbox, context: MailContext, occasion: Occasion, **more: Any
    ) -> Mail:
        """A mail of the shop; `more` are fields of `Mail`, such as the documents `wanted`."""
        token = self.keys.sign(context.conversation)
        mail_id = occasion.mail_id(to.address, facts.template)
        content = MailContent(
            sender=Mailbox(name=facts.shop.name, address=facts.shop.email),
            recipient=to,
            reply_to=context.reply_to or answer_address(reply_address(facts.shop.email, token)),
            message_id=message_id(mail_id, token, domain_of(facts.shop)),
            in_reply_to=context.in_reply_to,
            references=list(context.references),
            automatic=design_of(facts.template).automatic,
            written_at=occasion.at,
            body=self.writer.write(facts, more.get("wanted", ())),
            to=context.to,
            cc=list(context.cc),
        )
        return Mail(
            mail_id,
            occasion,
            facts,
            content,
            str(context.conversation),
            order_id=context.order_id,
            thread_id=context.thread_id,
            **more,
        )

    def order_mail(
        self,
        facts: Facts,
        order: OrderSummary,
        occasion: Occasion,
        to: Mailbox | None = None,
        **more: Any,
    ) -> Mail:
        """Return a mail about an order, to the customer or to somebody else; all mails of an order
        hang on one root.
        """
        context = MailContext(
            Conversation("order", order.order_id),
            order.order_id,
            references=(f"<order.{order.order_id.hex}@{domain_of(facts.shop)}>",),
        )
        customer = Mailbox(name=order.customer.name, address=order.customer.email)
        return self.mail(
            facts, to or customer, context, occasion, customer_id=order.customer.customer_id, **more
        )


def domain_of(shop: ShopProfile) -> str:
    """The part behind the @ of its address, as mail servers write it."""
    return ascii_domain(shop.email).rpartition("@")[2]


def about(order: OrderSummary, template: str, **more: Any) -> Facts:
    """The facts of a mail about an order, in its language."""
    return Facts(
        template=template,
        language=order.language,
        shop=order.shop,
        name=order.customer.name,
        order=order,
        **more,
    )
