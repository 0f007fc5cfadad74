"""Compose a mail: its sender, address for answers, identifiers and text."""

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
    """The conversation of a mail and of the answers to it. `reply_to` overrides the shop's address;
    `to` is the original recipient if this mail is a copy; `cc` are the visible copies.
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
    """Composes mails: `writer` writes the text, `keys` sign the conversation into identifiers."""

    writer: Writer
    keys: SigningKeys

    def mail(
        self, facts: Facts, to: Mailbox, context: MailContext, occasion: Occasion, **more: Any
    ) -> Mail:
        """Return a mail from the shop; `more` are further fields of `Mail`, such as `documents`."""
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
            body=self.writer.write(facts, more.get("documents", ())),
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
        """Return a mail about an order, to the customer or to `to`. All mails of an order refer to
        one root, so that mail programs group them.
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
    """Return the domain of the shop's address in ASCII."""
    return ascii_domain(shop.email).rpartition("@")[2]


def about(order: OrderSummary, template: str, **more: Any) -> Facts:
    """Return the facts of a mail about an order, in the order's language."""
    return Facts(
        template=template,
        language=order.language,
        shop=order.shop,
        name=order.customer.name,
        order=order,
        **more,
    )
