"""The front door of `notify`."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import Field, PositiveFloat, SecretStr, field_validator

from services.notify import handlers
from services.notify.adapters.smtp import PORTS, Security, SmtpServer
from services.notify.adapters.writer import Writer, read_languages, read_layouts
from services.notify.domain.drafts import Drafter
from services.notify.domain.letter import Parcel
from services.notify.domain.sending import Outcome
from services.notify.store.tables import metadata
from services.notify.work import Rules, Work
from shared.contracts.conversation import SigningKeys
from shared.contracts.notify import MailDeferred, MailFailed, MailSent
from shared.runtime.health import house
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    """Where mail goes out, and what its answers are found by."""

    smtp_host: str = Field(min_length=1)
    smtp_port: int | None = Field(default=None, ge=1, le=65535, description="Else the usual one: 25, 587 or 465")
    smtp_security: Security = Field(
        default="starttls", description="Demanded, not only tried; SSL_CERT_FILE names authorities of your own",
    )
    smtp_user: str = Field(default="", description="Empty: no authentication")
    smtp_password: SecretStr = SecretStr("")
    smtp_timeout: PositiveFloat = Field(default=30, description="Seconds for connecting, and for each answer")
    signing_keys: SecretStr = Field(description="number:hex, joined by commas; the same as those of `ingest`")
    document_wait: PositiveFloat = Field(default=600, description="Seconds a mail waits for what it takes along")
    claim_lease: PositiveFloat = Field(
        default=660,
        description="Seconds until a silent claim counts as dead; a worker may take 600 for a message",
    )

    @field_validator("signing_keys")
    @classmethod
    def _can_be_read(cls, value: SecretStr) -> SecretStr:
        SigningKeys.parse(value.get_secret_value())
        return value


@dataclass(frozen=True)
class Office:
    """The outside world: who writes, by which rules, and who carries the mail away."""

    rules: Rules
    drafter: Drafter
    server: SmtpServer

    def send(self, parcel: Parcel) -> Outcome:
        return self.server.send(parcel)


def open_office(settings: NotifySettings) -> Office:
    """The outside world as the settings describe it."""
    server = SmtpServer(
        settings.smtp_host, settings.smtp_port or PORTS[settings.smtp_security], settings.smtp_security,
        settings.smtp_user, settings.smtp_password.get_secret_value(), settings.smtp_timeout,
    )
    rules = Rules(timedelta(seconds=settings.document_wait), timedelta(seconds=settings.claim_lease))
    keys = SigningKeys.parse(settings.signing_keys.get_secret_value())
    return Office(rules, Drafter(Writer(read_languages(), read_layouts()), keys), server)


service = Service(
    name="notify",
    handlers=[handlers.service, house],
    work=Work,
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=NotifySettings,
    adapters=open_office,
    tells=(MailSent, MailDeferred, MailFailed),
    batch=1,  # what was sent is recorded before the next is: a crash leaves one mail in doubt, not a batch
)
