"""Parse the URLs of RabbitMQ in the settings: one URL, or several joined by `;`."""

from urllib.parse import quote, urlsplit

import pika

from shared.runtime.errors import SettingsError


def address(urls: str) -> str:
    """Return `host:port` of every URL, without passwords."""
    nodes = [_parse(url) for url in urls.split(";")]
    return ", ".join(f"{node.host}:{node.port}" for node in nodes)


def virtual_host(urls: str) -> str:
    """Return the virtual host."""
    return str(_first(urls).virtual_host)


def login(urls: str) -> tuple[str, str]:
    """Return user and password, decoded."""
    credentials = _first(urls).credentials
    return credentials.username, credentials.password


def with_login(urls: str, user: str, password: str) -> str:
    """Return the URLs with another user and password."""
    changed: list[str] = []
    for url in urls.split(";"):
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        account = f"{quote(user, safe='')}:{quote(password, safe='')}"
        changed.append(parts._replace(netloc=f"{account}@{host}").geturl())
    return ";".join(changed)


def invalid_url() -> SettingsError:
    """Return the error for a URL that cannot be parsed."""
    return SettingsError(
        "A URL of RabbitMQ is invalid; its form is amqp://user:password@host:5672/vhost."
    )


def _first(urls: str) -> pika.URLParameters:
    return _parse(urls.split(";", maxsplit=1)[0])


def _parse(url: str) -> pika.URLParameters:
    try:
        return pika.URLParameters(url)
    except (ValueError, IndexError):
        raise invalid_url() from None
