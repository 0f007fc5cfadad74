"""The topology of this installation: its services, the logins in the settings, the virtual host in
their URLs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from shared.clients.connection import login, vhost
from shared.runtime.errors import SettingsError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import Definitions, Login, definitions
from shared.runtime.service import Service
from shared.runtime.settings import PREFIX, ClientSettings, CommonSettings

CLIENT = "client"  # how the topology names the outsiders
IDENTITY = {
    "exchanges": ("name",),
    "queues": ("name",),
    "bindings": ("source", "destination", "routing_key"),
    "users": ("name",),
    "permissions": ("user", "configure", "write", "read"),
    "topic_permissions": ("user", "exchange", "write", "read"),
}


class BrokerSettings(CommonSettings):
    """Where a service finds RabbitMQ, if that is known here, and how it retries."""

    broker_url: SecretStr | None = None


@dataclass(frozen=True)
class Wiring:
    """`wanted`: what RabbitMQ should hold. `strangers`: services whose login is not known here."""

    wanted: Definitions
    vhost: str
    strangers: list[str]


def wiring(services: Iterable[Service], settings: ClientSettings) -> Wiring:
    """What the services here need. Raises `SettingsError` where the logins would get in each
    other's way.
    """
    services = list(services)
    own = {service.name: BrokerSettings.load(service.name) for service in services}
    urls = {name: one.broker_url.get_secret_value() for name, one in own.items() if one.broker_url}
    urls[CLIENT] = settings.broker_url.get_secret_value()
    logins = {name: Login(*login(url)) for name, url in urls.items()}
    _require_different_users(logins, set(_administrators(settings)))
    delays = sorted({delay for one in own.values() for delay in one.retry_delays})
    host = _one_vhost(urls)
    return Wiring(
        definitions(services, delays, logins, host),
        host,
        [name for name in own if name not in urls],
    )


def management_url(settings: ClientSettings) -> str:
    """Raises `SettingsError` where it is not set."""
    if settings.management_url is None:
        raise SettingsError(
            f"{PREFIX}MANAGEMENT_URL is not set: it is http://user:password@host:15672 of a"
            " RabbitMQ administrator."
        )
    return settings.management_url.get_secret_value()


def missing(wanted: Definitions, management: Management, host: str) -> list[str]:
    """What RabbitMQ lacks, or what is there with other rights: `queue orders.dead`, `permission
    client`.
    """
    existing = management.definitions(host)
    lacking = []
    for part, names in IDENTITY.items():
        found = {tuple(entry[name] for name in names) for entry in existing[part]}
        lacking += [
            f"{part[:-1].replace('_', ' ')} {_label(entry)}"
            for entry in wanted[part]
            if tuple(entry[name] for name in names) not in found
        ]
    return lacking


def _label(entry: dict[str, str]) -> str:
    named = entry.get("name") or entry.get("user")
    return named or f"{entry['source']} --{entry['routing_key']}--> {entry['destination']}"


def _administrators(settings: ClientSettings) -> Iterator[str]:
    if settings.admin_broker_url:
        yield login(settings.admin_broker_url.get_secret_value())[0]
    if settings.management_url:
        yield Login.of(settings.management_url.get_secret_value()).user


def _require_different_users(logins: dict[str, Login], administrators: set[str]) -> None:
    """Applying gives a user the rights of one service and takes all others away."""
    owners: dict[str, str] = {}
    for name, one in logins.items():
        if one.user in administrators:
            raise SettingsError(
                f"{_variable(name)} uses RabbitMQ's administrator '{one.user}', who would lose his"
                " rights: give it a user of its own."
            )
        if one.user in owners:
            raise SettingsError(
                f"{_variable(name)} and {_variable(owners[one.user])} both use '{one.user}': every"
                " service and the outsiders need a user of their own."
            )
        owners[one.user] = name


def _one_vhost(urls: dict[str, str]) -> str:
    hosts = {vhost(url): _variable(name) for name, url in urls.items()}
    if len(hosts) > 1:
        told = ", ".join(f"'{host}' in {variable}" for host, variable in hosts.items())
        raise SettingsError(
            f"All services share one virtual host of RabbitMQ, and these differ: {told}."
        )
    return next(iter(hosts))


def _variable(name: str) -> str:
    return f"{PREFIX}BROKER_URL" if name == CLIENT else f"{PREFIX}{name.upper()}_BROKER_URL"
