"""Define the query for the mailboxes of a shop: settings without passwords, and the last poll."""

from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.mailboxes import MailboxFault
from shared.contracts.message import Answer, Query, Value


class MailboxView(Value):
    """A mailbox of the settings, and the result of its last poll."""

    mailbox: str = Field(description="Name of the mailbox, as in the settings of `ingest`")
    protocol: Literal["imap", "pop3"] = Field(description="Protocol of the mail server")
    server: str = Field(description="Mail server as `host:port`")
    user: str = Field(description="User name at the mail server")
    security: Literal["tls", "starttls", "none"] = Field(
        description="`tls` from the start, mandatory `starttls`, or `none`"
    )
    verify_certificate: bool = Field(description="Whether the server's certificate is checked")
    access_token: bool = Field(description="Whether it logs in by access token (XOAUTH2)")
    folder: str = Field(description="Folder that is read")
    poll_seconds: float = Field(description="Seconds between polls")
    afterwards: Literal["leave", "flag", "move", "delete"] = Field(
        description="Treatment of a mail on the server after it was stored"
    )
    move_to: str | None = Field(default=None, description="Folder for `move`; null: none")
    create_threads: bool = Field(description="Whether a mail that matches no thread opens one")
    last_read_at: AwareDatetime | None = Field(
        default=None, description="Last poll without an error; null: none yet"
    )
    failed_polls: int = Field(default=0, description="Number of polls in a row that failed")
    code: MailboxFault | None = Field(
        default=None,
        description="Why the last poll failed, as in `mailbox.failed`; null: it did not",
    )
    reason: str = Field(default="", description="The same in one sentence for people")


class MailboxList(Answer, name="mailbox.list_answered"):
    """The mailboxes of the shop, sorted by name."""

    example: ClassVar[dict[str, Any]] = {
        "mailboxes": [
            {
                "mailbox": "service",
                "protocol": "imap",
                "server": "mail.shop.test:993",
                "user": "service@shop.test",
                "security": "tls",
                "verify_certificate": True,
                "access_token": False,
                "folder": "INBOX",
                "poll_seconds": 60,
                "afterwards": "leave",
                "create_threads": True,
                "last_read_at": samples.NOON,
                "failed_polls": 2,
                "code": "login_refused",
                "reason": (
                    "mail.shop.test:993 refused the login of 'service@shop.test': Authentication"
                    " failed."
                ),
            }
        ]
    }

    mailboxes: list[MailboxView] = Field(description="All mailboxes")


class ListMailboxes(Query, name="mailbox.list", answer=MailboxList):
    """Return the mailboxes of the shop: settings without passwords, and the result of the last
    poll. `mailbox.sync` polls one now.
    """

    example: ClassVar[dict[str, Any]] = {}
