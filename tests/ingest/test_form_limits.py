"""Limits on forms, spellings of order references, and the language for answers to the customer."""

from typing import Any

import pytest

from services.ingest.domain.language import language_of, written_as
from services.ingest.store.tables import submissions
from shared.contracts import samples
from shared.contracts.ingest import SubmitContact
from tests.ingest.builders import FakeMailServer, IngestHarness, raw_mail
from tests.ingest.desk_actions import a_form, names, orders, refusal
from tests.words import changed, delivery


def taken(desk: IngestHarness, number: int, **changes: Any) -> int:
    """Return how many of that many forms in a row are accepted."""
    told = [desk.tell("contact.submit", a_form(**changes)) for _ in range(number)]
    return sum("contact.submitted" in names(each) for each in told)


# --- bounds ---------------------------------------------------------------------------------------


def test_of_sixty_forms_of_one_sender_ten_are_taken(desk: IngestHarness) -> None:
    assert taken(desk, 60) == 10
    (told,) = desk.tell("contact.submit", a_form(email="ADA@example.test"))
    assert (told.data["code"], told.data["details"]["field"]) == ("too_many", "email")
    assert (
        told.data["reason"]
        == "10 messages came from 'ADA@example.test' within an hour: please try again later."
    )
    assert taken(desk, 1, email="bob@example.test") == 1
    desk.clock.advance(minutes=61)
    assert taken(desk, 1) == 1


def test_a_batch_is_counted_as_it_goes(desk: IngestHarness) -> None:
    desk.deliver(*(delivery("contact.submit", a_form()) for _ in range(15)))
    assert len(desk.threads()) == 10


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("192.0.2.7", "192.0.2.8"),
        ("2001:db8::{number}", "2001:db8:0:1::1"),
    ],
)
def test_one_client_with_many_addresses_of_mail_is_bounded_too(
    desk: IngestHarness, first: str, other: str
) -> None:
    desk.tell("desk.put", {"form_limits": {"per_client": 3}})
    for number in range(5):
        form = a_form(email=f"{number}@evil.test") | {
            "client_address": first.format(number=number + 1)
        }
        is_taken = names(desk.tell("contact.submit", form))[-1] == "contact.submitted"
        assert is_taken == (number < 3)
    form = a_form(email="eve@evil.test")
    assert refusal(desk, "contact.submit", form | {"client_address": first.format(number=9)}) == (
        "too_many",
        "client_address",
    )
    assert (
        names(desk.tell("contact.submit", form | {"client_address": other}))[-1]
        == "contact.submitted"
    )


def test_a_shop_may_take_as_many_as_come(desk: IngestHarness) -> None:
    desk.tell("desk.put", {"form_limits": {"per_sender": 0}})
    assert taken(desk, 12) == 12


def test_a_form_that_was_taken_is_repeated_without_being_counted(desk: IngestHarness) -> None:
    form = a_form()
    for _ in range(12):
        desk.tell("contact.submit", form)
    assert taken(desk, 12) == 9


# --- references -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["abc123", " #Abc123 ", "ABC123", "abc۱۲۳"])
def test_an_order_is_named_as_customers_type(desk: IngestHarness, typed: str) -> None:
    order_id = orders(desk, order__reference="ABC123")
    told = desk.tell("contact.submit", a_form() | {"order_reference": typed})
    assert told[-1].data["order_id"] == order_id
    assert told[-1].data["order_reference"] == "ABC123"


def test_no_reference_is_none_and_a_wrong_one_is_refused_in_words(desk: IngestHarness) -> None:
    assert (
        names(desk.tell("contact.submit", a_form() | {"order_reference": "  "}))[-1]
        == "contact.submitted"
    )
    (told,) = desk.tell("contact.submit", a_form() | {"order_reference": "my last order!"})
    assert (told.data["code"], told.data["reason"]) == (
        "unknown_order",
        "This customer has no order 'MY LAST ORDER!'.",
    )


# --- language -------------------------------------------------------------------------------------

