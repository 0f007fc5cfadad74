from html.parser import HTMLParser
from uuid import UUID

import pytest

from services.notify.adapters.writer import read_languages
from services.notify.domain.drafts import desk
from services.notify.domain.mail import Mail
from services.notify.domain.sample import sample
from services.notify.domain.shop import Shop
from shared.contracts import samples
from shared.contracts.conversation import subject_token
from shared.contracts.ingest import ThreadReplied
from shared.contracts.orders import StateView
from shared.contracts.values import ShopProfile
from shared.writing.text import FIRST_STRONG
from tests.notify.words import DRAFTER, NOON, WRITER, confirmation, occasion, replied, state_mail

VOID = {"meta", "br"}


class Structure(HTMLParser):
    """Fails on HTML whose elements do not close in order; collects the text and the colours."""

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
    shop = Shop(ShopProfile.model_validate(samples.SHOP_PROFILE), NOON)
    return desk.replied(DRAFTER, ThreadReplied.model_validate(replied(**changes)), shop, occasion())[0]


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
    content = state_mail().letter.content
    words = set(Structure(content.html).text.replace(":", "").split())
    assert set(content.text.replace(":", "").split()) - {"--"} <= words


def test_a_confirmation_shows_what_was_ordered_and_what_it_costs() -> None:
    text = confirmation().letter.content.text
    assert "2 × Mug, blue: EUR 23.80" in text
    assert "Shipping, taxes, discounts: EUR 4.90" in text
    assert "Total: EUR 28.70" in text


def test_what_telephones_need_stays_a_style_sheet_and_prices_keep_their_distance() -> None:
    html = confirmation().letter.content.html
    assert html.count("<style>@media only screen and (max-width: 480px)") == 1
    assert 'class="sum" align="right" style="' in html
    assert all("padding-left: 12px" in cell.partition(">")[0] for cell in html.split('class="sum"')[1:])


def test_french_sets_a_colon_off() -> None:
    assert "Paiement\u00a0: Bank wire\n" in confirmation(order__language="fr").letter.content.text


def test_a_confirmation_whose_lines_explain_the_total_shows_no_rest() -> None:
    text = confirmation(order__total=samples.euro(2380)).letter.content.text
    assert "Shipping" not in text


def test_a_bank_wire_names_what_is_still_due() -> None:
    mail = state_mail(state__mail_template="bankwire", order__paid=samples.euro(1000))
    assert "Please transfer EUR 18.70" in mail.letter.content.text


def test_a_mail_names_the_documents_it_takes_along() -> None:
    content = state_mail().letter.content
    assert "Attached: invoice IN000001." in content.text
    assert "Attached" not in state_mail(attach=[]).letter.content.text


def test_a_shipped_order_tells_its_tracking_number_if_it_has_one() -> None:
    with_number = state_mail(state__mail_template="shipped", order__tracking_number="SP1").letter.content.text
    without = state_mail(state__mail_template="shipped").letter.content.text
    assert "follow it with the tracking number SP1." in with_number
    assert "racking" not in without


def test_a_state_whose_template_is_not_ours_is_told_by_its_name() -> None:
    mail = state_mail(state__mail_template="gift_wrapped", state__label="Gift-wrapped")
    assert mail.template == "gift_wrapped"
    assert mail.letter.content.subject == "Order XKBKNABJK: Gift-wrapped"


def test_persian_is_written_from_the_right_with_its_own_digits() -> None:
    content = state_mail(order__language="fa", order__customer__name="آدا").letter.content
    assert content.subject == "سفارش XKBKNABJK: پرداخت شما دریافت شد"
    assert "۲۸٫۷۰ یورو" in content.text
    assert f"{FIRST_STRONG}XKBKNABJK" in content.text
    assert '<bdi dir="ltr">XKBKNABJK</bdi>' in content.html
    assert '<bdi dir="rtl">آدا</bdi>' in content.html


def test_english_text_holds_no_invisible_characters() -> None:
    assert state_mail().letter.content.text.isascii()


def test_what_a_customer_is_called_stays_text_in_html() -> None:
    name = '<script>alert(1)</script>"\u2069 & {{ name }}'
    html = state_mail(order__customer__name=name).letter.content.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\" &amp; {{ name }}</bdi>" in html


def test_a_colour_that_is_none_is_not_written_into_the_style() -> None:
    state = StateView.model_validate({**samples.STATE, "colour": "red;background:url(//x.test)"})
    facts = state_mail().facts.model_copy(update={"state": state})
    assert "x.test" not in WRITER.write(facts).html


def test_a_reply_is_the_employee_s_words_and_nothing_around_them() -> None:
    content = reply().letter.content
    assert content.subject == "Re: Payment accepted"
    assert content.text.startswith("It left this morning.\n\nAnna\n\n-- \nCorner Shop Ltd\n")
    assert "Hello" not in content.text


def test_a_reply_keeps_its_lines_and_each_paragraph_its_direction() -> None:
    html = reply(message__text="سلام\nخوبید؟\n\nHello <b>", thread__language="fa").letter.content.html
    assert '<p dir="rtl" style="margin: 0 0 16px 0;text-align: right;">سلام<br>\nخوبید؟</p>' in html
    assert '<p dir="ltr" style="margin: 0 0 16px 0;text-align: left;">Hello &lt;b&gt;</p>' in html


def test_a_reply_about_no_order_names_its_thread_in_the_subject_once() -> None:
    token = subject_token(UUID(samples.THREAD_ID))
    for subject in ("Re: Do you sell cups?", f"Re: Do you sell cups? {token}", "Do you sell cups? [#0123456789]"):
        content = reply(thread__subject=subject, thread__order_id=None, thread__order_reference=None).letter.content
        assert content.subject == f"Re: Do you sell cups? {token}"


def test_a_reply_in_a_thread_without_a_subject_names_the_shop() -> None:
    assert reply(thread__subject="Re: ").letter.content.subject == "Re: Corner Shop"
