"""What shops replace in their mails."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.notify.adapters.mail_writer import read_layouts
from services.notify.adapters.template_sandbox import LAYOUTS, environment, forbidden
from services.notify.domain.branding import Branding, Replacement
from services.notify.domain.sample import sample
from shared.contracts.envelope import Envelope
from tests.notify.builders import WRITER, FakeAdapters, NotifyHarness, opened, transitioned
from tests.words import delivery

PAGE = Path(__file__).parents[2] / "docs/howto/mails.md"
PAYMENT = {
    "service": "notify",
    "kind": "payment",
    "language": "en",
    "subject": "Paid: {{ reference }}",
    "text": "Dear {{ name }},\n\nyour money is here{% if paid %}: {{ paid }}{% endif %}.",
}
LAYOUT = {
    "service": "notify",
    "kind": "layout",
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
        "kind": "payment",
        "language": "en",
        "built_in": False,
    }
    subject, text, html = sent(desk, adapters)
    assert subject == "Paid: XKBKNABJK"
    assert "your money is here: EUR 28.70." in text
    assert "your money is here" in html
    (again,) = desk.tell(
        "template.reset", {"service": "notify", "kind": "payment", "language": "en"}
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
            {"kind": "layout", "language": None},
            {"kind": "payment", "language": None},
            {"kind": "payment", "language": "en"},
        ],
    }
    wanted = {"service": "notify", "kind": "payment", "language": "en"}
    given = desk.ask("template.get", wanted).data["template"]
    assert {"service": "notify"} | given == PAYMENT | {"html": "", "css": ""}
    put(desk, wanted)  # what is left out stays
    assert desk.ask("template.get", wanted).data["template"] == given
    desk.tell("template.reset", wanted)
    assert desk.ask("template.get", wanted).data == {"service": "notify", "template": None}
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
        ({"subject": "{{ refrence }}"}, "'refrence' is undefined"),
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
        ({"html": "{{ shop | attr('__class__') }}"}, "the filter 'attr' does not exist"),
        ({"html": "{% if paragraphs < 3 %}{% endif %}"}, "not supported between"),
    ],
)
def test_a_broken_template_is_refused_with_its_place_and_changes_nothing(
    small_desk: NotifyHarness, adapters: FakeAdapters, changes: dict[str, str], sentence: str
) -> None:
    refusal = put(small_desk, PAYMENT, **changes)
    assert (refusal.name, refusal.data["code"]) == ("template.put_refused", "broken_template")
    assert sentence in refusal.data["reason"]
    assert not refusal.data["reason"].endswith("..")
    assert sent(small_desk, adapters)[0] == "Order XKBKNABJK: your payment has arrived"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (PAYMENT | {"language": "tlh"}, "unknown_language"),
        (PAYMENT | {"subject": "", "text": ""}, "empty"),
        (LAYOUT | {"subject": "x"}, "not_of_layout"),
        (PAYMENT | {"kind": "No Name"}, "invalid"),
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
    template = PAYMENT if name == "template.put" else {"kind": "payment"}
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


def test_words_can_be_looked_at_before_they_are_put(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    wanted = {"template": "payment", "language": "en", "subject": "Tried: {{ reference }}"}
    assert small_desk.ask("mail.preview", wanted).data["subject"] == "Tried: XKBKNABJK"
    assert (
        small_desk.ask("mail.preview", wanted | {"subject": "{{ x }}"}).data["code"]
        == "broken_template"
    )
    assert sent(small_desk, adapters)[0].startswith("Order")


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