WRITTEN = [
    ("fa", "سلام، سفارش من کجاست؟"),
    ("ar", "مرحبا، أين طلبي؟ لم يصل بعد."),
    ("ru", "Где мой заказ?"),
    ("uk", "Де моє замовлення? Чекаю її вже тиждень"),
    ("el", "Πού είναι η παραγγελία μου;"),
    ("he", "איפה ההזמנה שלי?"),
    ("ja", "注文はどこですか"),
    ("zh", "我的订单在哪里"),
    ("ko", "내 주문은 어디에 있나요"),
    ("de", "Wo ist meine Bestellung? Ich warte noch."),
    ("fr", "Bonjour, où est ma commande ?"),
    ("es", "Hola, ¿dónde está mi pedido?"),
    ("it", "Buongiorno, dove è il mio ordine?"),
    ("nl", "Waar is mijn bestelling? Ik heb het nog niet."),
    ("en", "Where is my order? I have not got it."),
    ("pt", "Olá, onde está o meu pedido?"),
    ("pl", "Dzień dobry, gdzie jest moje zamówienie?"),
    ("sv", "Hej, var är min beställning?"),
    ("tr", "Merhaba, siparişim nerede?"),
]


@pytest.mark.parametrize(("language", "text"), WRITTEN)
def test_the_language_of_a_text_is_detected(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "???", "12345", "Ok", "XKBKNABJK"])
def test_a_text_without_distinctive_words_has_no_language(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("chosen", "text", "language"),
    [
        ("en", "سلام، سفارش من کجاست؟", "fa"),
        ("ur", "آپ کا آرڈر کہاں ہے؟", "ur"),
        ("fa-IR", "سلام", "fa-IR"),
        ("fa", "Where is my order?", "fa"),
        ("bg", "Къде е моята поръчка?", "bg"),
        ("de", "Where is my order?", "de"),
    ],
)
def test_the_chosen_language_stays_unless_the_text_has_other_letters(
    chosen: str, text: str, language: str
) -> None:
    assert written_as(chosen, text) == language


def submitted(desk: IngestHarness, **form: Any) -> str:
    told = desk.tell(
        "contact.submit",
        {name: value for name, value in (a_form() | form).items() if value is not None},
    )
    return str(told[-1].data["thread"]["language"])


def test_a_known_customer_is_answered_in_their_language(desk: IngestHarness) -> None:
    known = changed(samples.KNOWN_CUSTOMER, language="fa")
    desk.tell("customer.changed", known)
    assert (
        submitted(desk, customer_id=known["customer_id"], language="en", text="Hello, where is it?")
        == "fa"
    )
    assert (
        submitted(desk, customer_id=None, email=known["email"], language="en", text="Hello!")
        == "fa"
    )


def test_an_unknown_customer_is_answered_in_the_language_of_the_text_else_of_the_shop(
    desk: IngestHarness,
) -> None:
    stranger = {"customer_id": None, "email": "eve@example.test"}
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "fr"})
    assert submitted(desk, **stranger, language="en", text="سلام، سفارش من کجاست؟") == "fa"
    assert submitted(desk, **stranger, language=None, text="Wo ist meine Bestellung?") == "de"
    assert submitted(desk, **stranger, language=None, text="Ok") == "fr"


def test_the_same_holds_of_mails(desk: IngestHarness, server: FakeMailServer) -> None:
    desk.tell(
        "customer.changed", changed(samples.KNOWN_CUSTOMER, email="ada@example.test", language="fa")
    )
    server.receive(
        raw_mail("Hello, where is it?"),
        raw_mail("Wo ist meine Bestellung?", from_="bob@example.test"),
        raw_mail("?", from_="eve@example.test", subject="?"),
    )
    desk.poll()
    found = {thread["customer_email"]: thread["language"] for thread in desk.threads()}
    assert found == {"ada@example.test": "fa", "bob@example.test": "de", "eve@example.test": "en"}


def test_the_address_of_a_client_is_an_address() -> None:
    with pytest.raises(ValueError, match="client_address"):
        SubmitContact.model_validate(a_form() | {"client_address": "somewhere"})


def test_an_erased_customer_leaves_no_digest(desk: IngestHarness) -> None:
    desk.tell("contact.submit", a_form() | {"client_address": "192.0.2.7"})
    assert desk.rows(submissions)[0].sender
    desk.tell("customer.erase", {"customer_id": "c-1001", "emails": ["ada@example.test"]})
    assert [(row.sender, row.client) for row in desk.rows(submissions)] == [("", "")]
