"""The thread of a mail, and whether its sender may post there."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.ingest.domain.bounces import Bounce
from services.ingest.domain.filing import FiledMail, file_mail
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.mail import Mail, read
from services.ingest.domain.signatures import is_our_own, signed_evidence
from services.ingest.domain.thread import Thread, thread_id_of
from services.ingest.domain.thread_matching import Candidate, Evidence, match_thread
from shared.contracts.conversation import Conversation
from tests.ingest.builders import (
    CUSTOMER,
    KEYS,
    NOON,
    ORDER,
    ORDER_ID,
    STRANGERS_KEYS,
    our_id,
    raw_mail,
    reply_to,
)

MUG_ORDER = KnownOrder(ORDER_ID, "default", "XKBKNABJK", "Ada@Example.Test", "Ada Byron", "fa")
OTHER = Conversation("thread", uuid4())


def mail(text: str = "Where is it?", **fields: str) -> Mail:
    found = read(raw_mail(text, **fields))
    assert isinstance(found, Mail)
    return found


def automatic(**fields: str) -> Mail:
    return replace(mail(**fields), kind="auto_reply")


def inbound(number: int = 1) -> Inbound:
    return Inbound(
        UUID(int=number), "default", "service", "INBOX", 7, number, "0" * 64, 100, NOON, NOON
    )


def filed(found: Mail, place: Candidate = Candidate(), number: int = 1) -> FiledMail:  # noqa: B008 (a frozen value)
    candidates = [place] if place.evidence else []
    return file_mail(found, inbound(number), match_thread(found, candidates, "none"))


def known(
    order: KnownOrder | None = MUG_ORDER, thread: Thread | None = None, found_by: str = "signed_id"
) -> Candidate:
    conversation = Conversation.parse(thread.view.conversation) if thread else ORDER
    return Candidate(Evidence(conversation, found_by), order, thread)  # type: ignore[arg-type]


def order_thread(**changes: object) -> Thread:
    """Return the thread of the order after its customer's first mail."""
    thread = filed(mail(message_id="<first@example.test>"), known()).thread
    return replace(thread, view=thread.view.model_copy(update=changes))


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["to", "cc", "delivered_to", "x_original_to", "envelope_to"])
def test_the_reply_address_is_found_wherever_it_was_delivered_to(field: str) -> None:
    found = signed_evidence(mail(**{field: f'"Shop" <{reply_to(ORDER).upper()}>'}), KEYS)[0]
    assert found == Evidence(ORDER, "reply_address")


def test_our_message_id_is_found_among_the_ids_that_a_mail_answers() -> None:
    assert signed_evidence(mail(in_reply_to=our_id(ORDER)), KEYS)[0] == Evidence(ORDER, "signed_id")
    assert signed_evidence(mail(references=f"{our_id(ORDER)} <later@x.test>"), KEYS)[0] == Evidence(
        ORDER, "signed_id"
    )


def test_the_nearest_of_our_message_ids_counts() -> None:
    references = f"{our_id(OTHER)} {our_id(ORDER)} <later@x.test>"
    assert signed_evidence(mail(references=references), KEYS)[0] == Evidence(ORDER, "signed_id")
    answered = mail(references=references, in_reply_to=our_id(OTHER))
    assert signed_evidence(answered, KEYS)[0] == Evidence(OTHER, "signed_id")


def test_the_reply_address_counts_more_than_the_answered_ids() -> None:
    found = signed_evidence(mail(to=reply_to(ORDER), in_reply_to=our_id(OTHER)), KEYS)[0]
    assert found == Evidence(ORDER, "reply_address")


def test_foreign_signatures_are_no_evidence() -> None:
    forged = mail(to=reply_to(ORDER, STRANGERS_KEYS), in_reply_to=our_id(ORDER, STRANGERS_KEYS))
    assert signed_evidence(forged, KEYS) == []


def test_quoted_text_is_no_evidence() -> None:
    assert signed_evidence(mail(f"> Message-ID: {our_id(ORDER)}"), KEYS) == []
    assert signed_evidence(mail(subject=our_id(ORDER)), KEYS) == []


def test_our_own_mail_is_known_by_its_message_id() -> None:
    assert is_our_own(mail(message_id=our_id(ORDER)), KEYS)
    assert not is_our_own(mail(message_id=our_id(ORDER, STRANGERS_KEYS)), KEYS)
    assert not is_our_own(mail(in_reply_to=our_id(ORDER)), KEYS)


# --- being allowed --------------------------------------------------------------------------------


def test_the_customer_of_an_order_writes_in_its_thread() -> None:
    done = filed(mail(subject="My mug"), known())
    assert done.message.verified
    view = done.thread.view
    assert (view.conversation, view.order_reference) == (str(ORDER), "XKBKNABJK")
    assert (view.customer_name, view.customer_email) == ("Ada Byron", "Ada@Example.Test")
    assert (view.status, view.language, view.subject) == ("open", "fa", "My mug")
    assert [type(event).__name__ for event in done.events] == [
        "ThreadOpened",
        "ThreadMessageAdded",
        "MailReceived",
    ]


def test_a_second_mail_goes_into_the_same_thread() -> None:
    thread = order_thread()
    done = filed(mail(), known(thread=thread), number=2)
    assert done.thread.id == thread.id == thread_id_of(ORDER)
    assert [type(event).__name__ for event in done.events] == ["ThreadMessageAdded", "MailReceived"]


