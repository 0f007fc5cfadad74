"""A mail that arrives by several routes is filed once; other content under its Message-ID is
another mail.
"""

from base64 import b64encode

import pytest

from services.ingest.domain import mail_rates
from services.ingest.domain.mail import Mail, read
from services.ingest.store.tables import inbound_mails
from tests.ingest.builders import SERVICE, FakeMailServer, IngestHarness, another, raw_mail

ID = "<same@x.test>"
WAY = [
    "Received: from list.test by mx.test; Sat, 21 Nov 2026 03:00:00 +0000",
    "Delivered-To: team@list.test",
]
RECEIVER = "mx.shop.test"


def states(desk: IngestHarness) -> list[str]:
    return sorted(row.state for row in desk.rows(inbound_mails))


def with_file(content: str, text: str = "See the file.", boundary: str = "b") -> bytes:
    """Return a mail with a file."""
    file = b64encode(content.encode()).decode()
    body = (
        f"--{boundary}\r\n\r\n{text}\r\n--{boundary}\r\nContent-Type: application/pdf;"
        f" name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}\r\n--{boundary}--\r\n"
    )
    return raw_mail(body, message_id=ID, content_type=f'multipart/mixed; boundary="{boundary}"')


QUOTED = {"content_transfer_encoding": "quoted-printable"}
PLAIN = raw_mail("Wo ist meine Tasse für Grün?", message_id=ID)


@pytest.mark.parametrize(
    ("mail", "copy"),
    [
        (PLAIN, raw_mail("Wo ist meine Tasse für Grün?", message_id=ID, headers=WAY)),
        (
            PLAIN,
            raw_mail("Wo ist meine Tasse für Grün?", message_id=ID, subject="[team] A question"),
        ),
        (PLAIN, raw_mail("Wo ist meine Tasse  für Grün?\r\n\r\n", message_id=ID)),
        (PLAIN, raw_mail("Wo ist meine Tasse f=C3=BCr Gr=C3=\r\n=BCn?", message_id=ID, **QUOTED)),
        (with_file("a"), with_file("a", boundary="another")),
    ],
    ids=[
        "another way",
        "a list's name in the subject",
        "other blanks",
        "transcoded",
        "another boundary",
    ],
)
def test_a_copy_is_recognised_by_its_content(
    mail: bytes, copy: bytes, desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(mail, copy)  # in one batch
    assert desk.poll().count("mail.received") == 1
    server.receive(copy + b"\r\n")  # and later
    assert desk.poll(minutes=1) == []
    assert states(desk) == ["duplicate", "duplicate", "filed"]
    (thread,) = desk.threads()
    assert thread["unread_messages"] == 1
    assert len(desk.thread(thread["thread_id"])["messages"]) == 1
    assert {str(row.thread_id) for row in desk.rows(inbound_mails)} == {thread["thread_id"]}


@pytest.mark.parametrize(
    ("mail", "other"),
    [
        (PLAIN, raw_mail("Where is my mug?", message_id=ID)),
        (PLAIN, raw_mail("Wo ist meine Tasse für Grün?", message_id="")),
        (PLAIN, raw_mail("Wo ist meine Tasse für Grün?", message_id=ID, from_="eve@evil.test")),
        (with_file("a"), with_file("b")),
        (with_file("a"), with_file("a", text="See this file.")),
        (raw_mail("x", message_id=""), raw_mail("x", message_id="", headers=WAY)),
    ],
    ids=[
        "another text",
        "no id",
        "another sender",
        "another file",
        "a file and another text",
        "none has an id",
    ],
)
def test_other_content_is_a_mail_of_its_own(
    mail: bytes, other: bytes, desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(mail, other)
    assert desk.poll().count("mail.received") == 2
    assert states(desk) == ["filed", "filed"]


def test_the_content_of_html_counts_too() -> None:
    pages = ["<p>One</p>", "<p>One</p>\r\n", "<p>Two</p>"]
    mails = [read(raw_mail(page, content_type="text/html")) for page in pages]
    one, same, other = [mail.content for mail in mails if isinstance(mail, Mail)]
    assert one == same != other


def test_copies_count_as_no_flood(
    desk: IngestHarness, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_rates, "MAX_FROM_SENDER", 2)
    server.receive(
        *(raw_mail("x", message_id=ID, headers=[f"X-Way: {number}"]) for number in range(4)),
        raw_mail("y"),
    )
    desk.poll()
    assert [
        desk.thread(thread["thread_id"])["messages"][0]["marks"] for thread in desk.threads()
    ] == [[], []]


def test_a_mail_that_may_be_forged_is_no_original_of_one_that_is_not(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.begin(server, another(receiver=RECEIVER))
    fails, passes = [
        f"Authentication-Results: {RECEIVER}; dmarc={found}" for found in ("fail", "pass")
    ]
    server.receive(
        raw_mail("x", message_id=ID, headers=[fails]),
        raw_mail("x", message_id=ID, headers=[passes]),
    )
    desk.poll()
    assert states(desk) == ["filed", "filed"]
    server.receive(raw_mail("x", message_id=ID, headers=[fails, *WAY]))
    assert desk.poll(minutes=1) == []
    assert states(desk) == ["duplicate", "filed", "filed"]


def test_another_shop_has_a_mail_of_its_own(desk: IngestHarness, server: FakeMailServer) -> None:
    desk.begin(server, SERVICE, another(name="other", shop="other"))
    server.receive(PLAIN)
    desk.poll()
    assert states(desk) == ["filed", "filed"]
