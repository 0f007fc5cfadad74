"""The shop's pictures in its mails: they come along, and only those that are shown."""

from base64 import b64decode
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from services.notify.adapters.smtp import SmtpServer
from services.notify.domain.pictures import NOTHING, source, used_in
from shared.contracts import samples
from shared.contracts.assets import AssetChanged
from tests.notify.builders import FakeAdapters, NotifyHarness, opened, parts, transitioned
from tests.notify.servers import Receiver, smtp
from tests.words import changed

LOGO = AssetChanged.example
SOURCE = source("logo")


def sent(desk: NotifyHarness, adapters: FakeAdapters, **attributes: Any) -> EmailMessage:
    """A new mail of the shop."""
    desk.tell("order.transitioned", transitioned(attach=[]), **attributes)
    desk.run_own_commands()
    return opened(adapters.sent[-1].content)


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def picture_in(html: str) -> dict[str, str | None]:
    """The attributes of the only picture."""
    found: list[dict[str, str | None]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append(dict(attrs)) if tag == "img" else None  # type: ignore[method-assign]
    parser.feed(html)
    (picture,) = found
    return picture


def test_a_logo_comes_along_with_every_mail_of_its_shop(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    before = sent(small_desk, adapters)
    assert (SOURCE in html_of(before), "image/png" in parts(before)) == (False, False)
    small_desk.tell("asset.changed", changed(LOGO, small__width=480, small__height=121))
    mail = sent(small_desk, adapters)
    assert parts(mail) == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    shown = picture_in(html_of(mail))
    assert [shown[name] for name in ("src", "alt", "width", "height")] == [
        SOURCE,
        "Corner Shop",
        "240",
        "60",
    ]
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == (
        f"<{SOURCE[4:]}>",
        "inline",
    )
    assert picture.get_content() == b64decode(samples.PICTURE)
    assert list(mail.iter_attachments()) == []
    assert SOURCE not in html_of(sent(small_desk, adapters, shop="other"))


def test_a_logo_that_was_removed_is_in_no_mail_any_more(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    small_desk.tell("asset.changed", LOGO)
    assert SOURCE in html_of(sent(small_desk, adapters))
    small_desk.tell("asset.changed", {"asset": "logo", "size": 0})
    mail = sent(small_desk, adapters)
    assert (SOURCE in html_of(mail), "Corner Shop" in html_of(mail)) == (False, True)


def test_a_preview_shows_the_logo_without_a_mail(small_desk: NotifyHarness) -> None:
    small_desk.tell("asset.changed", changed(LOGO, small__description='A "shop" <b>'))
    shown = small_desk.ask("mail.preview", {"template": "payment"}).data
    picture = picture_in(shown["html"])
    assert (picture["src"], picture["alt"]) == (
        f"data:image/png;base64,{samples.PICTURE}",
        'A "shop" <b>',
    )
    assert "image/png" in parts(opened(b64decode(shown["content"])))


def put_layout(desk: NotifyHarness, html: str, css: str = "") -> list[Any]:
    body = "{% for part in paragraphs %}<p>{{ part | rich }}</p>{% endfor %}"
    page = f"<html><body>{html}{body}</body></html>"
    layout = {"service": "notify", "template": "layout", "html": page, "css": css}
    return desk.tell("template.put", layout)


def test_a_layout_shows_pictures_and_the_mail_brings_those_and_no_other(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    for name in ("banner", "logo", "stamp", "ground"):
        desk.tell("asset.changed", changed(LOGO, asset=name, small__description=name))
    stored = put_layout(
        desk,
        '<img src="asset:banner" alt="Sale"><img src="asset:banner" alt="Again">',
        "body { background-image: url(asset:ground) }",
    )
    assert [event.name for event in stored] == ["template.changed"]
    sent(desk, adapters)
    receiver = Receiver()
    with smtp(receiver) as port:
        server = SmtpServer("127.0.0.1", port, "none", timeout=5)
        assert server.send(adapters.sent[-1]).kind == "sent"
    mail = opened(receiver.taken[0].content)
    assert parts(mail) == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in pictures] == [
        f"<{source(name)[4:]}>" for name in used_in(html_of(mail))
    ]
    assert set(used_in(html_of(mail))) == {"banner", "ground"}
    assert [part.get_content_disposition() for part in pictures] == ["inline", "inline"]
    assert "asset:" not in html_of(mail)


def test_what_a_customer_writes_is_no_picture(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    small_desk.tell("asset.changed", changed(LOGO, asset="banner"))
    put_layout(small_desk, "<p>{{ greeting | rich }}</p>")
    small_desk.tell(
        "order.transitioned", transitioned(attach=[], order__customer__name="asset:banner")
    )
    small_desk.run_own_commands()
    mail = opened(adapters.sent[-1].content)
    assert "image/png" not in parts(mail)
    assert "asset:banner" in html_of(mail)


def test_a_picture_that_is_removed_while_its_mail_waits_leaves_its_place_empty(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    small_desk.tell("asset.changed", LOGO)
    small_desk.tell("order.transitioned", transitioned(attach=[]))
    small_desk.tell("asset.changed", {"asset": "logo", "size": 0})
    small_desk.run_own_commands()
    mail = opened(adapters.sent[-1].content)
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture.get_content() == NOTHING.content
