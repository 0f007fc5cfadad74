"""What a sender may say: tried with everything that it may not."""

from typing import Any

import pytest

from shared.contracts.envelope import decode
from shared.contracts.storefronts import Storefront
from shared.runtime.rabbitmq.delivery import DONE, Fate, Origin, receive
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS
from shared.runtime.service import installed_services
from tests.shared.runtime.rabbit_fixture import totals
from tests.words import ServiceHarness, delivery, envelope

CORNER = Storefront(user="corner", shops=["default", "second"])
OFFICE = Storefront(
    user="office", shops=["default"], employees=["*@shop.test", "erp"], may_force=True
)
KIOSK = Storefront(user="kiosk", messages=["toy.ad*"])
ASKER = Storefront(user="asker", messages=["toy.get"])
CLIENT = Storefront(user="client", shops=None, employees=["*"], may_force=True)


@pytest.fixture
def told(table: ServiceHarness) -> ServiceHarness:
    """The toy, which knows five storefronts."""
    set_storefronts(table, 1, CORNER, OFFICE, KIOSK, ASKER, CLIENT)
    return table


def set_storefronts(table: ServiceHarness, revision: int, *storefronts: Storefront) -> None:
    """Set the storefronts as the administrator does, through the service's own exchange."""
    assert table.deliver(new_storefronts(revision, *storefronts)) == [DONE]


def new_storefronts(revision: int, *storefronts: Storefront) -> Any:
    entries = [storefront.model_dump() for storefront in storefronts]
    return delivery("service.set_storefronts", {"revision": revision, "storefronts": entries})


def sent(user: str, name: str = "toy.add", *, shop: str = "default", **data: Any) -> Any:
    """Return a message of a client; RabbitMQ has checked the user."""
    data = {"key": "a", **({"amount": 1} if name == "toy.add" else {}), **data}
    message = envelope(name, data, shop=shop, replyto=f"{user or 'nobody'}.r")
    return receive(message.encode(), origin=Origin(COMMANDS, user=user))


def refusal(table: ServiceHarness, message: Any) -> dict[str, Any]:
    """Deliver a message that is refused, and return the refusal that its sender gets."""
    assert table.deliver(message) == [DONE]
    assert totals(table.engine) == {}
    return table.outbox()[-1].data


@pytest.mark.parametrize(
    "message",
    [
        sent("corner"),
        sent("corner", shop="second"),
        sent("corner", by="customer"),
        sent("office", by="anna@shop.test", force=True, agreed=True),
        sent("office", by="erp"),
        sent("kiosk"),
        sent("client", shop="any", by="whoever", force=True, agreed=True),
    ],
    ids=lambda message: f"{message.user} {message.envelope.shop} {message.envelope.data}",
)
def test_a_storefront_may_do_what_its_entry_says(told: ServiceHarness, message: Any) -> None:
    told.deliver(message)
    assert totals(told.engine) == {"a": 1}


@pytest.mark.parametrize(
    ("message", "code", "sentence"),
    [
        (
            sent("corner", shop="third"),
            "foreign_shop",
            "The storefront 'corner' may not send messages for the shop 'third'.",
        ),
        (
            sent(""),
            "unknown_sender",
            "Several storefronts send messages here: set the AMQP property 'user_id' to the name of"
            " your RabbitMQ user.",
        ),
        (
            sent("stranger"),
            "unknown_sender",
            "The RabbitMQ user 'stranger' is no storefront: `aftercart storefront add` makes it"
            " one.",
        ),
        (sent("corner", shop="third", amount="wrong"), "foreign_shop", "third"),
        (
            sent("asker"),
            "message_not_allowed",
            "The storefront 'asker' may not send 'toy.add'.",
        ),
    ],
    ids=["foreign shop", "no user_id", "unknown user", "foreign shop, wrong data", "not listed"],
)
def test_a_message_for_another_s_shop_is_refused_to_its_sender_only(
    told: ServiceHarness, message: Any, code: str, sentence: str
) -> None:
    found = refusal(told, message)
    assert (found["code"], sentence in found["reason"]) == (code, True)
    replies = told.outbox()
    assert [reply.name for reply in replies] == [f"{message.envelope.name}_refused"]
    assert replies[0].sequence is None, "it would be an event of a shop that is not the sender's"


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        (sent("corner", by="anna@shop.test"), "employee_not_allowed", "by"),
        (sent("office", by="anna@elsewhere.test"), "employee_not_allowed", "by"),
        (sent("corner", force=True), "force_not_allowed", "force"),
        (sent("corner", agreed=True), "employee_not_allowed", "agreed"),
    ],
)
def test_a_claim_that_its_sender_may_not_make_is_refused(
    told: ServiceHarness, message: Any, code: str, field: str
) -> None:
    found = refusal(told, message)
    assert (found["code"], found["details"]["field"]) == (code, field)
    assert f"'{message.user}' may not" in found["reason"]
    assert f"'{field}'" in found["reason"]


