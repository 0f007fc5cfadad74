"""Define the RabbitMQ users of services and of external clients, with their passwords."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from shared.runtime.rabbitmq.definitions import Definitions


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
) -> None:
    """Add a user without tags, with its permissions in one virtual host and its limits."""
    found["users"].append(
        {
            "name": login.user,
            "password_hash": password_hash(login),
            "tags": "",
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "limits": dict(limits or {}),
        }
    )
    found["permissions"].append({"user": login.user, "vhost": vhost, **rights})


def password_hash(login: Login, salt: bytes | None = None) -> str:
    """Return RabbitMQ's salted hash of a password. Source: https://www.rabbitmq.com/docs/passwords"""
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + login.password.encode()).digest()).decode()
