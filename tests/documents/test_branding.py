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
    reset = {"service": "documents", "kind": "invoice"}
    (told,) = desk.tell("template.reset", reset)
    assert told.data["built_in"]
    assert printed_with(desk, press) == Template()
    assert desk.tell("template.reset", reset) == []
    desk.tell("template.put", PUT)
    assert printed_with(desk, press) != Template()


def test_what_a_shop_replaced_is_listed_and_given_back(desk: ServiceHarness) -> None:
    for language in (None, "fa"):
        desk.tell("template.put", changed(PUT, language=language))
    names = [{"kind": "invoice", "language": language} for language in (None, "fa")]
    assert desk.ask("template.list", {"service": "documents"}).data == {
        "service": "documents",
        "templates": names,
    }
    wanted = {"service": "documents", "kind": "invoice", "language": "fa"}
    given = desk.ask("template.get", wanted).data["template"]
    assert given == {
        "kind": "invoice",
        "language": "fa",
        "html": PUT["html"],
        "css": PUT["css"],
        "subject": "",
        "text": "",
    }
    assert desk.tell("template.put", wanted) == []  # what is left out stays
    assert desk.ask("template.get", wanted).data["template"] == given
    desk.tell("template.reset", wanted)
    assert desk.ask("template.get", wanted).data == {"service": "documents", "template": None}
    assert desk.ask("template.list", {"service": "documents"}).data["templates"] == names[:1]
    assert desk.ask("template.list", {"service": "documents"}, shop="other").data["templates"] == []


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
def test_a_template_of_no_kind_is_refused(
    name: str, desk: ServiceHarness, press: RenderPool
) -> None:
    only = PUT if name == "template.put" else {"service": "documents", "kind": "invoice"}
    (told,) = desk.tell(name, {**only, "kind": "payment"})
    assert (told.name, told.data["code"]) == (f"{name}_refused", "unknown_kind")
    assert press.printed == []


@pytest.mark.parametrize(
    ("service", "told"),
    [("documents", {"command.done"}), ("notify", set()), ("orders", {"template.reset_refused"})],
)
def test_the_service_that_is_meant_answers_and_where_none_is_the_first(
    service: str, told: set[str], small_desk: ServiceHarness
) -> None:
    wanted = {"service": service, "kind": "invoice"}
    assert {
        one.name for one in small_desk.tell("template.reset", wanted, replyto="client.r")
    } == told


def test_of_a_kind_that_is_none_nothing_is_asked(small_desk: ServiceHarness) -> None:
    refused = small_desk.ask("template.get", {"service": "documents", "kind": "payment"})
    assert (refused.name, refused.data["code"]) == ("template.get_refused", "unknown_kind")


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
    press.fails = "The picture cannot be used: it is empty."
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
        ("template.put", changed(PUT, kind="X"), "kind"),
        ("template.put", changed(PUT, html="x" * 100_001), "html"),
        ("template.put", {"service": "documents"}, "kind"),
        ("asset.put", changed(LOGO, asset="../etc"), "asset"),
        ("asset.put", changed(LOGO, content="a"), "content"),
        ("asset.put", {"asset": "logo"}, "content"),
        ("document.preview", {"kind": "letter"}, "kind"),
        ("document.preview", {"kind": "invoice", "document_id": "7"}, "document_id"),
    ],
)
def test_wrong_fields_are_refused_by_name(
    name: str, data: dict[str, Any], field: str, small_desk: ServiceHarness
) -> None:
    (told,) = small_desk.tell(name, data)
    assert (told.name, told.data["code"]) == (f"{name}_refused", "invalid")
    assert told.data["reason"].startswith(field)


def test_a_draft_is_told_and_not_kept(desk: ServiceHarness, press: RenderPool) -> None:
    desk.tell("template.put", PUT)
    (told,) = desk.tell("document.preview", {"kind": "invoice", "language": "de"})
    assert (told.name, b64decode(told.data["content"])) == ("document.previewed", b"%PDF IN000001")
    assert press.brandings[-1].draft
    assert press.brandings[-1].template == Template(PUT["html"], PUT["css"])
    desk.tell("document.preview", {"kind": "invoice", "css": "h1 {}"})
    assert press.brandings[-1].template == Template("", "h1 {}")
    assert desk.ask("document.list", {"order_id": samples.ORDER_ID}).data["documents"] == []


def test_a_draft_of_a_kept_document_shows_its_own_data(
    desk: ServiceHarness, press: RenderPool
) -> None:
    desk.tell(EVENTS["invoice"], issued(an_invoice(number="IN000007")))
    (told,) = desk.tell("document.preview", {"kind": "invoice", "document_id": str(INVOICE_ID)})
    assert b64decode(told.data["content"]) == b"%PDF IN000007"


def test_a_draft_that_cannot_be_drawn_is_refused(desk: ServiceHarness, press: RenderPool) -> None:
    (told,) = desk.tell("document.preview", {"kind": "invoice", "document_id": str(uuid4())})
    assert told.data["code"] == "unknown_document"
    desk.tell(EVENTS["invoice"], issued(an_invoice()))
    (told,) = desk.tell("document.preview", {"kind": "credit_slip", "document_id": str(INVOICE_ID)})
    assert told.data["code"] == "unknown_document"
    press.fails = "The template was tried and failed: no."
    (told,) = desk.tell("document.preview", {"kind": "invoice"})
    assert (told.name, told.data["code"]) == ("document.preview_refused", "template_failed")
