"""A mailbox of the settings: where it is, how it is reached, and what is done with the mails in
it.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from services.ingest.domain.mailbox_options import usual_port, without_options
from shared.contracts.message import Value
from shared.contracts.values import Language

Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
FolderName = Annotated[str, Field(min_length=1, max_length=200)]


class OAuth(Value):
    """Where access tokens for XOAUTH2 come from. The mailbox's password is then the client's
    secret.

    With a `refresh_token` the grant is that one (Gmail), without it the client's own credentials
    (Microsoft 365).
    """

    token_url: HttpUrl
    client_id: str = Field(min_length=1)
    scope: str = ""
    refresh_token: SecretStr | None = None


class Mailbox(Value):
    """`security`: `tls` from the start, `starttls` demanded, or `none`. `ca_file` (PEM) vouches
    instead of the system.

    `start`: whether the first look takes what is there (`beginning`), what arrived since a day, or
    only what comes from then on (`now`). `afterwards`: what becomes of a mail on the server once it
    is kept here. `create_threads`: whether a mail that belongs to no thread opens one. `receiver`:
    how the receiving mail server calls itself in the field `Authentication-Results` (its
    authserv-id); without it no DMARC result is believed. `language` is assumed of customers who are
    not known.
    """

    name: Name
    shop: Name = "default"
    protocol: Literal["imap", "pop3"] = "imap"
    host: str = Field(min_length=1)
    port: int = Field(gt=0, lt=65536)
    user: str = Field(min_length=1)
    password: SecretStr | None = None
    oauth: OAuth | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    verify_certificate: bool = True
    ca_file: Path | None = None
    folder: FolderName = "INBOX"
    poll_seconds: float = Field(default=60, ge=0.1, le=86_400)
    start: Literal["beginning", "now"] | date = "beginning"
    afterwards: Literal["leave", "flag", "move", "delete"] = "leave"
    move_to: FolderName | None = None
    create_threads: bool = True
    language: Language = "en"
    receiver: str | None = Field(default=None, min_length=1, max_length=253)

    @model_validator(mode="before")
    @classmethod
    def _as_said(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        said = without_options(given)
        return {"port": usual_port(said), **said}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.afterwards == "move") != (self.move_to is not None):
            raise ValueError("'afterwards': 'move' and 'move_to' belong together")
        if self.move_to == self.folder:
            raise ValueError("'move_to' is the folder that is read")
        if self.protocol == "pop3" and self.afterwards in ("flag", "move"):
            raise ValueError(
                f"POP3 has no flags and no folders: 'afterwards' cannot be '{self.afterwards}'"
            )
        if self.protocol == "pop3" and isinstance(self.start, date):
            raise ValueError(
                "POP3 does not tell when a mail arrived: 'start' must be 'beginning' or 'now'"
            )
        return self

    @property
    def server(self) -> str:
        """For people: `host:port`."""
        return f"{self.host}:{self.port}"
