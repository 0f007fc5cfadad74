"""Templates: the editor, previews, versions and pictures."""

import base64
import re
import tomllib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from shared.clients.client import NoReply
from shared.console.pages.templates.names import LAYOUT, MAILS
from shared.console.users import Users
from tests.shared.console.fake_operations import XSS
from tests.shared.console.fakes import FakeBus

MAIL = "/templates/notify/payment"
INVOICE = "/templates/documents/invoice"
PICTURES = "/templates/pictures"
PNG = ("logo.png", b"\x89PNG", "image/png")

ROOT = Path(__file__).parents[3]


def test_every_mail_that_is_built_in_is_listed() -> None:
    built_in = set(tomllib.loads((ROOT / "services/notify/languages/en.toml").read_text())["mails"])
    assert set(MAILS) == built_in | {LAYOUT}
    page = (ROOT / "docs/howto/mails.md").read_text()
    missing = []
    for name in sorted(built_in):  # the page shortens `order_return_confirmed` to `_confirmed`
        short = re.sub("^order_return", "", name)
        if f"`{name}`" not in page and f"`{short}`" not in page:
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("path", ["/templates", MAIL, f"{MAIL}/versions", PICTURES])
def test_templates_are_for_managers(browser: TestClient, users: Users, path: str) -> None:
    assert browser.get(path).status_code == 200
    users.set_roles("anna@shop.test", ["orders", "desk"])
    assert browser.get(path).status_code == 403


def test_the_gallery_shows_what_the_shop_replaced(browser: TestClient, bus: FakeBus) -> None:
    own = {"template": "my_mail", "language": "fa", "version_number": 3}
    bus.answer("template.list", service="notify", templates=[own])
    page = browser.get("/templates?language=fa&samples=yes").text
    assert "own (fa), version 3" in page
    assert 'src="/templates/notify/my_mail/sample?language=fa"' in page
    assert 'sandbox title="order_conf"' in page


def test_a_template_is_stored_as_typed(browser: TestClient, bus: FakeBus) -> None:
    form = {"_language": "fa", "subject": "Paid", "text": "Thank you\r\n\r\nBye", "html": "x"}
    assert browser.post(MAIL, data=form).headers["location"] == f"{MAIL}?language=fa"
    assert bus.sent[0].data == {
        "service": "notify",
        "template": "payment",
        "language": "fa",
        "subject": "Paid",
        "text": "Thank you\n\nBye",
        "by": "anna@shop.test",
    }
    bus.refuse("template.put", "broken_template", "Line 2: no 'colr'.", field="css")
    refused = browser.post(INVOICE, data={"html": "<p>kept</p>", "css": "p { colr: red }"})
    assert refused.status_code == 422
    assert 'id="w-css"' in refused.text
    assert "p { colr: red }" in refused.text
    assert "&lt;p&gt;kept&lt;/p&gt;" in refused.text


def test_a_draft_is_a_real_mail_in_which_nothing_runs(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("mail.preview", html=f"<p>Paid</p>{XSS}", text=XSS)
    draft = browser.post(f"{MAIL}/draft", data={"text": "Paid", "_order_id": "XKBKNABJK"})
    assert "<p>Paid</p>" in draft.text
    assert draft.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert bus.asked[-1].data == {
        "template": "payment",
        "language": "en",
        "text": "Paid",
        "order_id": "XKBKNABJK",
    }
    assert "<script>" not in browser.post(f"{MAIL}/draft", data={"_part": "text"}).text
    bus.refuse("mail.preview", "broken_template", f"line 1: {XSS}")
    refused = browser.post(f"{MAIL}/draft", data={"text": "{{ x"})
    assert refused.status_code == 422
    assert "<script>" not in refused.text
    layout = browser.post("/templates/notify/layout/draft", data={"_shown_mail": "payment"})
    assert layout.status_code == 422
    assert bus.asked[-1].data["shown_mail"] == "payment"


def test_a_draft_of_a_document_is_a_pdf(browser: TestClient, bus: FakeBus) -> None:
    draft = browser.post(f"{INVOICE}/draft", data={"css": "h1 {}", "_sample": "de"})
    assert draft.headers["content-type"] == "application/pdf"
    assert bus.asked[-1].data == {"kind": "invoice", "language": "de", "css": "h1 {}"}
    sample = browser.get(f"{INVOICE}/sample?language=fa")
    assert sample.headers["content-type"] == "application/pdf"
    bus.error = NoReply("busy")
    assert "try again" in browser.get(f"{INVOICE}/sample").text


def test_versions_are_looked_at_and_put_back(browser: TestClient, bus: FakeBus) -> None:
    earlier = browser.get(f"{MAIL}?version=1").text
    assert "This is an earlier version." in earlier
    assert next(one for one in bus.asked if one.name == "template.get").data["version_number"] == 1
    assert "anna@shop.test" in browser.get(f"{MAIL}/versions?language=en").text
    form = {"_language": "en", "version_number": "1"}
    assert browser.post(f"{MAIL}/restore", data=form).headers["location"] == f"{MAIL}?language=en"
    assert browser.post(f"{MAIL}/reset", data={"_language": "en"}).status_code == 303
    assert bus.names() == ["template.restore", "template.reset"]
    bus.refuse("template.restore", "unknown_template_version", "There is no version 9.")
    assert "There is no version 9." in browser.post(f"{MAIL}/restore", data=form).text
    assert browser.get("/templates/orders/x").status_code == 404


def test_pictures_are_added_shown_and_removed(browser: TestClient, bus: FakeBus) -> None:
    form = {"asset": "logo", "description": "Corner Shop"}
    stored = browser.post(PICTURES, data=form, files={"picture": PNG})
    assert stored.headers["location"] == PICTURES
    assert base64.b64decode(bus.sent[0].data["content"]) == PNG[1]
    assert "Choose a PNG" in browser.post(PICTURES, data=form).text
    bus.refuse("asset.put", "no_picture", "This is no PNG or JPEG.", field="content")
    refused = browser.post(PICTURES, data=form, files={"picture": PNG})
    assert "This is no PNG or JPEG." in refused.text
    assert 'value="Corner Shop"' in refused.text
    assert browser.get(f"{PICTURES}/logo").headers["content-type"] == "image/png"
    bus.answer("asset.get", media_type="text/html")
    hostile = browser.get(f"{PICTURES}/logo")
    assert hostile.headers["content-type"] == "application/octet-stream"
    assert browser.post(f"{PICTURES}/logo/remove").status_code == 303
    assert bus.names()[-1] == "asset.remove"
