"""The settings of a mailbox: server, login, and treatment of its mails."""

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
    """The source of access tokens for XOAUTH2. The mailbox's password is then the client's
    secret.

    With a `refresh_token` the grant is `refresh_token` (Gmail), without it `client_credentials`
    (Microsoft 365).
    """

    token_url: HttpUrl
    client_id: str = Field(min_length=1)
    scope: str = ""
    refresh_token: SecretStr | None = None


class Mailbox(Value):
    """The settings of a mailbox. `security`: `tls` from the start, mandatory `starttls`, or `none`.
    `ca_file` (PEM) replaces the system's certificate authorities.

    `start`: the first poll fetches all mails (`beginning`), those since a day, or only later ones
    (`now`). `afterwards`: treatment of a mail on the server after it was stored. `create_threads`:
    whether a mail that belongs to no thread opens one. `receiver`: the name of the receiving mail
    server in the field `Authentication-Results` (its authserv-id); without it no DMARC result is
    trusted. `language`: that of unknown customers.
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
            raise ValueError("'afterwards': 'move' and 'move_to' need each other")
        if self.move_to == self.folder:
            raise ValueError("'move_to' must differ from 'folder'")
        if self.protocol == "pop3" and self.afterwards in ("flag", "move"):
            raise ValueError(
                f"POP3 has no flags and no folders: 'afterwards' cannot be '{self.afterwards}'"
            )
        if self.protocol == "pop3" and isinstance(self.start, date):
            raise ValueError(
                "POP3 does not report arrival times: 'start' must be 'beginning' or 'now'"
            )
        return self

    @property
    def server(self) -> str:
        """Return the server as `host:port`, for sentences."""
        return f"{self.host}:{self.port}"
