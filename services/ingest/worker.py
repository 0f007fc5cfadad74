"""The worker of `ingest`: settings, adapters and handlers."""

from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from services.ingest.adapters.idle_listener import listen
from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.parser_pool import MailParserPool
from services.ingest.domain.mailbox import Mailbox
from services.ingest.handlers import (
    contact_form,
    desk,
    employee_messages,
    filing,
    mailboxes,
    message_contents,
    other_services,
    privacy,
    sent_mails,
    thread_commands,
    thread_queries,
)
from services.ingest.store.customers import KnownOrders
from services.ingest.store.tables import metadata
from services.ingest.work import Work
from services.ingest.work.adapters import Adapters
from shared.contracts.conversation import SigningKeys
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.service import Service
from shared.runtime.settings import FromJson, SecretKeys, ServiceSettings


class IngestSettings(ServiceSettings):
    """Settings of a worker of `ingest`: `AFTERCART_INGEST_…`."""

    signing_keys: SecretKeys = Field(
        description=(
            "Keys that sign reply addresses: `1:<64 hexadecimal digits>`, the same as those of"
            " `notify`; add `,2:…` to replace a key"
        )
    )
    mailboxes: Annotated[tuple[Mailbox, ...], NoDecode, FromJson] = Field(
        default=(),
        description=("JSON list of the mailboxes to read: see [mailboxes](../howto/mailboxes.md)"),
    )
    passwords: Annotated[dict[str, SecretStr], NoDecode, FromJson] = Field(
        default={},
        validate_default=True,
        description="JSON object: password by mailbox, where not given with it",
    )

    @field_validator("mailboxes")
    @classmethod
    def _have_own_names(cls, value: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
        if len({mailbox.name for mailbox in value}) < len(value):
            raise ValueError("two mailboxes have the same name")
        return value

    @field_validator("passwords")
    @classmethod
    def _are_complete(
        cls, value: dict[str, SecretStr], info: ValidationInfo
    ) -> dict[str, SecretStr]:
        for mailbox in info.data.get("mailboxes", ()):
            by_refresh = mailbox.oauth and mailbox.oauth.refresh_token
            if mailbox.password is None and mailbox.name not in value and not by_refresh:
                raise ValueError(
                    f"the mailbox '{mailbox.name}' has a password neither here nor in 'mailboxes'"
                )
        return value

    def accounts(self) -> dict[str, Mailbox]:
        """Return the mailboxes by name, each with its password."""
        return {
            mailbox.name: mailbox.model_copy(
                update={"password": self.passwords.get(mailbox.name, mailbox.password)}
            )
            for mailbox in self.mailboxes
        }


def adapters(settings: IngestSettings) -> Adapters:
    """Return the adapters for the settings."""
    keys = SigningKeys.parse(settings.signing_keys.get_secret_value())
    tokens = AccessTokens()
    return Adapters(
        settings.accounts(),
        keys,
        MailFetcher(tokens),
        partial(listen, tokens=tokens),
        MailParserPool(),
    )


service = Service(
    name="ingest",
    handlers=[
        mailboxes.service,
        filing.service,
        thread_commands.service,
        employee_messages.service,
        thread_queries.service,
        message_contents.service,
        contact_form.service,
        desk.service,
        privacy.service,
        other_services.service,
        sent_mails.service,
        health_handlers,
        access_handlers,
    ],
    work=Work,
    tables=metadata,
    references=lambda connection, wanted, _: KnownOrders(connection).with_references([*wanted]),
    migrations=Path(__file__).parent / "migrations",
    settings=IngestSettings,
    adapters=adapters,
    boot=mailboxes.initial_polls,
    listen=mailboxes.listen_for_mail,
    batch=50,
)
