"""From what happened to the mails that tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.notify.domain.letter import Letter, Mailbox, answer_address, ascii_domain, chain
from services.notify.domain.mail import Mail, Occasion, Writer
from services.notify.domain.text import without_answer_marks
from services.notify.domain.wording import Facts
from shared.contracts.conversation import Conversation, SigningKeys, message_id, reply_address
from shared.contracts.ingest import ThreadReplied
from shared.contracts.orders import DocumentReference, OrderPlaced, OrderSummary, OrderTransitioned, StateView
from shared.contracts.values import ShopProfile

CONFIRMATION, REPLY = "order_conf", "reply_msg"


@dataclass(frozen=True)
class Drafter:
    """Writes mails: `writer` has the words, `keys` sign where an answer belongs."""

    writer: Writer
    keys: SigningKeys

    def placed(self, event: OrderPlaced, occasion: Occasion) -> list[Mail]:
        """The confirmation, and what the first state has to say (how to pay, most often)."""
        facts = _facts(event.order, event.state, CONFIRMATION).model_copy(update={"lines": event.lines})
        mails = [self._order_mail(event.order, facts, occasion)]
        if event.state.mail_template:
            facts = _facts(event.order, event.state, event.state.mail_template)
            mails.append(self._order_mail(event.order, facts, occasion, event.attach, position=1))
        return mails

    def transitioned(self, event: OrderTransitioned, occasion: Occasion) -> list[Mail]:
        """The mail of the new state, if it has one; it takes along what the event names."""
        if not event.state.mail_template:
            return []
        facts = _facts(event.order, event.state, event.state.mail_template)
        return [self._order_mail(event.order, facts, occasion, event.attach)]

    def replied(self, event: ThreadReplied, shop: ShopProfile, occasion: Occasion) -> list[Mail]:
        """An employee's answer, in the customer's thread."""
        thread = event.thread
        facts = Facts(
            template=REPLY, language=thread.language, shop=shop, name=thread.customer_name,
            subject=without_answer_marks(thread.subject), text=event.message.text,
        )
        letter = self._letter(
            facts, thread.customer_email, Conversation.parse(thread.conversation), occasion,
            in_reply_to="".join(chain([], event.in_reply_to)),
            references=chain(event.references, event.in_reply_to),
        )
        about = {"order_id": thread.order_id, "thread_id": event.thread_id}
        return [_mail(occasion, facts, letter, thread.conversation, **about)]

    def _order_mail(
        self, order: OrderSummary, facts: Facts, occasion: Occasion, documents: Sequence[DocumentReference] = (),
        position: int = 0,
    ) -> Mail:
        conversation = Conversation("order", order.order_id)
        root = f"<order.{order.order_id.hex}@{_domain(facts.shop)}>"
        letter = self._letter(facts, order.customer.email, conversation, occasion, documents, references=[root])
        return _mail(
            occasion, facts, letter, str(conversation),
            order_id=order.order_id, wanted=tuple(documents), position=position,
        )

    def _letter(
        self, facts: Facts, recipient: str, conversation: Conversation, occasion: Occasion,
        documents: Sequence[DocumentReference] = (), **threading: Any,
    ) -> Letter:
        token = self.keys.sign(conversation)
        return Letter(
            sender=Mailbox(name=facts.shop.name, address=facts.shop.email),
            recipient=Mailbox(name=facts.name, address=recipient),
            reply_to=answer_address(reply_address(facts.shop.email, token)),
            message_id=message_id(occasion.mail_id(recipient, facts.template), token, _domain(facts.shop)),
            automatic=facts.template != REPLY,
            written_at=occasion.at,
            content=self.writer.write(facts, documents),
            **threading,
        )


def _facts(order: OrderSummary, state: StateView, template: str) -> Facts:
    return Facts(
        template=template, language=order.language, shop=order.shop, name=order.customer.name, order=order, state=state
    )


def _mail(occasion: Occasion, facts: Facts, letter: Letter, conversation: str, **more: Any) -> Mail:
    mail_id = occasion.mail_id(letter.recipient.address, facts.template)
    return Mail(mail_id, occasion, facts, letter, conversation, **more)


def _domain(shop: ShopProfile) -> str:
    return ascii_domain(shop.email).rpartition("@")[2]
