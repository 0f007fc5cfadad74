"""Define the RabbitMQ users of services and of external clients: passwords and permissions."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from shared.runtime.rabbitmq.definitions import Definitions, Entry
from shared.runtime.rabbitmq.limits import NAMED_BY_RABBITMQ
from shared.runtime.rabbitmq.names import COMMANDS, DOCUMENT_STREAM, REPLIES, STREAM, own_exchange


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


def service_rights(name: str) -> dict[str, str]:
    """Return a service's permissions: read its queue and probe the stream; write to its own
    exchange, events and replies.
    """
    return {
        "configure": "^$",
        "write": f"^({re.escape(own_exchange(name))}|aftercart\\.(events|documents|replies))$",
        "read": f"^({re.escape(name)}|{re.escape(STREAM)})$",
    }


def client_rights() -> Entry:
    """Return a client's permissions: publish commands, read the streams of events and documents,
    and create queues for its replies, which RabbitMQ names.

    - A client cannot bind a queue to the exchange of events: RabbitMQ confirms an event only when
      every bound queue has taken it, so that one client's queue could hold up all services.
    - No exchange may have such a name. With an exchange and queues that dead-letter to it, a client
      can multiply a message without limit: 7 queues made 13,700 of one.
    - The names are random, so that no client finds another's queue.
    """
    readable = "|".join(re.escape(name) for name in (REPLIES, STREAM, DOCUMENT_STREAM))
    return {
        "configure": f"^{NAMED_BY_RABBITMQ}$",
        "write": f"^({re.escape(COMMANDS)}|{NAMED_BY_RABBITMQ})$",
        "read": f"^({readable}|{NAMED_BY_RABBITMQ})$",
    }


def client_topics(user: str, vhost: str) -> list[Entry]:
    """Limit a client to its own replies: reply addresses begin with the user's name."""
    return [
        {
            "user": user,
            "vhost": vhost,
            "exchange": REPLIES,
            "write": "^$",
            "read": f"^{re.escape(user)}\\.[^*#]+$",
        },
    ]


def add_user(
    found: Definitions,
    login: Login,
    vhost: str,
    rights: dict[str, str],
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
