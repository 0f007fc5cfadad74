from dataclasses import replace
from uuid import UUID

import pytest

from services.notify.domain.composing import orders, threads
from services.notify.domain.composing.composer import Composer
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.shop import Shop
from shared.contracts import samples
from shared.contracts.conversation import Conversation, SigningKeys, tokens_in
from shared.contracts.ingest import ThreadReplied
from shared.contracts.orders import OrderPlaced, OrderTransitioned
from shared.contracts.shop_profile import ShopProfile
from tests.notify.builders import (
    COMPOSER,
    KEYS,
    confirmation,
    occasion,
    placed,
    replied,
    state_mail,
    transitioned,
)

SHOP = Shop(ShopProfile.model_validate(samples.SHOP_PROFILE), 1)


def reply(**changes: object) -> Mail:
    return threads.replied(
        COMPOSER, ThreadReplied.model_validate(replied(**changes)), SHOP, occasion()
    )[0]


def test_a_placed_order_is_confirmed_and_its_first_state_told() -> None:
    mails = orders.placed(COMPOSER, OrderPlaced.model_validate(placed()), occasion())
    assert [mail.template for mail in mails] == ["order_conf", "bankwire"]
    assert [mail.position for mail in mails] == [0, 1]


def test_the_mail_of_a_first_state_takes_its_documents_along_and_the_confirmation_none() -> None:
    event = OrderPlaced.model_validate(
        placed(attach=[samples.INVOICE_REFERENCE], new_state=samples.STATE)
    )
    mails = orders.placed(COMPOSER, event, occasion())
    assert [[document.number for document in mail.documents] for mail in mails] == [
        [],
        ["IN000001"],
    ]


def test_a_first_state_without_a_template_is_not_told() -> None:
    event = OrderPlaced.model_validate(placed(new_state__mail_template=None))
    assert [mail.template for mail in orders.placed(COMPOSER, event, occasion())] == ["order_conf"]


def test_a_state_without_a_template_sends_nothing() -> None:
    event = OrderTransitioned.model_validate(transitioned(new_state__mail_template=None))
    assert orders.transitioned(COMPOSER, event, occasion()) == []


def test_an_answer_to_an_order_s_mail_is_found_by_its_token_in_both_places() -> None:
    mail = state_mail()
    wanted = Conversation("order", mail.order_id or UUID(int=0))
    for header in (mail.content.reply_to, mail.content.message_id):
        assert [KEYS.read(token) for token in tokens_in(header)] == [wanted]
    assert mail.content.reply_to.startswith("service+")
    assert mail.content.message_id.endswith("@shop.test>")
    assert mail.conversation == str(wanted)


def test_a_shop_whose_address_leaves_no_room_for_a_token_is_answered_at_its_address() -> None:
    content = state_mail(order__shop__email=f"{'s' * 30}@shop.test").content
    assert content.reply_to == ""
    assert tokens_in(content.message_id)


def test_all_mails_of_an_order_hang_on_one_root() -> None:
    order = {"order_id": samples.ORDER_ID, "order__order_id": samples.ORDER_ID}
    root = f"<order.{UUID(samples.ORDER_ID).hex}@shop.test>"
    assert (
        confirmation(**order).content.references == state_mail(**order).content.references == [root]
    )


def test_a_mail_s_identity_comes_from_its_event() -> None:
    first, again = state_mail(), state_mail()
    assert first.mail_id == again.mail_id
    event = OrderTransitioned.model_validate(transitioned())
    others = [
        occasion("/aftercart/orders/e2"),
        replace(occasion(), shop="other"),
        Occasion("default", "/aftercart/orders/e3", occasion().at),
    ]
    ids = {orders.transitioned(COMPOSER, event, other)[0].mail_id for other in others}
    assert len(ids | {first.mail_id}) == 4


def test_a_reply_belongs_to_the_conversation_of_its_thread() -> None:
    mail = reply()
    assert mail.conversation == samples.THREAD_VIEW["conversation"]
    assert (str(mail.order_id), str(mail.thread_id)) == (samples.ORDER_ID, samples.THREAD_ID)
    assert KEYS.read(tokens_in(mail.content.reply_to)[0]) == Conversation(
        "order", UUID(samples.ORDER_ID)
    )


def test_a_reply_in_a_thread_of_its_own_belongs_to_that() -> None:
    mail = reply(thread__conversation=f"thread/{samples.THREAD_ID}", thread__order_id=None)
    assert KEYS.read(tokens_in(mail.content.message_id)[0]) == Conversation(
        "thread", UUID(samples.THREAD_ID)
    )
    assert mail.order_id is None


def test_a_reply_answers_the_customer_s_mail() -> None:
    content = reply().content
    assert content.in_reply_to == "<a1@example.test>"
    assert content.references == ["<b2@shop.test>", "<a1@example.test>"]
    assert not content.automatic


def test_the_mail_a_reply_answers_is_always_the_last_reference() -> None:
    content = reply(references=["<b2@shop.test>"], in_reply_to="<new@example.test>").content
    assert content.references == ["<b2@shop.test>", "<new@example.test>"]


def test_a_reply_to_nothing_has_no_threading_headers() -> None:
    content = reply(references=[], in_reply_to=None).content
    assert (content.in_reply_to, content.references) == ("", [])


@pytest.mark.parametrize("key", [1, 2])
def test_what_an_older_key_signed_is_still_found(key: int) -> None:
    older = Composer(COMPOSER.writer, SigningKeys({key: b"k" * 32}))
    mail = orders.transitioned(older, OrderTransitioned.model_validate(transitioned()), occasion())[
        0
    ]
    both = SigningKeys({1: b"k" * 32, 2: b"k" * 32})
    assert both.read(tokens_in(mail.content.reply_to)[0]) == Conversation(
        "order", mail.order_id or UUID(int=0)
    )
