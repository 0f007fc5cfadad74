"""Templates, pictures and drafts, through the pipeline on both databases."""

from base64 import b64decode
from typing import Any
from uuid import uuid4

import pytest

from services.documents.domain.branding import Asset, Template
from services.documents.domain.sample import sample
from shared.contracts import samples
from tests.documents.builders import EVENTS, INVOICE_ID, RenderPool, an_invoice, issued
from tests.words import ServiceHarness, changed

PUT = samples.PUT_TEMPLATE
LOGO = {"asset": "logo", "content": samples.PICTURE, "description": "Corner Shop"}
SMALL = {
    "content": samples.PICTURE,
    "media_type": "image/png",
    "width": 1,
    "height": 1,
    "description": "Corner Shop",
}


def printed_with(
    desk: ServiceHarness, press: RenderPool, shop: str = "default", **changes: Any
) -> Template:
    """The template that the next invoice is printed with."""
    desk.tell(
        EVENTS["invoice"],
        issued(an_invoice(document_id=uuid4(), number=uuid4().hex, **changes)),
        shop=shop,
    )
    return press.brandings[-1].template


def test_a_shops_template_is_used_from_then_on(desk: ServiceHarness, press: RenderPool) -> None:
    (told,) = desk.tell("template.put", PUT)
    assert (told.name, told.subject, told.data["built_in"]) == (
        "template.changed",
        "invoice",
        False,
    )
    assert press.printed == ["IN000001"] * 2  # tried in both directions
    assert printed_with(desk, press) == Template(PUT["html"], PUT["css"])
    assert printed_with(desk, press, shop="other") == Template()
    desk.tell(EVENTS["credit_slip"], issued(sample("credit_slip")))
    assert press.brandings[-1].template == Template()


def test_the_nearest_language_counts(desk: ServiceHarness, press: RenderPool) -> None:
    for language in ("fa", None):
        desk.tell("template.put", changed(PUT, language=language, html=f"<p>{language}"))
    assert printed_with(desk, press, language="fa-IR").html == "<p>fa"
    assert printed_with(desk, press, language="de").html == "<p>None"


def test_a_reset_gives_the_built_in_one_back(desk: ServiceHarness, press: RenderPool) -> None:
    desk.tell("template.put", PUT)
    reset = {"service": "documents", "template": "invoice"}
    (told,) = desk.tell("template.reset", reset)
    assert told.data["built_in"]
    assert printed_with(desk, press) == Template()
    assert desk.tell("template.reset", reset) == []
    desk.tell("template.put", PUT)
    assert printed_with(desk, press) != Template()


def test_what_a_shop_replaced_is_listed_and_given_back(desk: ServiceHarness) -> None:
    for language in (None, "fa"):
        desk.tell("template.put", changed(PUT, language=language))
    names = [
        {"template": "invoice", "language": language, "version_number": 1}
        for language in (None, "fa")
    ]
    assert desk.ask("template.list", {"service": "documents"}).data == {
        "service": "documents",
        "templates": names,
    }
    wanted = {"service": "documents", "template": "invoice", "language": "fa"}
    given = desk.ask("template.get", wanted).data["shop_template"]
    assert given == {
        "template": "invoice",
        "language": "fa",
        "html": PUT["html"],
        "css": PUT["css"],
        "subject": "",
        "text": "",
    }
    assert desk.tell("template.put", wanted) == []  # what is left out stays
    assert desk.ask("template.get", wanted).data["shop_template"] == given
    desk.tell("template.reset", wanted)
    assert desk.ask("template.get", wanted).data["shop_template"] is None
    assert desk.ask("template.list", {"service": "documents"}).data["templates"] == names[:1]
    assert desk.ask("template.list", {"service": "documents"}, shop="other").data["templates"] == []


