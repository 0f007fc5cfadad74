"""Every mail is read back by a parser that has nothing in common with the one that wrote it."""

from uuid import UUID

import pytest
from fast_mail_parser import PyMail, parse_email
from hypothesis import given, settings, strategies as st

from services.notify.adapters.mail_writer import read_languages
from services.notify.domain.designs import design_of
from services.notify.domain.mime import Attachment, Mailbox, MailContent, pack
from services.notify.domain.sample import sample
from shared.writing.text import clean
from tests.notify.builders import NOON, PDF, WRITER, state_mail

LANGUAGES = read_languages()


def mail_content(template: str, language: str) -> MailContent:
    facts, documents = sample(template, language)
    return state_mail().content.model_copy(
        update={
            "body": WRITER.write(facts, documents),
            "automatic": design_of(template).automatic,
            "recipient": Mailbox(name=facts.name, address="ada@example.test"),
            "written_at": NOON,
        }
    )


def read(written: MailContent, *attachments: Attachment) -> PyMail:
    return parse_email(pack(written, attachments, 1).content)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip("\n").split("\n")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("template", sorted(LANGUAGES["en"].mails))
def test_another_parser_reads_what_was_written(template: str, language: str) -> None:
    written = mail_content(template, language)
    found = read(written, Attachment(UUID(int=1), "فاکتور-IN000001.pdf", PDF))
    assert found.warnings == []
    assert found.subject == written.body.subject
    assert [lines(text) for text in found.text_plain] == [lines(written.body.text)]
    assert [lines(html) for html in found.text_html] == [lines(written.body.html)]
    assert [(file.filename, file.content) for file in found.attachments] == [
        ("فاکتور-IN000001.pdf", PDF)
    ]
    assert found.headers.get("Auto-Submitted") == (
        ["auto-generated"] if written.automatic else None
    )
    assert found.headers["Message-ID"] == [written.message_id]
    assert found.headers["Content-Language"] == [language]


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_and_no_subject_adds_a_header(name: str, subject: str) -> None:
    plain = mail_content("payment", "en")
    body = plain.body.model_copy(update={"subject": subject})
    names = {part: replace_name(getattr(plain, part), name) for part in ("recipient", "sender")}
    crafted = plain.model_copy(update={"body": body, **names})
    expected, found = read(plain), read(crafted)
    assert set(found.headers) - {"Subject"} == set(expected.headers) - {"Subject"}
    assert [address.address for address in found.to] == ["ada@example.test"]
    assert " ".join(found.subject.split()) == clean(subject)


def replace_name(mailbox: Mailbox, name: str) -> Mailbox:
    return mailbox.model_copy(update={"name": name})


def test_a_header_is_injected_by_no_line_break() -> None:
    plain = mail_content("payment", "en")
    evil = "Ada\r\nBcc: eve@x.test\r\n\r\nbody"
    found = read(plain.model_copy(update={"recipient": replace_name(plain.recipient, evil)}))
    assert "Bcc" not in found.headers
    assert found.bcc == []
