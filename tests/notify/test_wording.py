import re
from html.parser import HTMLParser
from uuid import UUID

import pytest

from services.notify.adapters.mail_writer import read_languages, read_layouts
from services.notify.domain.composing import threads
from services.notify.domain.mail import Mail
from services.notify.domain.sample import sample
from services.notify.domain.shop import Shop
from shared.contracts import samples
from shared.contracts.conversation import subject_token
from shared.contracts.ingest import ThreadReplied
from shared.contracts.orders import StateView
from shared.contracts.shop_profile import ShopProfile
from shared.writing.text import FIRST_STRONG
from tests.notify.builders import (
    COMPOSER,
    WRITER,
    confirmation,
    occasion,
    replied,
    state_mail,
)

VOID = {"meta", "br"}
STYLES = read_layouts()["mail.css"]


class Structure(HTMLParser):
    """Fails on HTML with elements that do not close in order; collects the text and the colours."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts += [" "] if tag != "bdi" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def reply(**changes: object) -> Mail:
    shop = Shop(ShopProfile.model_validate(samples.SHOP_PROFILE), 1)
    return threads.replied(
        COMPOSER, ThreadReplied.model_validate(replied(**changes)), shop, occasion()
    )[0]


@pytest.mark.parametrize("template", sorted(read_languages()["en"].mails))
@pytest.mark.parametrize("language", ["en", "fa", "fr", "de"])
def test_every_mail_can_be_written_and_its_html_is_whole(template: str, language: str) -> None:
    content = WRITER.write(*sample(template, language))
    found = Structure(content.html)
    root = dict(found.tags)["html"]
    assert (root["lang"], root["dir"]) == (language, "rtl" if language == "fa" else "ltr")
    assert "{{" not in content.html + content.text + content.subject
    assert content.subject
    assert "Corner Shop" in content.text
    assert "Corner Shop" in found.text


def test_text_and_html_say_the_same() -> None:
    content = state_mail(order__order_url="").content.body
    words = set(Structure(content.html).text.replace(":", "").split())
    assert set(content.text.replace(":", "").split()) - {"--"} <= words


ADDRESSES = {"delivery_address": samples.ADDRESS, "invoice_address": samples.ADDRESS}
IBAN = "DE02120300000000202051"


def test_a_confirmation_shows_what_was_ordered_and_what_it_costs() -> None:
    text = confirmation().content.body.text
    assert "2 × Mug, blue (MUG-BLUE): EUR 23.80\n  Shipping: EUR 4.90\n  Total: EUR 28.70\n" in text
    assert "Total: EUR 28.70\n  Taxes included: EUR 4.58\n" in text


def test_the_sums_of_an_order_without_tax_in_its_prices_add_it() -> None:
    line = samples.ORDER_LINE | {"total": samples.euro(2000)}
    net = {"order__prices": "tax_excluded", "order__shipping": samples.euro(412), "lines": [line]}
    text = confirmation(**net).content.body.text
    assert "EUR 20.00\n  Shipping: EUR 4.12\n  Taxes: EUR 4.58\n  Total: EUR 28.70\n\n" in text


def test_a_confirmation_of_an_event_without_shipping_shows_the_rest_in_one() -> None:
    assert (
        "Shipping, taxes, discounts: EUR 4.90"
        in confirmation(order__shipping=None).content.body.text
    )


def test_a_confirmation_says_where_it_goes_and_who_pays_once_where_that_is_the_same() -> None:
    same = confirmation(**ADDRESSES).content.body.text
    assert "Delivery and invoice address\n  Ada Byron\n  12 St James's Square\n" in same
    text = confirmation(
        **ADDRESSES | {"invoice_address": samples.ADDRESS | {"name": "Byron & Co"}}
    ).content.body.text
    assert text.index("Delivery address\n  Ada Byron") < text.index("Invoice address\n  Byron & Co")
    assert "address" not in confirmation().content.body.text


def test_a_mail_leads_to_the_shops_page_of_the_order_if_there_is_one() -> None:
    page = "https://shop.test/orders/XKBKNABJK"
    content = state_mail().content.body
    assert (f"View your order: {page}" in content.text, f'href="{page}"' in content.html) == (
        True,
        True,
    )
    assert "View your order" not in state_mail(order__order_url="").content.body.text
    assert "View your order" not in WRITER.write(*sample("forward_msg", "en")).text


@pytest.mark.parametrize("template", ["shipped", "bankwire"])
def test_a_parcel_is_followed_by_a_link_in_the_mails_about_it(template: str) -> None:
    url = "https://track.test/SP-4711"
    told = state_mail(new_state__mail_template=template, order__tracking_url=url).content.body
    assert (f"Follow your parcel: {url}" in told.text) == (template == "shipped")
    assert (f'href="{url}"' in told.html) == (template == "shipped")


def test_a_hostile_link_stays_a_link() -> None:
    html = state_mail(order__order_url='https://shop.test/"onclick="alert(1)').content.body.html
    hrefs = [attributes["href"] for tag, attributes in Structure(html).tags if tag == "a"]
    assert hrefs == ['https://shop.test/"onclick="alert(1)']


def test_a_bank_wire_goes_to_the_shops_account_where_it_names_one() -> None:
    told = state_mail(
        new_state__mail_template="bankwire", order__shop__bank={"iban": IBAN, "bic": "BYLADEM1001"}
    )
    text = told.content.body.text.replace("\n", " ")
    assert "to the account below. Give XKBKNABJK as the reference" in text
    assert (
        "Account holder: Corner Shop Ltd IBAN: DE02 1203 0000 0000 2020 51 BIC: BYLADEM1001" in text
    )
    without = state_mail(new_state__mail_template="bankwire").content.body.text.replace("\n", " ")
    assert "to the bank account that you were shown when you ordered" in without
    assert "IBAN" not in without


COLOURED = re.compile(r"([^{}]+)\{[^{}]*(?<![-a-z])(?:background-color|color): #")


def test_on_a_dark_screen_whatever_has_a_colour_gets_another() -> None:
    html = confirmation().content.body.html
    assert '<meta name="color-scheme" content="light dark">' in html
    kept = html.partition("<style>")[2].partition("</style>")[0]
    dark = kept.partition("(prefers-color-scheme: dark) {")[2].partition("\n}")[0]
    light, _, _ = STYLES.partition("@media")
    coloured = {
        part.strip()
        for rule in COLOURED.findall(light)
        for part in rule.rpartition("*/")[2].split(",")
    }
    darkened = {part.strip() for rule in COLOURED.findall(dark) for part in rule.split(",")}
    assert coloured - darkened == {"img.logo"}  # stays on white: its own colours are made for that


def test_what_telephones_need_stays_a_style_sheet_and_prices_keep_their_distance() -> None:
    html = confirmation().content.body.html
    assert html.partition("</style>")[0].count("@media only screen and (max-width: 480px)") == 1
    assert 'class="sum" align="right" style="' in html
    assert all(
        "padding-left: 12px" in cell.partition(">")[0] for cell in html.split('class="sum"')[1:]
    )


def test_french_sets_a_colon_off() -> None:
    assert "Paiement\u00a0: Bank wire\n" in confirmation(order__language="fr").content.body.text


def test_a_confirmation_whose_lines_explain_the_total_shows_no_rest() -> None:
    text = confirmation(
        order__total=samples.euro(2380), order__shipping=samples.euro(0)
    ).content.body.text
    assert "Shipping" not in text


def test_a_bank_wire_names_what_is_still_due() -> None:
    mail = state_mail(new_state__mail_template="bankwire", order__paid=samples.euro(1000))
    assert "Please transfer EUR 18.70" in mail.content.body.text


def test_a_mail_names_the_documents_it_takes_along() -> None:
    content = state_mail().content.body
    assert "Attached: invoice IN000001." in content.text
    assert "Attached" not in state_mail(attach=[]).content.body.text


def test_a_shipped_order_tells_its_tracking_number_if_it_has_one() -> None:
    with_number = state_mail(
        new_state__mail_template="shipped", order__tracking_number="SP1"
    ).content.body.text
    without = state_mail(new_state__mail_template="shipped").content.body.text
    assert "follow it with the tracking number SP1." in with_number
    assert "racking" not in without


def test_a_state_whose_template_is_not_ours_is_told_by_its_name() -> None:
    mail = state_mail(new_state__mail_template="gift_wrapped", new_state__label="Gift-wrapped")
    assert mail.template == "gift_wrapped"
    assert mail.content.body.subject == "Order XKBKNABJK: Gift-wrapped"


def test_persian_is_written_from_the_right_with_its_own_digits() -> None:
    content = state_mail(order__language="fa", order__customer__name="آدا").content.body
    assert content.subject == "سفارش XKBKNABJK: پرداخت شما دریافت شد"
    assert "۲۸٫۷۰ یورو" in content.text
    assert f"{FIRST_STRONG}XKBKNABJK" in content.text
    assert '<bdi dir="ltr">XKBKNABJK</bdi>' in content.html
    assert '<bdi dir="rtl">آدا</bdi>' in content.html


def test_english_text_holds_no_invisible_characters() -> None:
    assert state_mail().content.body.text.isascii()


def test_what_a_customer_is_called_stays_text_in_html() -> None:
    name = '<script>alert(1)</script>"\u2069 & {{ name }}'
    html = state_mail(order__customer__name=name).content.body.html
    assert '&lt;script&gt;alert(1)&lt;/script&gt;" &amp; {{ name }}</bdi>' in html


def test_a_colour_that_is_none_is_not_written_into_the_style() -> None:
    state = StateView.model_validate({**samples.STATE, "colour": "red;background:url(//x.test)"})
    facts = state_mail().facts.model_copy(update={"state": state})
    assert "x.test" not in WRITER.write(facts).html


def test_a_reply_is_the_employee_s_words_and_nothing_around_them() -> None:
    content = reply().content.body
    assert content.subject == "Re: Payment accepted"
    assert content.text.startswith("It left this morning.\n\nAnna\n\n-- \nCorner Shop Ltd\n")
    assert "Hello" not in content.text


def test_a_reply_keeps_its_lines_and_each_paragraph_its_direction() -> None:
    html = reply(message__text="سلام\nخوبید؟\n\nHello <b>", thread__language="fa").content.body.html
    assert '<p dir="rtl" style="margin: 0 0 16px 0;text-align: right;">سلام<br>\nخوبید؟</p>' in html
    assert '<p dir="ltr" style="margin: 0 0 16px 0;text-align: left;">Hello &lt;b&gt;</p>' in html


def test_a_reply_about_no_order_names_its_thread_in_the_subject_once() -> None:
    token = subject_token(UUID(samples.THREAD_ID))
    for subject in (
        "Re: Do you sell cups?",
        f"Re: Do you sell cups? {token}",
        "Do you sell cups? [#0123456789]",
    ):
        content = reply(
            thread__subject=subject, thread__order_id=None, thread__order_reference=None
        ).content.body
        assert content.subject == f"Re: Do you sell cups? {token}"


def test_a_reply_in_a_thread_without_a_subject_names_the_shop() -> None:
    assert reply(thread__subject="Re: ").content.body.subject == "Re: Corner Shop"
