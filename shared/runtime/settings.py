"""Read settings from the environment, an env file and secret files. Every error names the variable.

Variables are `AFTERCART_<FIELD>` for all services and `AFTERCART_<SERVICE>_<FIELD>` for one. A
secret may be stored in a file of that name in lower case, in the directory
`AFTERCART_SECRETS_DIR`, which the environment or the env file names.
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
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"this is not valid JSON: {error}") from None


def _keys(value: SecretStr) -> SecretStr:
    SigningKeys.parse(value.get_secret_value())
    return value


FromJson = BeforeValidator(_from_json)
"""Validates a setting that is written as JSON, with an error in plain words. Use it as
`Annotated[…, NoDecode, FromJson]`.
"""
SecretKeys = Annotated[SecretStr, AfterValidator(_keys)]
"""Signing keys: `number:hex`, joined by commas."""


def env_file() -> Path | None:
    """Return the env file: `AFTERCART_ENV_FILE`, else `.env`, else that of the local stack; None if
    none of them exists.
    """
    named = os.environ.get(f"{PREFIX}ENV_FILE")
    if named and not Path(named).exists():
        raise SettingsError(f"{PREFIX}ENV_FILE names '{named}', which does not exist.")
    if named:
        return Path(named)
    for path in (Path(".env"), LOCAL_STACK):
        if path.exists():
            return path
    return None


class _Secrets(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    secrets_dir: str = ""


def secrets_directory() -> Path | None:
    """Return the directory of secret files, if the environment or the env file names one. Raises
    `SettingsError` if it does not exist.
    """
    named = _Secrets(_env_file=env_file()).secrets_dir
    if not named:
        return None
    if not Path(named).is_dir():
        raise SettingsError(f"{PREFIX}SECRETS_DIR names '{named}', which is not a directory.")
    return Path(named)


class CommonSettings(BaseSettings):
    """Settings of the command line and of all services."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    log_format: Literal["json", "console", "auto"] = Field(
        default="auto", description="`json`, `console`, or `auto`: `console` in a terminal"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged: `debug` to `error`"
    )
    retry_delays: Annotated[
        tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...], NoDecode
    ] = Field(
        default=(1, 10, 60, 600, 3600),
        min_length=1,
        max_length=10,
        description=(
            "Seconds between attempts, as `1,10,60`; after the last attempt a message goes to"
            " the dead letters"
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
        if not value.strip():
            return ()
        return tuple(part.strip() for part in value.split(","))

    @classmethod
    def load(cls, part: str = "", **given: Any) -> Self:
        """Return the common settings, or those of the service `part`; a common setting may be
        overridden for one service. Raises `SettingsError`.
        """
        prefix = PREFIX
        if part:
            prefix = f"{PREFIX}{part.upper()}_"
        try:
            sources: dict[str, Any] = {
                "_env_prefix": prefix,
                "_env_file": env_file(),
                "_secrets_dir": secrets_directory(),
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
    """URLs by which the command line connects to RabbitMQ, as a client and as administrator."""

    broker_url: SecretStr = Field(
        description=(
            "RabbitMQ as an external client sees it: `amqp://user:password@host/vhost`; for"
            " `send`, `ask`, `watch` and all commands about orders, mails and documents"
        )
    )
    admin_broker_url: SecretStr | None = Field(
        default=None, description="RabbitMQ with all permissions, in the same form; for `dead`"
    )
    management_url: SecretStr | None = Field(
        default=None,
        description=(
            "RabbitMQ's management API, for an administrator: `http://user:password@host:15672`;"
            " several nodes of a cluster joined by `;`; for `topology`, `storefront`, `reader`,"
            " `health` and `status`"
        ),
    )


def administrator_url() -> str:
    """Return the AMQP URL of RabbitMQ's administrator. Raises `SettingsError` if it is not set."""
    settings = ClientSettings.load()
    if settings.admin_broker_url is None:
        raise SettingsError(
            f"{PREFIX}ADMIN_BROKER_URL is not set: set it to amqp://user:password@host/vhost of a"
            " user with all permissions."
        )
    return settings.admin_broker_url.get_secret_value()


class ServiceSettings(CommonSettings):
    """Settings of a service's worker processes."""

    broker_url: SecretStr = Field(
        description="`amqp://user:password@host/vhost`; several joined by `;`, for a cluster"
    )
    database_url: SecretStr = Field(
        description=("`sqlite:////path/file.db` or `postgresql+psycopg://user:password@host/name`")
    )
    replica_database_url: SecretStr | None = Field(
        default=None,
        description=(
            "A read replica, in the form of the database's URL; queries are answered from it."
            " It may lag behind"
        ),
    )
    question_threads: PositiveInt = Field(
        default=2, description="Threads of each worker process that answer queries"
    )
    bulk_threads: PositiveInt = Field(
        default=1, description="Threads of each worker process for bulk work, in `documents`"
    )
    journal_days: float = Field(
        default=7,
        ge=0,
        le=29,  # less than duplicates are detected
        description=(
            "Days for which published messages are stored, for `aftercart events publish-again`;"
            " 0: none"
        ),
    )
    metrics: str = Field(
        default="",
        pattern=r"^(\S+:\d{1,5})?$",
        description="Address of the Prometheus endpoint, as `0.0.0.0:9464`; empty: none",
    )
    batch: PositiveInt | None = Field(
        default=None, description="Messages in one transaction; default: the service's own number"
    )


def _sentence(prefix: str, fault: Any) -> str:
    variable = prefix + "_".join(str(part) for part in fault["loc"]).upper()
    if fault["type"] == "missing":
        return (
            f"{variable} is not set: put it into the environment or the env file, or start a stack"
            " with `make up`."
        )
    return f"{variable} is invalid: {fault['msg'].removeprefix('Value error, ')}."
