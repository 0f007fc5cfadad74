"""The shop's logo is in the head of its mails, as a picture that comes along."""

from base64 import b64decode
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from services.notify.domain.logo import SOURCE
from shared.contracts import samples
from shared.contracts.assets import AssetChanged
from tests.notify.builders import FakeAdapters, NotifyHarness, opened, parts, transitioned
from tests.words import changed

LOGO = AssetChanged.example


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
    small_desk.tell("asset.changed", {"asset": "stamp", "size": 70})
    assert SOURCE in html_of(sent(small_desk, adapters))
    small_desk.tell("asset.changed", {"asset": "logo", "size": 0})
    mail = sent(small_desk, adapters)
    assert (SOURCE in html_of(mail), "Corner Shop" in html_of(mail)) == (False, True)


def test_a_preview_shows_the_logo_without_a_mail(small_desk: NotifyHarness) -> None:
    small_desk.tell("asset.changed", changed(LOGO, small__description='A "shop" <b>'))
    shown = small_desk.ask("mail.preview", {"template": "payment"}).data["html"]
    picture = picture_in(shown)
    assert (picture["src"], picture["alt"]) == (
        f"data:image/png;base64,{samples.PICTURE}",
        'A "shop" <b>',
    )
