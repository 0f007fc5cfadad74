"""Derive the topology of this installation from its services and the logins in the settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from shared.cli.operations.limit_settings import LimitSettings
from shared.clients.urls import login, virtual_host
from shared.runtime.errors import SettingsError
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service
from shared.runtime.settings import PREFIX, ClientSettings, CommonSettings

CLIENT = "client"  # stands for the external clients' login among those of the services
CONSOLE = "console"
IDENTITY = {
    "exchanges": ("name",),
    "queues": ("name",),
    "bindings": ("source", "destination", "routing_key"),
    "users": ("name",),
    "permissions": ("user", "configure", "write", "read"),
    "topic_permissions": ("user", "exchange", "write", "read"),
}
"""The fields that two entries of RabbitMQ's definitions must share to be the same."""


class BrokerSettings(CommonSettings):
    """A service's RabbitMQ URL, if it is set here, and its retry delays."""

    broker_url: SecretStr | None = None


@dataclass(frozen=True)
class DesiredTopology:
    """The definitions that RabbitMQ should hold, the logins in them whose passwords are known, and
    the services without a RabbitMQ URL here.
    """

    definitions: Definitions
    logins: list[Login]
    virtual_host: str
    without_login: list[str]


def desired_topology(services: Iterable[Service], settings: ClientSettings) -> DesiredTopology:
    """Return the topology that the services need. Raises `SettingsError` if logins conflict."""
    services = list(services)
    own = {service.name: BrokerSettings.load(service.name) for service in services}
    urls = client_urls(settings)
    delays: set[float] = set()
    for name, one in own.items():
        delays.update(one.retry_delays)
        if one.broker_url:
            urls[name] = one.broker_url.get_secret_value()
    logins = {name: Login(*login(url)) for name, url in urls.items()}
    _require_different_users(logins, _administrators(settings))
    host = _one_virtual_host(urls)
    limits = LimitSettings.load().limits()
    return DesiredTopology(
        definitions=definitions(services, sorted(delays), logins, host, limits),
        logins=list(logins.values()),
        virtual_host=host,
        without_login=sorted(own.keys() - urls.keys()),
    )


def client_urls(settings: ClientSettings) -> dict[str, str]:
    """Return the RabbitMQ URL of external clients, and that of the console if it is set."""
    urls = {CLIENT: settings.broker_url.get_secret_value()}
    console = BrokerSettings.load(CONSOLE).broker_url
    if console:
        urls[CONSOLE] = console.get_secret_value()
    return urls


def client_users(settings: ClientSettings) -> list[str]:
    """Return the RabbitMQ users that may speak for every shop and employee."""
    return [login(url)[0] for url in client_urls(settings).values()]


def management_url(settings: ClientSettings) -> str:
    """Return the management API's URL. Raises `SettingsError` if it is not set."""
    if settings.management_url is None:
        raise SettingsError(
            f"{PREFIX}MANAGEMENT_URL is not set: set it to http://user:password@host:15672 of a"
            " RabbitMQ administrator."
        )
    return settings.management_url.get_secret_value()


def missing(wanted: Definitions, existing: Mapping[str, Any]) -> list[str]:
    """Name the entries that RabbitMQ lacks or holds with other permissions, such as
    `queue orders.dead` and `permission client`.
    """
    names: list[str] = []
    for part, fields in IDENTITY.items():
        present = {_identity(entry, fields) for entry in existing[part]}
        for entry in wanted[part]:
            if _identity(entry, fields) not in present:
                names.append(f"{part[:-1].replace('_', ' ')} {_label(entry)}")
    return names


def _identity(entry: Mapping[str, str], fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry[name] for name in fields)


def _label(entry: Mapping[str, str]) -> str:
    name = entry.get("name") or entry.get("user")
    return name or f"{entry['source']} --{entry['routing_key']}--> {entry['destination']}"


def _administrators(settings: ClientSettings) -> set[str]:
    """Return the users of the settings that administer RabbitMQ."""
    users: set[str] = set()
    if settings.admin_broker_url:
        users.add(login(settings.admin_broker_url.get_secret_value())[0])
    if settings.management_url:
        users.add(Login.of(settings.management_url.get_secret_value()).user)
    return users


def _require_different_users(logins: Mapping[str, Login], administrators: set[str]) -> None:
    """Raise `SettingsError` for shared users: applying the topology gives a user the permissions of
    one service and removes all others.
    """
    owners: dict[str, str] = {}
    for name, one in logins.items():
        if one.user in administrators:
            raise SettingsError(
                f"{_variable(name)} uses RabbitMQ's administrator '{one.user}', which would lose"
                " its permissions: use a separate user."
            )
        if one.user in owners:
            raise SettingsError(
                f"{_variable(name)} and {_variable(owners[one.user])} both use '{one.user}': every"
                " service and the external clients need separate users."
            )
        owners[one.user] = name


def _one_virtual_host(urls: Mapping[str, str]) -> str:
    variables = {virtual_host(url): _variable(name) for name, url in urls.items()}
    if len(variables) > 1:
        different = ", ".join(f"'{host}' in {variable}" for host, variable in variables.items())
        raise SettingsError(
            f"All services share one virtual host of RabbitMQ, but these differ: {different}."
        )
    return next(iter(variables))


def _variable(name: str) -> str:
    return f"{PREFIX}BROKER_URL" if name == CLIENT else f"{PREFIX}{name.upper()}_BROKER_URL"