def test_a_third_party_never_becomes_the_customer() -> None:
    done = filed(mail(from_="Eve <eve@evil.test>", message_id="<evil@evil.test>"), known())
    assert not done.message.verified
    assert done.message.author == "eve@evil.test"
    assert done.thread.view.customer_email == "Ada@Example.Test"
    assert done.thread.last_mail == ""
    later = filed(
        mail(from_="eve@evil.test", message_id="<evil@evil.test>"),
        known(thread=order_thread()),
        number=2,
    )
    assert not later.message.verified
    assert later.thread.view == order_thread(unread_messages=2).view
    assert later.thread.last_mail == "<first@example.test>"
    assert "<evil@evil.test>" not in later.thread.chain


def test_a_mail_with_two_senders_is_not_verified() -> None:
    assert not filed(mail(from_=f"{CUSTOMER}, eve@evil.test"), known()).message.verified
    assert not filed(mail(from_=f"{CUSTOMER}, eve@evil.test")).message.verified


def test_a_message_id_that_others_may_know_leads_only_participants() -> None:
    place = known(thread=order_thread(), found_by="known_id")
    assert filed(mail(), place, number=2).thread.id == thread_id_of(ORDER)
    stranger = filed(mail(from_="eve@evil.test"), place, number=2)
    assert stranger.thread.id != thread_id_of(ORDER)
    assert stranger.message.verified
    assert (stranger.thread.view.customer_email, stranger.inbound.found_by) == (
        "eve@evil.test",
        "new",
    )


def test_a_mail_about_nothing_known_opens_a_thread_of_its_own() -> None:
    one, two = filed(mail()), filed(mail(), number=2)
    assert one.thread.id != two.thread.id
    assert one.thread.view.conversation == f"thread/{one.thread.id}"
    assert (one.thread.view.customer_email, one.thread.view.customer_name) == (
        CUSTOMER,
        "Ada Byron",
    )
    assert (one.thread.view.order_id, one.thread.view.language, one.inbound.found_by) == (
        None,
        "en",
        "new",
    )
    assert one.message.verified


def test_filing_a_mail_twice_gives_the_same_result() -> None:
    found = mail()
    assert filed(found) == filed(found)


# --- waking ---------------------------------------------------------------------------------------


def test_a_customers_answer_reopens_a_closed_thread() -> None:
    assert (
        filed(mail(), known(thread=order_thread(status="closed")), number=2).thread.view.status
        == "open"
    )


@pytest.mark.parametrize("status", ["pending1", "pending2"])
def test_a_customers_answer_opens_a_pending_thread_and_an_automatic_mail_does_not(
    status: str,
) -> None:
    before = order_thread(status=status)
    assert filed(mail(), known(thread=before), number=2).thread.view.status == "open"
    away = automatic(message_id="<away@example.test>")
    assert filed(away, known(thread=before), number=2).thread.view.status == status


def test_an_unknown_sender_reopens_a_thread_as_well() -> None:
    done = filed(mail(from_="eve@evil.test"), known(thread=order_thread(status="closed")), number=2)
    assert done.thread.view.status == "open"


def test_automatic_mail_opens_no_closed_thread() -> None:
    thread = order_thread(status="closed")
    done = filed(automatic(message_id="<away@example.test>"), known(thread=thread), number=2)
    assert done.thread.view.status == "closed"
    assert done.thread.last_mail == "<first@example.test>"
    assert filed(automatic()).thread.view.status == "closed"


def test_a_bounce_goes_to_the_thread_of_the_mail_that_bounced() -> None:
    bounce = replace(
        automatic(from_="mailer-daemon@mx.test"),
        bounce=Bounce("", "", "", True, False, (our_id(ORDER),)),
    )
    (evidence,) = signed_evidence(bounce, KEYS)
    assert evidence == Evidence(ORDER, "bounced_mail")
    done = filed(bounce, Candidate(evidence, MUG_ORDER, order_thread(status="closed")), number=2)
    assert (done.thread.view.status, done.message.verified) == ("closed", False)


# --- the chain of references ----------------------------------------------------------------------


def test_an_answer_refers_to_all_that_was_before() -> None:
    first = filed(mail(message_id="<c1@x.test>", references="<o1@shop.test>"), known()).thread
    answered = first.replied("anna", "closed", NOON).with_sent_mail("<e1@shop.test>")
    answer = mail(message_id="<c2@x.test>", in_reply_to="<e1@shop.test>")
    second = filed(answer, known(thread=answered), number=2).thread
    assert second.last_mail == "<c2@x.test>"
    assert second.references == ["<o1@shop.test>", "<c1@x.test>", "<e1@shop.test>", "<c2@x.test>"]
    twice = second.with_sent_mail("<e2@shop.test>")
    assert twice.references[-1] == "<c2@x.test>"
    assert twice.references[-2] == "<e2@shop.test>"


def test_the_beginning_and_the_end_of_the_chain_remain() -> None:
    thread = order_thread()
    for number in range(50):
        thread = thread.with_sent_mail(f"<{number}@shop.test>")
    assert len(thread.chain) == 20
    assert (thread.chain[0], thread.chain[-1]) == ("<first@example.test>", "<49@shop.test>")


def test_a_mail_without_an_id_leaves_the_answered_mail_unchanged() -> None:
    done = filed(mail(message_id=""), known(thread=order_thread()), number=2)
    assert done.thread.last_mail == "<first@example.test>"


def test_the_first_employee_to_answer_owns_the_thread() -> None:
    thread = order_thread()
    once = thread.replied("anna", "closed", NOON)
    assert (once.view.owner, once.view.status) == ("anna", "closed")
    assert once.replied("ben", "closed", NOON).view.owner == "anna"
