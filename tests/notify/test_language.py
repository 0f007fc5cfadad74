from string import Formatter

import pytest
from jinja2 import Environment, meta

from services.notify.adapters.mail_writer import read_languages
from services.notify.domain.language import OTHER_STATE, Language
from services.notify.domain.sample import sample
from services.notify.domain.values import values_of
from shared.contracts.documents import DocumentView
from shared.contracts.values import Money
from shared.writing.formats import choose, read_language
from tests.notify.builders import confirmation

LANGUAGES = read_languages()
STATE_MAILS = {
    "cheque",
    "bankwire",
    "cashondelivery",
    "payment",
    "preparation",
    "shipped",
    "order_canceled",
    "refund",
    "payment_error",
    "outofstock",
}
TEMPLATES = STATE_MAILS | {
    "order_conf",
    "in_transit",
    "order_changed",
    "credit_slip",
    "voucher",
    "store_credit",
    "order_return_requested",
    "order_return_confirmed",
    "order_return_denied",
    "order_return_received",
    "order_return_completed",
    "order_merchant_comment",
    "reply_msg",
    "forward_msg",
    "contact",
    "contact_form",
    "download_product",
    "late_document",
    "change_documents",
    "documents",
    "corrected_invoice",
    OTHER_STATE,
}
NAMES = {*values_of(sample("payment", "en")[0], LANGUAGES["en"]), "document", "documents"}

every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))


def named(template: str) -> set[str]:
    return meta.find_undeclared_variables(Environment().parse(template))  # noqa: S701 - parsed, never rendered


@every_language
def test_a_language_has_the_words_of_every_mail(language: Language) -> None:
    assert set(language.mails) == TEMPLATES
    english = LANGUAGES["en"]
    assert set(language.labels) == set(english.labels)
    assert set(language.frame) == set(english.frame)
    assert set(language.documents) == set(DocumentView.model_fields["kind"].annotation.__args__)


@every_language
def test_its_templates_name_only_what_there_is(language: Language) -> None:
    wordings = language.mails.values()
    templates = [part for wording in wordings for part in (wording.subject, *wording.body)]
    for template in [*templates, *language.frame.values()]:
        assert named(template) <= NAMES


@every_language
def test_it_says_the_same_things_as_english(language: Language) -> None:
    for template, wording in LANGUAGES["en"].mails.items():
        own = language.mails[template]
        assert named(own.subject) == named(wording.subject)
        assert [named(part) for part in own.body] == [named(part) for part in wording.body]


def test_four_languages_are_there_from_the_start() -> None:
    assert set(LANGUAGES) == {"en", "fa", "fr", "de"}


@every_language
def test_it_writes_money_with_both_parts(language: Language) -> None:
    assert {name for _, name, _, _ in Formatter().parse(language.money) if name} == {
        "number",
        "currency",
    }


@pytest.mark.parametrize(
    ("tag", "money", "text"),
    [
        ("en", Money(amount=2870, currency="EUR"), "EUR 28.70"),
        ("en", Money(amount=1234567, currency="USD"), "USD 12,345.67"),
        ("en", Money(amount=1500, currency="JPY"), "JPY 1,500"),
        ("en", Money(amount=1250, currency="KWD"), "KWD 1.250"),
        ("en", Money(amount=-5, currency="EUR"), "EUR −0.05"),
        ("fa", Money(amount=2870, currency="EUR"), "۲۸٫۷۰ یورو"),
        ("fa", Money(amount=1_250_000, currency="IRR"), "۱٬۲۵۰٬۰۰۰ ریال"),
    ],
)
def test_money_is_written_in_the_currency_s_own_units(tag: str, money: Money, text: str) -> None:
    assert LANGUAGES[tag].write_money(money) == text


@pytest.mark.parametrize(
    ("wanted", "chosen"), [("fa", "fa"), ("fa-IR", "fa"), ("en-GB", "en"), ("tlh", "en")]
)
def test_the_nearest_language_is_chosen(wanted: str, chosen: str) -> None:
    assert choose(LANGUAGES, wanted).tag == chosen


def test_a_customer_whose_language_we_do_not_speak_is_written_to_in_english() -> None:
    content = confirmation(order__language="tlh").content.body
    assert content.language == "en"
    assert content.subject == "We received your order XKBKNABJK"


def test_a_broken_language_file_is_told_by_its_field() -> None:
    with pytest.raises(ValueError, match="direction"):
        read_language(Language, "xx", 'direction = "down"')
