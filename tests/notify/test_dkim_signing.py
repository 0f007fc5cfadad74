"""Signatures, checked by the library's other half with the public keys that the DNS would give."""

import base64
import subprocess
from dataclasses import replace
from functools import cache

import dkim
import pytest
from nacl.signing import SigningKey
from pydantic import ValidationError

from services.notify.adapters.dkim_signing import DkimKey, sign_mail
from services.notify.domain.mail import Mail
from services.notify.domain.mime import Attachment, pack
from services.notify.worker import NotifyAdapters
from tests.notify.builders import COMPOSER, PDF, RULES, WRITER, opened, state_mail
from tests.notify.servers import Receiver, plain, smtp


@cache
def rsa() -> tuple[str, str]:
    """PEM of a key, and the record of its public half."""
    pem = subprocess.run(["openssl", "genrsa", "1024"], check=True, capture_output=True).stdout
    der = ["openssl", "rsa", "-pubout", "-outform", "DER"]
    public = subprocess.run(der, check=True, capture_output=True, input=pem).stdout
    return pem.decode(), "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


def ed25519() -> tuple[str, str]:
    key = SigningKey(b"k" * 32)
    public = base64.b64encode(bytes(key.verify_key)).decode()
    return base64.b64encode(bytes(key)).decode(), f"v=DKIM1; k=ed25519; p={public}"


def keys() -> tuple[DkimKey, ...]:
    return (
        DkimKey(domain="shop.test", selector="r1", key=rsa()[0]),
        DkimKey(domain="shop.test", selector="e1", key=ed25519()[0], algorithm="ed25519-sha256"),
        DkimKey(domain="other.test", selector="r1", key=rsa()[0]),
    )


def look_up(name: bytes, timeout: int = 5) -> bytes:
    records = {b"r1._domainkey.shop.test.": rsa()[1], b"e1._domainkey.shop.test.": ed25519()[1]}
    return records[name].encode()


def verified(content: bytes) -> list[bool]:
    """Whether each signature is good."""
    number = content.count(b"DKIM-Signature:")
    return [_good(content, index) for index in range(number)]


def _good(content: bytes, index: int) -> bool:
    try:
        return bool(dkim.DKIM(content).verify(index, dnsfunc=look_up))
    except dkim.ValidationError:
        return False


def content_of(mail: Mail) -> bytes:
    return pack(mail.content, [Attachment(mail.mail_id, "invoice-IN000001.pdf", PDF)], 1).content


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_key_of_the_sender_s_domain_signs(language: str) -> None:
    content = sign_mail(
        content_of(state_mail(order__language=language)), "service@SHOP.test", keys()
    )
    assert verified(content) == [True, True]
    assert [
        str(header).count("d=shop.test") for header in opened(content).get_all("DKIM-Signature")
    ] == [1, 1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Subject: Order", b"Subject: Other"),
        (b"Date:", b"From: eve@x.test\r\nDate:"),
        (b"JVBER", b"JVBES"),
    ],
)
def test_what_was_changed_on_the_way_is_seen(before: bytes, after: bytes) -> None:
    content = sign_mail(content_of(state_mail()), "service@shop.test", keys()[:1])
    assert before in content
    assert verified(content.replace(before, after, 1)) == [False]


def test_mail_of_a_domain_without_a_key_is_not_signed() -> None:
    content = content_of(state_mail())
    assert sign_mail(content, "service@elsewhere.test", keys()) == content


def test_the_signature_survives_the_way_to_the_server() -> None:
    receiver = Receiver()
    outgoing = replace(pack(state_mail().content, [], 1), shop="default")
    with smtp(receiver) as port:
        adapters = NotifyAdapters(RULES, COMPOSER, WRITER, plain(port), keys=keys())
        assert adapters.send(outgoing).kind == "sent"
    assert verified(receiver.taken[0].content) == [True, True]


def test_a_shop_with_a_server_of_its_own_sends_over_that() -> None:
    common, own = Receiver(), Receiver()
    with smtp(common) as port, smtp(own) as own_port:
        adapters = NotifyAdapters(
            RULES, COMPOSER, WRITER, plain(port), {"fa-shop": plain(own_port)}
        )
        for shop in ("default", "fa-shop", "fa-shop"):
            assert (
                adapters.send(replace(pack(state_mail().content, [], 1), shop=shop)).kind == "sent"
            )
    assert (len(common.taken), len(own.taken)) == (1, 2)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "ed25519-sha256"])
def test_a_key_that_cannot_sign_is_told_without_repeating_it(algorithm: str) -> None:
    with pytest.raises(ValidationError, match="cannot sign") as told:
        DkimKey(domain="shop.test", selector="r1", key="very-secret", algorithm=algorithm)
    assert "very-secret" not in str(told.value)
