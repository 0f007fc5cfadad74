"""What shops replace in their mails."""

import json
import re
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.adapters.mail_writer import read_layouts
from services.notify.adapters.template_sandbox import LAYOUTS, environment, forbidden
from services.notify.domain.branding import Branding, Replacement
from services.notify.domain.sample import sample
from shared.contracts import samples
from shared.contracts.assets import AssetChanged
from shared.contracts.envelope import Envelope
from tests.notify.builders import WRITER, FakeAdapters, NotifyHarness, opened, transitioned
from tests.words import changed, delivery

LOGO = AssetChanged.example
PAGE = Path(__file__).parents[2] / "docs/howto/mails.md"
PAYMENT = {
    "service": "notify",
    "template": "payment",
    "language": "en",
    "subject": "Paid: {{ reference }}",
    "text": "Dear {{ name }},\n\nyour money is here{% if paid %}: {{ paid }}{% endif %}.",
}
LAYOUT = {
    "service": "notify",
    "template": "layout",
    "css": "p { color: #aa0000 }",
    "html": (
        "<html><body><h1>{{ shop | rich }}</h1>"
        "{% for part in paragraphs %}<p>{{ part | rich }}</p>{% endfor %}</body></html>"
    ),
}


def sent(
    desk: NotifyHarness, adapters: FakeAdapters, shop: str = "default", **changes: Any
) -> tuple[str, str, str]:
    """Subject, text and HTML of a new mail about a payment."""
    desk.tell("order.transitioned", transitioned(attach=[], **changes), shop=shop)
    desk.run_own_commands()
    mail = opened(adapters.sent[-1].content)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return mail["Subject"], text.get_content(), html.get_content()


def put(desk: NotifyHarness, template: dict[str, Any], **changes: Any) -> Envelope:
    (told,) = desk.tell("template.put", template | changes)
    return told


