"""A customer's personal data is exported, and erased from every table."""

import re
from typing import Any

import pytest

from services.ingest.store.tables import inbound_mails, metadata, raw_mails, thread_messages
from shared.contracts import samples
from tests.ingest.builders import SERVICE, FakeMailServer, IngestHarness, another, raw_mail
from tests.ingest.desk_actions import a_form, does, moves, orders, writes
from tests.ingest.test_contact_form import MAIL_ONLY
from tests.words import changed

ERASE = {"customer_id": "c-1001", "emails": ["ada@home.test"]}
MARKS = ("ada", "byron", "secret", "c-1001")
AN_ID = re.compile("[0-9a-f-]{32,}")  # by chance, letters of it may be her name


def left(desk: IngestHarness) -> set[str]:
    """Return the tables with personal data, without inbox and outbox."""
    of_the_runtime = {"outbox", "inbox", "schedule", "refusals", "sequence"}
    tables = [table for table in metadata.sorted_tables if table.name not in of_the_runtime]
    rows = {table.name: AN_ID.sub("", str(desk.rows(table)).lower()) for table in tables}
    return {name for name, text in rows.items() if any(mark in text for mark in MARKS)}


@pytest.fixture
def known(desk: IngestHarness, server: FakeMailServer) -> IngestHarness:
    """Ada wrote by form, by mail from two addresses, about an order, and to a contact that saves
    nothing.
    """
    desk.tell("customer.changed", samples.KNOWN_CUSTOMER)
    order_id = orders(desk, order__reference="PLAIN-1")
    does(desk, "reply", writes(desk, order_reference="PLAIN-1", text="My secret"), text="Dear Ada")
    desk.tell("contact.put", MAIL_ONLY)
    desk.tell("contact.submit", a_form(contact="press", text="The secret to the press"))
    server.receive(
        raw_mail("Secret from home", from_="ada@home.test", message_id="<ada1@home.test>"),
        raw_mail("Secret"),
    )
    desk.poll()
    desk.collect()
    assert left(desk) >= {
        "threads",
        "thread_messages",
        "thread_words",
        "raw_mails",
        "customers",
        "orders",
    }
    moves(desk, order_id, order__reference="PLAIN-1")
    return desk


def test_nothing_personal_is_left(known: IngestHarness) -> None:
    (told,) = known.tell("customer.erase", ERASE)
    assert (told.name, told.data["service"], told.data["kept"]) == ("customer.erased", "ingest", [])
    assert told.data["erased"] == {
        "threads": 3,
        "messages": 4,
        "mails": 2,
        "orders": 1,
        "submissions": 1,
        "customers": 1,
    }
    known.collect()
    assert left(known) == set()
    assert {row.text for row in known.rows(thread_messages)} == {"erased"}
    assert (known.rows(raw_mails), {row.sha256 for row in known.rows(inbound_mails)}) == (
        [],
        {None},
    )


def test_again_it_changes_nothing_more(known: IngestHarness) -> None:
    known.tell("customer.erase", ERASE)
    before = [
        known.rows(table)
        for table in metadata.sorted_tables
        if table.name.startswith(("thread", "orders"))
    ]
    (told,) = known.tell("customer.erase", {**ERASE, "emails": ["erased@erased.invalid"]})
    assert set(told.data["erased"].values()) == {0}
    assert before == [
        known.rows(table)
        for table in metadata.sorted_tables
        if table.name.startswith(("thread", "orders"))
    ]


def test_later_events_of_orders_do_not_restore_an_erased_customer(known: IngestHarness) -> None:
    known.tell("customer.erase", ERASE)
    (order,) = known.rows(metadata.tables["orders"])
    moves(known, str(order.order_id), order__reference="PLAIN-1", new_state__label="Shipped")
    (order,) = known.rows(metadata.tables["orders"])
    assert (order.state, order.customer_email) == ("Shipped", "erased@erased.invalid")


def test_an_erased_customer_cannot_be_answered(known: IngestHarness) -> None:
    known.tell("customer.erase", ERASE)
    for thread in known.threads():
        (told,) = does(known, "reply", thread["thread_id"], text="Are you there?")
        assert told.data["code"] == "nobody_to_answer"


def test_of_others_nothing_is_erased(known: IngestHarness) -> None:
    others = changed(samples.KNOWN_CUSTOMER, customer_id="c-2", email="ada@example.test.other")
    known.tell("customer.changed", others)
    theirs = writes(known, email="max@example.test", customer_id="c-2", text="Max")
    known.tell("customer.erase", ERASE, shop="other")
    assert len(known.threads(email="ada@example.test")) == 2
    known.tell("customer.erase", ERASE)
    assert known.thread(theirs)["messages"][0]["text"] == "Max"
    assert len(known.threads(search="max")) == 1


def test_the_source_of_a_mail_that_another_customer_shares_remains(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.begin(server, SERVICE, another(name="second", shop="second"))
    server.receive(raw_mail("To both shops"))
    desk.poll()
    assert len(desk.rows(raw_mails)) == 1
    desk.tell("customer.erase", {"customer_id": "c-1001", "emails": ["ada@example.test"]})
    assert len(desk.rows(raw_mails)) == 1
    desk.tell(
        "customer.erase", {"customer_id": "c-1001", "emails": ["ada@example.test"]}, shop="second"
    )
    assert desk.rows(raw_mails) == []


def test_all_stored_data_is_exported_in_parts(desk: IngestHarness) -> None:
    desk.tell("desk.put", {"form_limits": {"per_sender": 0}})
    desk.tell("customer.changed", samples.KNOWN_CUSTOMER)
    for _ in range(21):
        writes(desk)
    told: list[dict[str, Any]] = [each.data for each in desk.tell("customer.export", ERASE)]
    assert [(each["part"], each["parts"], len(each["records"]["threads"])) for each in told] == [
        (1, 2, 20),
        (2, 2, 1),
    ]
    assert told[0]["records"]["customers"][0]["email"] == "ada@example.test"
    assert told[0]["records"]["threads"][0]["messages"][0]["text"] == "When will it arrive?"
    assert "customers" not in told[1]["records"]


def test_an_unknown_customer_has_no_data(desk: IngestHarness) -> None:
    writes(desk)
    for customer in ("c-7", "erased", "%"):
        (told,) = desk.tell(
            "customer.export", {"customer_id": customer, "emails": ["erased@erased.invalid"]}
        )
        assert told.data["records"] == {"threads": []}