def test_every_version_is_kept_with_its_author_and_can_be_put_back(
    desk: ServiceHarness, press: RenderPool
) -> None:
    name = {"service": "documents", "template": "invoice", "language": None}
    desk.tell("template.put", PUT | {"by": "anna@shop.test"})
    desk.tell("template.put", changed(PUT, css="h1 { color: red }"))
    desk.tell("template.reset", name | {"by": "ben@shop.test"})
    (told,) = desk.tell("template.restore", name | {"version_number": 1, "by": "cleo@shop.test"})
    assert (told.data["version_number"], told.data["restored"], told.data["by"]) == (
        4,
        1,
        "cleo@shop.test",
    )
    assert printed_with(desk, press) == Template(PUT["html"], PUT["css"])
    answer = desk.ask("template.versions", name | {"limit": 3}).data
    versions = answer["versions"]
    assert answer["total_count"] == 4
    assert [(each["version_number"], each["by"], each["built_in"]) for each in versions] == [
        (4, "cleo@shop.test", False),
        (3, "ben@shop.test", True),
        (2, "system", False),
    ]
    second = desk.ask("template.get", name | {"version_number": 2}).data
    assert second["shop_template"]["css"] == "h1 { color: red }"
    assert "priced.html" in second["built_in_template"]["html"]
    press.fails = "The template was tried and failed: no."
    (refused,) = desk.tell("template.restore", name | {"version_number": 2})
    assert refused.data["code"] == "template_failed"
    (refused,) = desk.tell("template.restore", name | {"version_number": 5})
    assert refused.data["code"] == "unknown_template_version"
    assert desk.ask("template.versions", name, shop="other").data["versions"] == []


def test_a_template_that_fails_is_refused_and_changes_nothing(
    desk: ServiceHarness, press: RenderPool
) -> None:
    press.fails = "The template was tried and failed: line 3."
    (told,) = desk.tell("template.put", PUT)
    assert (told.name, told.data["code"], told.data["reason"]) == (
        "template.put_refused",
        "template_failed",
        press.fails,
    )
    press.fails = ""
    assert printed_with(desk, press) == Template()


@pytest.mark.parametrize("name", ["template.put", "template.reset"])
def test_an_unknown_template_is_refused(name: str, desk: ServiceHarness, press: RenderPool) -> None:
    only = PUT if name == "template.put" else {"service": "documents", "template": "invoice"}
    (told,) = desk.tell(name, {**only, "template": "payment"})
    assert (told.name, told.data["code"]) == (f"{name}_refused", "unknown_template")
    assert told.data["reason"].startswith("There is no template 'payment'; there are: ")
    (told,) = desk.tell(name, {**only, "template": "invoce"})
    assert told.data["reason"].endswith("'invoce'; did you mean 'invoice'?")
    assert press.printed == []


def test_an_empty_template_is_refused(small_desk: ServiceHarness) -> None:
    (told,) = small_desk.tell("template.put", changed(PUT, html=" \n", css=""))
    assert (told.data["code"], told.data["details"]) == ("empty", {"field": "html"})


@pytest.mark.parametrize(
    ("service", "told"),
    [("documents", {"command.done"}), ("notify", set()), ("orders", {"template.reset_refused"})],
)
def test_the_service_that_is_meant_answers_and_where_none_is_the_first(
    service: str, told: set[str], small_desk: ServiceHarness
) -> None:
    wanted = {"service": service, "template": "invoice"}
    assert {
        one.name for one in small_desk.tell("template.reset", wanted, replyto="client.r")
    } == told


def test_an_unknown_template_is_not_read(small_desk: ServiceHarness) -> None:
    refused = small_desk.ask("template.get", {"service": "documents", "template": "payment"})
    assert (refused.name, refused.data["code"]) == ("template.get_refused", "unknown_template")


def test_a_document_whose_template_failed_is_kept_and_both_are_told(
    desk: ServiceHarness, press: RenderPool
) -> None:
    press.fails = "line 3 of the template: it is gone"
    told = desk.tell(EVENTS["invoice"], issued(an_invoice()))
    assert [one.name for one in told] == [
        "document.rendered",
        "document.content",
        "document.failed",
    ]
    assert told[-1].data["code"] == "template_failed"
    assert (
        told[-1].data["reason"]
        == "It was printed with the built-in template, because the shop's failed: line 3 of the"
        " template: it is gone."
    )


