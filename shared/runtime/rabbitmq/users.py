"""Define the RabbitMQ users of services and of external clients, with their passwords."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from shared.runtime.rabbitmq.definitions import Definitions, Entry


@dataclass(frozen=True)
class Login:
    """A RabbitMQ user and password."""

    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Login":
        """Return the login of an AMQP URL, or of the first of several joined by `;`."""
        parts = urlsplit(url.split(";", maxsplit=1)[0])
        return cls(unquote(parts.username or "guest"), unquote(parts.password or "guest"))


def add_user(
    found: Definitions,
    login: Login,
    vhost: str,
    rights: Mapping[str, str],
    limits: Mapping[str, int] | None = None,
    tags: str = "",
) -> None:
    """Add a user with its permissions in one virtual host, its limits and its tags."""
    found["users"].append(user_entry(login.user, password_hash(login), limits or {}, tags))
    found["permissions"].append({"user": login.user, "vhost": vhost, **rights})


def user_entry(name: str, hashed: str, limits: Mapping[str, int], tags: str = "") -> Entry:
    """Return a user with the hash of its password, its limits and its tags."""
    return {
        "name": name,
        "password_hash": hashed,
        "tags": tags,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "limits": dict(limits),
    }


def password_hash(login: Login, salt: bytes | None = None) -> str:
    """Return RabbitMQ's salted hash of a password. Source: https://www.rabbitmq.com/docs/passwords"""
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + login.password.encode()).digest()).decode()
