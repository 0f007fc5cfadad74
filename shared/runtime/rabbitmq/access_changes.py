"""Compare the users and permissions that the topology wants with those in RabbitMQ."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.runtime.rabbitmq.definitions import Definitions, Entry
from shared.runtime.rabbitmq.users import Login, password_hash

SALT = 4  # bytes of a hash before the digest
KEYS = {
    "users": ("name",),
    "permissions": ("user",),
    "topic_permissions": ("user", "exchange"),
}
VALUES = {
    "users": ("limits",),
    "permissions": ("configure", "write", "read"),
    "topic_permissions": ("write", "read"),
}


def added_access(wanted: Definitions, existing: Definitions) -> Iterator[str]:
    """Yield the names of users and permissions that do not exist yet, such as `user orders`."""
    for part in KEYS:
        known = _by_key(part, existing)
        for key in _by_key(part, wanted):
            if key not in known:
                yield _label(part, key)


def changed_access(
    wanted: Definitions, existing: Definitions, logins: Iterable[Login]
) -> Iterator[str]:
    """Yield the names of permissions and limits of users that exist with other values, and of the
    passwords of `logins` that differ.
    """
    for part, fields in VALUES.items():
        known = _by_key(part, existing)
        for key, entry in _by_key(part, wanted).items():
            if key in known and _values(known[key], fields) != _values(entry, fields):
                yield _label(part, key)
    users = _by_key("users", existing)
    for login in logins:
        user = users.get((login.user,))
        if user and not _has_password(user, login):
            yield f"password of {login.user}"


def _by_key(part: str, definitions: Definitions) -> dict[tuple[Any, ...], Entry]:
    found: dict[tuple[Any, ...], Entry] = {}
    for entry in definitions.get(part, []):
        found[tuple(entry[name] for name in KEYS[part])] = entry
    return found


def _values(entry: Mapping[str, Any], fields: tuple[str, ...]) -> list[Any]:
    """Return the values of fields; RabbitMQ leaves out or lists empty ones."""
    return [entry.get(name) or None for name in fields]


def _label(part: str, key: tuple[Any, ...]) -> str:
    return f"{part[:-1].replace('_', ' ')} {' at '.join(key)}"


def _has_password(user: Entry, login: Login) -> bool:
    """Return whether a user has this password: hash it again with the salt of the stored hash."""
    stored = str(user.get("password_hash", ""))
    return password_hash(login, base64.b64decode(stored)[:SALT]) == stored