def test_a_shop_s_words_take_the_place_of_ours_until_they_are_taken_back(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    told = put(desk, PAYMENT)
    assert told.data == {
        "service": "notify",
        "template": "payment",
        "language": "en",
        "built_in": False,
        "version_number": 1,
        "restored": None,
        "by": "system",
    }
    subject, text, html = sent(desk, adapters)
    assert subject == "Paid: XKBKNABJK"
    assert "your money is here: EUR 28.70." in text
    assert "your money is here" in html
    (again,) = desk.tell(
        "template.reset", {"service": "notify", "template": "payment", "language": "en"}
    )
    assert again.data["built_in"]
    assert sent(desk, adapters)[0] == "Order XKBKNABJK: your payment has arrived"


def test_what_a_shop_replaced_is_listed_and_given_back(desk: NotifyHarness) -> None:
    for template in (LAYOUT, PAYMENT, PAYMENT | {"language": None}):
        put(desk, template)
    listed = desk.ask("template.list", {"service": "notify"}).data
    assert listed == {
        "service": "notify",
        "templates": [
            {"template": "layout", "language": None, "version_number": 1},
            {"template": "payment", "language": None, "version_number": 1},
            {"template": "payment", "language": "en", "version_number": 1},
        ],
    }
    wanted = {"service": "notify", "template": "payment", "language": "en"}
    given = desk.ask("template.get", wanted).data["shop_template"]
    assert {"service": "notify"} | given == PAYMENT | {"html": "", "css": ""}
    assert desk.tell("template.put", wanted) == []  # what is left out stays
    assert desk.ask("template.get", wanted).data["shop_template"] == given
    desk.tell("template.reset", wanted)
    assert desk.ask("template.get", wanted).data["shop_template"] is None
    assert len(desk.ask("template.list", {"service": "notify"}).data["templates"]) == 2
    assert desk.ask("template.list", {"service": "notify"}, shop="other").data["templates"] == []


def test_they_are_used_in_their_language_and_their_shop_only(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    put(small_desk, PAYMENT)
    assert sent(small_desk, adapters, order__language="de")[0].startswith("Bestellung")
    assert sent(small_desk, adapters, shop="other")[0].startswith("Order")


def test_words_for_all_languages_give_way_to_those_for_one(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    put(small_desk, PAYMENT, language=None, subject="All: {{ reference }}")
    put(small_desk, PAYMENT)
    assert sent(small_desk, adapters)[0] == "Paid: XKBKNABJK"
    assert sent(small_desk, adapters, order__language="de")[0] == "All: XKBKNABJK"


def test_a_shop_s_layout_holds_all_its_mails(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    put(small_desk, LAYOUT)
    html = sent(small_desk, adapters)[2]
    assert "<h1>Corner Shop</h1>" in html.replace('<bdi dir="ltr">', "").replace("</bdi>", "")
    assert "color: #aa0000" in html


def test_a_layout_escapes_what_customers_are_called(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    put(small_desk, LAYOUT)
    put(small_desk, PAYMENT, text="Dear {{ name }}")
    html = sent(small_desk, adapters, order__customer__name="<script>alert(1)</script>")[2]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_css_alone_changes_the_built_in_layout(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    put(small_desk, LAYOUT, html="", css="td.head { color: #00aa00 }")
    assert "color: #00aa00" in sent(small_desk, adapters)[2]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"text": "Dear {{ name }},\n\n{{ refrence }}"},
            "'text', line 3: there is no variable 'refrence'; did you mean 'reference'",
        ),
        ({"text": "{% if %}"}, "'text', line 1"),
        ({"text": "one\n{{ range(10) }}"}, "'text', line 2: 'call' is not allowed in a template"),
        ({"text": "{{ name * 1000000000 }}"}, "'mul' is not allowed"),
        ({"text": "{{ ''.__class__.__mro__ }}"}, "'getattr' is not allowed"),
        ({"text": "{% for a in name %}{% endfor %}"}, "'for' is not allowed"),
        ({"text": "{% include 'mail.html' %}"}, "'include' is not allowed"),
        ({"text": "{% set a = 1 %}"}, "'assign' is not allowed"),
        ({"subject": "Paid: {{ reference"}, "'subject', line 1: unexpected end of template"),
        (
            {
                "html": (
                    "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{%"
                    " endfor %}{% endfor %}"
                )
            },
            "loops are nested too deeply",
        ),
        ({"html": "{{ shop.__class__ }}"}, "'.__class__' is allowed after 'loop' only"),
        ({"html": "{{ shop | attr('__class__') }}"}, "there is no filter 'attr'"),
        (
            {"html": "<p>\n{{ shop | upr }}"},
            "'html', line 2: there is no filter 'upr'; did you mean 'upper'?",
        ),
        ({"html": "{{ paragraphs }}\n<div><b></div>"}, "'html', line 2: <b> is not closed."),
        ({"html": "<p>{{ shop }}</p>"}, "'html': it does not place 'paragraphs'"),
        (
            {"css": "p {\n  colr: red }"},
            "'css', line 2: there is no property 'colr'; did you mean 'color'?",
        ),
        (
            {"html": "{{ paragraphs }}<img src='asset:lgo'>"},
            "'html', line 1: the shop has no picture 'lgo'",
        ),
        (
            {"html": "{{ paragraphs }}<img src='asset:{{ shop }}'>"},
            "write the name of the picture behind",
        ),
        (
            {"html": "{% if paragraphs < 3 %}{% endif %}"},
            "Tried on the mail 'payment' in 'en': '<' not",
        ),
    ],
)
def test_a_broken_template_is_refused_with_its_place_and_changes_nothing(
    small_desk: NotifyHarness, adapters: FakeAdapters, changes: dict[str, str], sentence: str
) -> None:
    refusal = put(small_desk, PAYMENT, **changes)
    assert (refusal.name, refusal.data["code"]) == ("template.put_refused", "broken_template")
    assert sentence in refusal.data["reason"]
    assert refusal.data["details"]["field"] == next(iter(changes))
    assert not refusal.data["reason"].endswith("..")
    assert sent(small_desk, adapters)[0] == "Order XKBKNABJK: your payment has arrived"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (PAYMENT | {"language": "tlh"}, "unknown_language"),
        (PAYMENT | {"subject": "", "text": " \n"}, "empty"),
        (PAYMENT | {"template": "paymnet"}, "unknown_template"),
        (LAYOUT | {"subject": "x"}, "not_of_layout"),
        (PAYMENT | {"template": "No Name"}, "invalid"),
    ],
)
def test_what_cannot_be_a_template_is_refused(
    small_desk: NotifyHarness, template: dict[str, str], code: str
) -> None:
    assert put(small_desk, template).data["code"] == code


