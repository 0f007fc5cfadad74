"""Settings from the environment, an env file and secret files; every fault is told with the
variable's name.

Variables are `AFTERCART_<FIELD>` for the house and `AFTERCART_<SERVICE>_<FIELD>` for one service. A
secret may lie in a file of that name in lower case, in the directory that `AFTERCART_SECRETS_DIR`
names.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.contracts.conversation import SigningKeys
from shared.runtime.errors import SettingsError

PREFIX = "AFTERCART_"
LOCAL_STACK = Path("var/aftercart.env")  # written by `aftercart up`


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None


def _keys(value: SecretStr) -> SecretStr:
    SigningKeys.parse(value.get_secret_value())
    return value


FromJson = BeforeValidator(_from_json)
"""Of a setting that is written as JSON: `Annotated[…, NoDecode, FromJson]`, so that a fault is told
in a sentence.
"""
SecretKeys = Annotated[SecretStr, AfterValidator(_keys)]
"""Keys that sign: `number:hex`, joined by commas."""


def env_file() -> Path | None:
    """`AFTERCART_ENV_FILE`, else `.env`, else what the local stack wrote; None if there is none of
    them.
    """
    named = os.environ.get(f"{PREFIX}ENV_FILE")
    if named and not Path(named).exists():
        raise SettingsError(f"{PREFIX}ENV_FILE names '{named}', which does not exist.")
    candidates = [Path(named)] if named else [Path(".env"), LOCAL_STACK]
    return next((path for path in candidates if path.exists()), None)


class CommonSettings(BaseSettings):
    """What the command line and all services share."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    log_format: Literal["json", "console", "auto"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    retry_delays: Annotated[
        tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...], NoDecode
    ] = Field(
        default=(1, 10, 60, 600, 3600),
        min_length=1,
        max_length=10,
        description=(
            "Seconds between attempts, as `1,10,60`; after the last the message goes to the dead"
            " letters"
        ),
    )

    middleware: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description=(
            "dramatiq middleware by import paths, as `dramatiq.middleware.CurrentMessage`; several"
            " joined by commas"
        ),
    )

    @field_validator("retry_delays", "middleware", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",")) if value.strip() else ()

    @classmethod
    def load(cls, part: str = "", **given: Any) -> Self:
        """The settings of the house, or of one service (`part`), where what all share is the
        house's unless it is set for the service. Raises `SettingsError`.
        """
        prefix = f"{PREFIX}{part.upper()}_" if part else PREFIX
        secrets = os.environ.get(f"{PREFIX}SECRETS_DIR")
        try:
            sources: dict[str, Any] = {
                "_env_prefix": prefix,
                "_env_file": env_file(),
                "_secrets_dir": secrets,
            }
            found = cls(**sources, **given)
        except ValidationError as error:
            raise SettingsError(
                " ".join(_sentence(prefix, fault) for fault in error.errors())
            ) from None
        common = CommonSettings.load() if part else found
        ours = CommonSettings.model_fields.keys() & (
            common.model_fields_set - found.model_fields_set
        )
        return found.model_copy(update={name: getattr(common, name) for name in ours})


class ClientSettings(CommonSettings):
    """Where the command line finds RabbitMQ: as an outsider, and as an administrator for the
    topology.
    """

    broker_url: SecretStr
    admin_broker_url: SecretStr | None = None
    management_url: SecretStr | None = Field(
        default=None, description="http://user:password@host:15672"
    )


class ServiceSettings(CommonSettings):
    """What a worker of a service needs."""

    broker_url: SecretStr = Field(
        description="amqp://user:password@host/vhost; several joined by ;"
    )
    database_url: SecretStr = Field(
        description="sqlite:////path or postgresql+psycopg://user:password@host/name"
    )
    metrics: str = Field(
        default="",
        pattern=r"^(\S+:\d{1,5})?$",
        description="Where Prometheus finds the figures, as `0.0.0.0:9464`; empty: nowhere",
    )
    batch: PositiveInt | None = Field(
        default=None, description="Messages in one transaction; else the service's own"
    )


def _sentence(prefix: str, fault: Any) -> str:
    variable = prefix + "_".join(str(part) for part in fault["loc"]).upper()
    if fault["type"] == "missing":
        return (
            f"{variable} is not set: put it into the environment or the env file, or start a stack"
            " with `make up`."
        )
    return f"{variable} is wrong: {fault['msg'].removeprefix('Value error, ')}."
