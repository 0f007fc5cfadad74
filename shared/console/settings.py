"""Settings of the console, in variables that begin with AFTERCART_CONSOLE_."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PositiveInt, SecretStr
from pydantic_settings import NoDecode

from shared.contracts.envelope import DEFAULT_SHOP
from shared.runtime.settings import CommonSettings, FromJson

PART = "console"


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        try:
            ip_network(one)
        except ValueError:
            raise ValueError(f"'{one}' is no address and no network such as 10.0.0.0/8") from None
    return value


class UsersFile(CommonSettings):
    """The file of users, which commands need that do not connect to RabbitMQ."""

    users_file: Path = Field(
        default=Path("var/console-users.json"),
        description="File with the users, their roles and the hashes of their passwords",
    )


class ConsoleSettings(UsersFile):
    """Where the console listens, how it reaches RabbitMQ, and how people log in."""

    broker_url: SecretStr = Field(
        description="RabbitMQ as the console's own user: `amqp://user:password@host/vhost`"
    )
    management_url: SecretStr | None = Field(
        default=None,
        description=(
            "RabbitMQ's management API, for a user with the tag `monitoring`; for the rates of"
            " queues, which are not shown without it"
        ),
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8800, ge=1, le=65535, description="Port to listen on")
    filters_file: Path = Field(
        default=Path("var/console-filters.json"),
        description="File with the filters that users save",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "Key that signs sessions, 32 characters or more; without one, sessions end when the"
            " console stops"
        ),
    )
    https: bool = Field(
        default=False, description="Whether people reach the console by HTTPS, through a proxy"
    )
    session_hours: PositiveInt = Field(default=12, description="Hours until a login ends")
    shops: Annotated[dict[str, str], NoDecode, FromJson] = Field(
        default={DEFAULT_SHOP: DEFAULT_SHOP},
        min_length=1,
        description='The shops to choose from, with their names, as JSON: `{"default": "My shop"}`',
    )
    currency: str = Field(
        default="EUR", pattern="^[A-Z]{3}$", description="Currency of amounts typed without one"
    )
    wait: float = Field(default=10, gt=0, description="Seconds to wait for a reply")
    refund_limit: Annotated[dict[str, int], NoDecode, FromJson] = Field(
        default={},
        description=(
            "Largest refund without the role `manager`, in whole units of each currency, as JSON:"
            ' `{"EUR": 100}`; no limit for others'
        ),
    )
    trusted_header: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description=(
            "Header in which a proxy names the user it has logged in, such as `X-Forwarded-User`;"
            " empty: no header is trusted"
        ),
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, FromJson, AfterValidator(_networks)] = (
        Field(
            default=("127.0.0.1",),
            description=(
                "Addresses or networks of proxies whose headers are trusted, as JSON: the one"
                " above, and `X-Forwarded-For` with HTTPS"
            ),
        )
    )
    oidc_issuer: str = Field(
        default="", description="Address of an OpenID Connect provider; empty: none"
    )
    oidc_client_id: str = Field(default="", description="Client id at this provider")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Client secret at this provider"
    )
    oidc_claim: str = Field(
        default="email", description="Claim of the provider's token that names the user"
    )

    @classmethod
    def read(cls) -> Self:
        """Return the settings. Raises `SettingsError`."""
        return cls.load(PART)
