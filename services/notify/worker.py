"""Wiring of `notify`: handlers, store, adapters and settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, SecretStr
from pydantic_settings import NoDecode

from services.notify.adapters.branded_writer import BrandedMailWriter
from services.notify.adapters.dkim_signing import DkimKey, sign_mail
from services.notify.adapters.mail_writer import JinjaMailWriter, read_languages, read_layouts
from services.notify.adapters.smtp import PORTS, Security, SmtpServer
from services.notify.domain.composing.composer import Composer
from services.notify.domain.mime import OutgoingMail
from services.notify.domain.sending import Outcome, WhenUnknown
from services.notify.domain.sending_limits import SendingLimits
from services.notify.handlers import (
    customers,
    delivery,
    documents,
    orders,
    previews,
    queries,
    shops,
    templates,
    threads,
)
from services.notify.store.tables import metadata
from services.notify.work import SendingRules, Work
from shared.contracts.conversation import SigningKeys
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.service import Service
from shared.runtime.settings import FromJson, SecretKeys, ServiceSettings


class Account(BaseModel):
    """The mail server of one shop that does not use the common one."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")

    def server(self, timeout: float) -> SmtpServer:
        """Return the server with a timeout in seconds."""
        return SmtpServer(
            self.host,
            self.port or PORTS[self.security],
            self.security,
            self.user,
            self.password.get_secret_value(),
            timeout,
        )


class NotifySettings(ServiceSettings):
    """Settings of mail servers, signing keys and sending limits."""

    smtp_host: str = Field(min_length=1, description="Name or address of the SMTP server")
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="Default: 25, 587 or 465, by the security"
    )
    smtp_security: Security = Field(
        default="starttls",
        description=(
            "`starttls`, `tls` or `none`. TLS is required, never optional; `SSL_CERT_FILE` names"
            " your own certificate authorities"
        ),
    )
    smtp_user: str = Field(default="", description="Empty: no authentication")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Its password")
    smtp_timeout: PositiveFloat = Field(
        default=30, description="Seconds for connecting, and for each answer"
    )
    smtp_connections: int = Field(
        default=3,  # a mailbox of Exchange Online allows no more at the same time
        ge=1,
        le=50,
        description=(
            "Mails that a thread sends at the same time, each over a connection of its own. After a"
            " kill as many may be sent a second time"
        ),
    )
    smtp_shops: Annotated[dict[str, Account], NoDecode, FromJson] = Field(
        default={},
        description=(
            "JSON object: `host`, `port`, `security`, `user`, `password` of shops with their own"
        ),
    )
    dkim_keys: Annotated[tuple[DkimKey, ...], NoDecode, FromJson] = Field(
        default=(),
        description=(
            "JSON list: `domain`, `selector`, `key`, `algorithm`; every key of a domain signs"
        ),
    )
    signing_keys: SecretKeys = Field(
        description=(
            "Keys that sign reply addresses: `1:<64 hexadecimal digits>`, the same as those of"
            " `ingest`; add `,2:…` to replace a key"
        )
    )
    document_wait: PositiveFloat = Field(
        default=600, description="Seconds a mail waits for its documents"
    )
    claim_lease: PositiveFloat = Field(
        default=660,
        description=("Seconds until a claim expires; a worker may take 600 for a message"),
    )
    recipient_per_hour: int = Field(
        default=30,
        ge=0,
        description="Mails of a shop to one address, at most; more wait. 0: no limit",
    )
    shop_per_minute: int = Field(
        default=0, ge=0, description="Mails of one shop, at most; more wait. 0: no limit"
    )
    mailbox_full_days: float = Field(
        default=3,
        ge=0,
        le=365,
        description=("Days in which nothing is sent to a full mailbox; 0: try with each mail"),
    )
    when_unknown: WhenUnknown = Field(
        default="once_more",
        description=(
            "If the answer to a whole mail was lost: send it `once_more` (the customer may get it"
            " twice, with one Message-ID), or `leave` it (they may not get it)"
        ),
    )

    def server(self) -> SmtpServer:
        """Return the common server, for shops without one of their own."""
        return Account(
            host=self.smtp_host,
            port=self.smtp_port,
            security=self.smtp_security,
            user=self.smtp_user,
            password=self.smtp_password,
        ).server(self.smtp_timeout)

    def rules(self) -> SendingRules:
        """Return the settings that handlers use."""
        limits = SendingLimits(self.recipient_per_hour, self.shop_per_minute)
        wait, lease = timedelta(seconds=self.document_wait), timedelta(seconds=self.claim_lease)
        return SendingRules(
            wait,
            lease,
            limits,
            self.when_unknown,
            timedelta(days=self.mailbox_full_days),
            self.smtp_connections,
        )


@dataclass(frozen=True)
class NotifyAdapters:
    """The outside world: settings, composer, writer, mail servers and DKIM keys."""

    rules: SendingRules
    composer: Composer
    mail_writer: BrandedMailWriter
    server: SmtpServer
    shops: Mapping[str, SmtpServer] = field(default_factory=dict)
    keys: tuple[DkimKey, ...] = ()

    def send(self, mail: OutgoingMail) -> Outcome:
        content = sign_mail(mail.content, mail.sender, self.keys) if self.keys else mail.content
        return self.shops.get(mail.shop, self.server).send(replace(mail, content=content))


def open_adapters(settings: NotifySettings) -> NotifyAdapters:
    """Return the adapters as the settings describe them."""
    keys = SigningKeys.parse(settings.signing_keys.get_secret_value())
    shops = {}
    for shop, account in settings.smtp_shops.items():
        shops[shop] = account.server(settings.smtp_timeout)
    mail_writer = BrandedMailWriter(JinjaMailWriter(read_languages(), read_layouts()))
    return NotifyAdapters(
        settings.rules(),
        Composer(mail_writer, keys),
        mail_writer,
        settings.server(),
        shops,
        settings.dkim_keys,
    )


service = Service(
    name="notify",
    handlers=[
        orders.service,
        threads.service,
        documents.service,
        delivery.service,
        queries.service,
        previews.service,
        templates.service,
        shops.service,
        customers.service,
        health_handlers,
        access_handlers,
    ],
    work=Work,
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=NotifySettings,
    adapters=open_adapters,
    boot=delivery.first_sweep,
    batch=25,  # other processes cannot take the mails of a batch while a slow server delays it
)