def test_a_logo_is_kept_used_and_removed(desk: ServiceHarness, press: RenderPool) -> None:
    (told,) = desk.tell("asset.put", LOGO)
    assert (told.name, told.data) == (
        "asset.changed",
        {"asset": "logo", "size": 70, "small": SMALL},
    )
    printed_with(desk, press)
    assert press.brandings[-1].assets == {
        "logo": Asset(b64decode(samples.PICTURE), "image/png", "Corner Shop")
    }
    assert desk.ask("asset.list", {}).data["assets"] == [
        {"asset": "logo", "description": "Corner Shop", "media_type": "image/png", "size": 70},
    ]
    got = desk.ask("asset.get", {"asset": "logo"}).data
    assert (b64decode(got["content"]), got["size"]) == (b64decode(samples.PICTURE), 70)
    assert [one.data["size"] for one in desk.tell("asset.remove", {"asset": "logo"})] == [0]
    assert desk.ask("asset.get", {"asset": "logo"}).data["code"] == "unknown_asset"
    assert desk.tell("asset.remove", {"asset": "logo"}) == []
    printed_with(desk, press)
    assert press.brandings[-1].assets == {}
    assert desk.ask("asset.list", {}).data["assets"] == []


def test_what_is_no_picture_is_refused(desk: ServiceHarness, press: RenderPool) -> None:
    press.fails = "The picture cannot be used: it is a text."
    (told,) = desk.tell("asset.put", LOGO)
    assert (told.name, told.data["code"], told.data["details"]) == (
        "asset.put_refused",
        "no_picture",
        {"field": "content"},
    )
    assert desk.tell("asset.remove", {"asset": "logo"}) == []


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("template.put", changed(PUT, service="orders"), "service"),
        ("template.put", changed(PUT, template="X"), "template"),
        ("template.put", changed(PUT, html="x" * 100_001), "html"),
        ("template.put", {"service": "documents"}, "template"),
        ("asset.put", changed(LOGO, asset="../etc"), "asset"),
        ("asset.put", changed(LOGO, content="a"), "content"),
        ("asset.put", {"asset": "logo"}, "content"),
    ],
)
def test_wrong_fields_are_refused_by_name(
    name: str, data: dict[str, Any], field: str, small_desk: ServiceHarness
) -> None:
    (told,) = small_desk.tell(name, data)
    assert (told.name, told.data["code"]) == (f"{name}_refused", "invalid")
    assert told.data["reason"].startswith(field)


def test_a_draft_answers_its_asker_and_is_not_kept(desk: ServiceHarness, press: RenderPool) -> None:
    desk.tell("template.put", PUT)
    events = len(desk.outbox())
    draft = desk.ask("document.preview", {"kind": "invoice", "language": "de"})
    assert (draft.name, b64decode(draft.data["content"])) == (
        "document.preview_answered",
        b"%PDF IN000001",
    )
    assert press.brandings[-1].draft
    assert press.brandings[-1].template == Template(PUT["html"], PUT["css"])
    desk.ask("document.preview", {"kind": "invoice", "css": "h1 {}"})
    assert press.brandings[-1].template == Template(PUT["html"], "h1 {}")
    assert desk.ask("document.list", {"order_id": samples.ORDER_ID}).data["documents"] == []
    assert len(desk.outbox()) == events


def test_a_draft_of_a_kept_document_shows_its_own_data(
    desk: ServiceHarness, press: RenderPool
) -> None:
    desk.tell(EVENTS["invoice"], issued(an_invoice(number="IN000007")))
    draft = desk.ask("document.preview", {"kind": "invoice", "document_id": str(INVOICE_ID)})
    assert b64decode(draft.data["content"]) == b"%PDF IN000007"


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"document_id": str(uuid4())}, "unknown_document", "document_id"),
        (
            {"kind": "credit_slip", "document_id": str(INVOICE_ID)},
            "unknown_document",
            "document_id",
        ),
        ({"kind": "letter"}, "invalid", "kind"),
        ({"document_id": "7"}, "invalid", "document_id"),
        ({}, "template_failed", None),
    ],
)
def test_a_draft_that_cannot_be_drawn_is_refused(
    wanted: dict[str, str],
    code: str,
    field: str | None,
    desk: ServiceHarness,
    press: RenderPool,
) -> None:
    desk.tell(EVENTS["invoice"], issued(an_invoice()))
    press.fails = "The template was tried and failed: no."
    refused = desk.ask("document.preview", {"kind": "invoice"} | wanted)
    assert (refused.name, refused.data["code"]) == ("document.preview_refused", code)
    assert refused.data["details"].get("field") == field