@pytest.mark.parametrize("name", ["template.put", "template.reset"])
@pytest.mark.parametrize("service", ["documents", "orders", None])
def test_what_another_service_answers_is_not_answered_here(
    small_desk: NotifyHarness, name: str, service: Any
) -> None:
    template = PAYMENT if name == "template.put" else {"template": "payment"}
    assert small_desk.tell(name, template | {"service": service}, replyto="client.r") == []


@pytest.mark.parametrize(("service", "answers"), [("notify", 1), ("documents", 0), ("orders", 0)])
def test_a_question_is_answered_by_the_service_that_is_meant(
    small_desk: NotifyHarness, service: str, answers: int
) -> None:
    small_desk.deliver(delivery("template.list", {"service": service}, replyto="client.r"))
    assert len(small_desk.answers) == answers


def test_a_template_that_fails_when_it_is_used_loses_no_mail() -> None:
    broken = Branding().replacing("payment", "en", Replacement(subject="{{ gone_since }}"))
    assert WRITER.write(*sample("payment", "en"), broken) == WRITER.write(*sample("payment", "en"))


def test_every_version_is_kept_with_its_author_and_can_be_put_back(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    name = {"service": "notify", "template": "payment", "language": "en"}
    put(desk, PAYMENT, by="anna@shop.test")
    desk.clock.advance(timedelta(days=1))
    put(desk, PAYMENT, subject="Second: {{ reference }}", by="ben@shop.test")
    desk.tell("template.reset", name)
    (told,) = desk.tell("template.restore", name | {"version_number": 1, "by": "cleo@shop.test"})
    assert (told.name, told.data["version_number"], told.data["restored"]) == (
        "template.changed",
        4,
        1,
    )
    assert sent(desk, adapters)[0] == "Paid: XKBKNABJK"
    answer = desk.ask("template.versions", name).data
    assert answer["total_count"] == 4
    assert [tuple(version.values()) for version in answer["versions"]] == [
        (4, "2026-11-22T12:00:00Z", "cleo@shop.test", False, 1),
        (3, "2026-11-22T12:00:00Z", "system", True, None),
        (2, "2026-11-22T12:00:00Z", "ben@shop.test", False, None),
        (1, "2026-11-21T12:00:00Z", "anna@shop.test", False, None),
    ]
    page = desk.ask("template.versions", name | {"before_version_number": 4, "limit": 1}).data[
        "versions"
    ]
    assert page == answer["versions"][1:2]
    second = desk.ask("template.get", name | {"version_number": 2}).data
    assert second["shop_template"]["subject"] == "Second: {{ reference }}"
    assert second["shown_version"] == answer["versions"][2]
    built_in = second["built_in_template"]
    assert built_in["subject"] == "Order {{ reference }}: your payment has arrived"
    assert desk.tell("template.restore", name | {"version_number": 4}) == []  # it applies already
    (refused,) = desk.tell("template.restore", name | {"version_number": 9})
    assert (refused.data["code"], refused.data["reason"]) == (
        "unknown_template_version",
        "There is no version 9 of this template; the newest is 4.",
    )
    of_other_shop = desk.ask("template.versions", name, shop="other").data
    assert (of_other_shop["versions"], of_other_shop["total_count"]) == ([], 0)


def test_a_version_that_no_longer_works_is_not_put_back(small_desk: NotifyHarness) -> None:
    small_desk.tell("asset.changed", LOGO)
    shows_logo = LAYOUT["html"].replace("<body>", '<body><img src="asset:logo" alt="">')
    put(small_desk, LAYOUT, html=shows_logo)
    put(small_desk, LAYOUT)
    small_desk.tell("asset.changed", {"asset": "logo", "size": 0})
    back = {"service": "notify", "template": "layout", "version_number": 1}
    (refused,) = small_desk.tell("template.restore", back)
    assert refused.data["code"] == "broken_template"
    assert "the shop has no picture 'logo'" in refused.data["reason"]
    assert refused.data["details"]["field"] == "version_number"


def test_a_mail_of_an_own_state_may_have_a_template(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    gift = PAYMENT | {"template": "gift_wrapped"}
    assert put(desk, gift).data["code"] == "unknown_template"
    desk.tell("state.changed", changed(samples.STATE_DEFINITION, mail_template="gift_wrapped"))
    assert put(desk, gift).name == "template.changed"
    assert sent(desk, adapters, new_state__mail_template="gift_wrapped")[0] == "Paid: XKBKNABJK"


def test_a_template_is_shown_before_it_is_put(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    wanted = {"template": "payment", "language": "en", "subject": "Tried: {{ reference }}"}
    shown = small_desk.ask("mail.preview", wanted).data
    assert shown["subject"] == "Tried: XKBKNABJK"
    mail = opened(b64decode(shown["content"]))
    assert (mail["Subject"], mail["To"]) == (shown["subject"], "Ada Byron <ada@example.test>")
    broken = small_desk.ask("mail.preview", wanted | {"subject": "{{ x }}"})
    assert (broken.name, broken.data["code"]) == ("mail.preview_refused", "broken_template")
    assert broken.data["details"]["field"] == "subject"
    assert sent(small_desk, adapters)[0].startswith("Order")


def test_a_layout_is_shown_around_a_mail_before_it_is_put(small_desk: NotifyHarness) -> None:
    layout = {"template": "layout", "language": "de", "html": LAYOUT["html"], "css": LAYOUT["css"]}
    shown = small_desk.ask("mail.preview", layout).data
    assert (shown["template"], shown["language"]) == ("order_conf", "de")
    assert "<h1>" in shown["html"]
    assert "color: #aa0000" in shown["html"]
    other = small_desk.ask("mail.preview", layout | {"shown_mail": "shipped"}).data
    assert other["template"] == "shipped"
    assert small_desk.ask("template.list", {"service": "notify"}).data["templates"] == []


def test_a_preview_shows_the_data_of_an_order(desk: NotifyHarness, adapters: FakeAdapters) -> None:
    order = transitioned(attach=[], order__customer__name="Zoe Quill")
    desk.tell("order.transitioned", order)
    wanted = {"order_id": order["order"]["reference"]}
    for kind in ("payment", "shipped"):
        shown = desk.ask("mail.preview", wanted | {"template": kind}).data
        assert "Zoe Quill" in shown["text"], kind
    german = desk.ask("mail.preview", wanted | {"template": "payment", "language": "de"}).data
    assert german["subject"].startswith("Bestellung")
    elsewhere = desk.ask("mail.preview", wanted | {"template": "payment"}, shop="other").data
    assert elsewhere["code"] == "unknown_order"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"template": "paymnet"}, "unknown_template"),
        ({"template": "layout", "shown_mail": "shiped"}, "unknown_template"),
        ({"template": "payment", "language": "tlh"}, "unknown_language"),
        ({"template": "layout", "text": "x"}, "not_of_layout"),
        ({"template": "payment", "html": " "}, "empty"),
        ({"template": "payment", "order_id": "NOSUCHREF"}, "unknown_order"),
    ],
)
def test_a_preview_that_cannot_be_is_refused(
    small_desk: NotifyHarness, wanted: dict[str, str], code: str
) -> None:
    refused = small_desk.ask("mail.preview", wanted)
    assert (refused.name, refused.data["code"]) == ("mail.preview_refused", code)


def test_the_built_in_layout_keeps_to_what_shops_may_use() -> None:
    made = environment(None)
    assert forbidden(made.parse(read_layouts()["mail.html"]), LAYOUTS) is None


def test_the_template_of_the_how_to_page_is_taken_as_it_stands(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
    assert put(small_desk, json.loads(block)).name == "template.changed"
    subject, text, _html = sent(small_desk, adapters)
    assert subject == "Paid: XKBKNABJK"
    assert text.splitlines()[:3] == ["Hello Ada Byron,", "", "Thank you for EUR 28.70."]
