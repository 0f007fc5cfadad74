"""The c-client options of a mailbox, and their meaning here."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.ingest.domain.mailbox import Mailbox, OAuth
from services.ingest.domain.mailbox_options import MEANING

GIVEN = {"name": "service", "host": "mail.test", "user": "service@shop.test"}


def mailbox(*options: str, **more: Any) -> Mailbox:
    return Mailbox.model_validate({**GIVEN, "options": list(options), **more})


@pytest.mark.parametrize(
    ("options", "security", "verified", "port"),
    [
        ([], "tls", True, 993),
        (["ssl"], "tls", True, 993),
        (["ssl", "validate-cert"], "tls", True, 993),
        (["ssl", "novalidate-cert"], "tls", False, 993),
        (["tls"], "starttls", True, 143),
        (["tls", "novalidate-cert"], "starttls", False, 143),
        (["notls"], "none", True, 143),
        (["ssl", "notls"], "tls", True, 993),
        (["/SSL", "/norsh"], "tls", True, 993),
        (["pop3"], "tls", True, 995),
        (["pop3", "tls"], "starttls", True, 110),
        (["pop3", "notls"], "none", True, 110),
    ],
)
def test_every_option_has_one_meaning(
    options: list[str], security: str, verified: bool, port: int
) -> None:
    found = mailbox(*options)
    assert (found.security, found.verify_certificate, found.port) == (security, verified, port)
    assert found.protocol == ("pop3" if "pop3" in options else "imap")


def test_norsh_changes_nothing_since_there_is_no_rsh() -> None:
    assert mailbox("norsh", "ssl") == mailbox("ssl")


def test_another_port_than_the_usual_one_may_be_given() -> None:
    assert mailbox("ssl", port=4711).port == 4711


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"options": ["ssl", "tls"]}, "the option 'tls' contradicts 'ssl'"),
        ({"options": ["tls", "notls"]}, "the option 'notls' contradicts 'tls'"),
        (
            {"options": ["validate-cert", "novalidate-cert"]},
            "the option 'novalidate-cert' contradicts 'validate-cert'",
        ),
        (
            {"options": ["notls"], "security": "tls"},
            "the option 'notls' contradicts 'security': 'tls'",
        ),
        ({"options": ["secure"]}, "unknown option 'secure'; known are pop3, norsh, ssl"),
        ({"options": "ssl"}, "'options' is a list of pop3"),
        ({"afterwards": "move"}, "'afterwards': 'move' and 'move_to' need each other"),
        ({"move_to": "Done"}, "'afterwards': 'move' and 'move_to' need each other"),
        ({"afterwards": "move", "move_to": "INBOX"}, "'move_to' must differ from 'folder'"),
        ({"protocol": "pop3", "afterwards": "flag"}, "POP3 has no flags and no folders"),
        ({"protocol": "pop3", "start": "2026-03-01"}, "POP3 does not report arrival times"),
    ],
)
def test_contradicting_settings_are_refused_with_a_sentence(
    given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Mailbox.model_validate({**GIVEN, **given})


def test_the_manual_names_every_option_and_every_field() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "howto" / "mailboxes.md").read_text(
        encoding="utf-8"
    )
    for name in (*MEANING, *Mailbox.model_fields, *OAuth.model_fields, "options"):
        assert f"`{name}`" in manual, f"the manual does not mention {name}"