def test_a_query_for_another_s_shop_or_that_is_not_listed_is_refused(told: ServiceHarness) -> None:
    told.deliver(sent("corner"))
    assert told.deliver(sent("corner", "toy.get", shop="third")) == [DONE]
    answer = decode(told.answers[-1].body)
    assert (answer.name, answer.data["code"]) == ("toy.get_refused", "foreign_shop")
    assert told.deliver(sent("kiosk", "toy.get")) == [DONE]
    answer = decode(told.answers[-1].body)
    assert (answer.name, answer.data["code"]) == ("toy.get_refused", "message_not_allowed")


def test_a_refused_sender_takes_nobody_s_id(told: ServiceHarness) -> None:
    """Storefronts choose `source` and `id` themselves: one might use those of another."""
    mine = envelope("toy.add", {"key": "a", "amount": 1})
    for user in ("", "stranger", "corner", "office"):
        told.deliver(receive(mine.encode(), origin=Origin(COMMANDS, user=user)))
    assert totals(told.engine) == {"a": 2}
    told.deliver(receive(mine.encode(), origin=Origin(COMMANDS, user="corner")))
    assert totals(told.engine) == {"a": 2}, "a repetition of its own message has no effect"


def test_a_long_source_of_a_user_fits_into_the_inbox(table: ServiceHarness) -> None:
    for source in ("s" * 200, "s" * 199 + "t"):
        message = envelope("toy.add", {"key": "a", "amount": 1})
        message = message.model_copy(update={"source": source, "id": "1"})
        for _ in range(2):
            table.deliver(receive(message.encode(), origin=Origin(COMMANDS, user="corner")))
    assert totals(table.engine) == {"a": 2}


def test_a_reply_address_of_another_user_is_not_used(told: ServiceHarness) -> None:
    message = envelope("toy.add", {"key": "a", "amount": 1}, replyto="office.r")
    verdict = told.deliver(receive(message.encode(), origin=Origin(COMMANDS, user="corner")))[0]
    assert verdict.fate is Fate.BURY
    assert "'office.r' is not one of 'corner'" in str(verdict.error)
    assert (totals(told.engine), told.outbox()) == ({}, [])


def test_services_and_the_administrator_need_no_entry(told: ServiceHarness) -> None:
    weighed = envelope("toy.weighed", {"key": "a", "weight": {"grams": 5}}, shop="any")
    told.deliver(
        receive(weighed.encode(), origin=Origin(EVENTS)), delivery("toy.tidy", {"key": "b"})
    )
    assert totals(told.engine) == {"a": 5}


@pytest.mark.parametrize("exchange", [COMMANDS, "client.own"])
def test_no_client_may_set_the_storefronts(table: ServiceHarness, exchange: str) -> None:
    data = {"revision": 9, "storefronts": []}
    message = envelope("service.set_storefronts", data)
    verdict = table.deliver(receive(message.encode(), origin=Origin(exchange, user="client")))[0]
    assert verdict.fate is Fate.BURY


def test_without_storefronts_everybody_is_the_only_client(table: ServiceHarness) -> None:
    for message in (sent(""), sent("client", shop="any", by="anna@shop.test", force=True)):
        table.deliver(message)
    assert totals(table.engine) == {"a": 2}


def test_a_change_applies_at_once_and_an_outdated_one_never(told: ServiceHarness) -> None:
    set_storefronts(told, 3, OFFICE)
    assert refusal(told, sent("corner"))["code"] == "unknown_sender"
    set_storefronts(told, 2, CORNER, OFFICE)
    assert refusal(told, sent("corner"))["code"] == "unknown_sender"
    set_storefronts(told, 4)
    told.deliver(sent("corner"))
    assert totals(told.engine) == {"a": 1}


def test_messages_that_come_with_new_storefronts_are_checked_by_them(table: ServiceHarness) -> None:
    batch = sent("corner", shop="third"), new_storefronts(1, CORNER), sent("corner", amount=5)
    assert table.deliver(*batch) == [DONE] * 3
    assert totals(table.engine) == {"a": 5}


def test_every_service_takes_the_storefronts() -> None:
    kind = "aftercart.service.set_storefronts.v1"
    lacking = [name for name, each in installed_services().items() if kind not in each.handlings]
    assert lacking == []
