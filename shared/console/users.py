"""Store the users of the console in a JSON file: roles, and passwords as argon2 hashes."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.clients.phrases import suggestion
from shared.console.roles import PERMISSIONS, permissions
from shared.runtime.errors import AftercartError

NAME = r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$"
MIN_PASSWORD = 10
MAX_PASSWORD = 200  # argon2 reads all of it
PRIVATE = 0o600


class UserError(AftercartError):
    """A user cannot be added or changed; the text is one sentence."""


@dataclass(frozen=True)
class User:
    """A person with a login. `name` is recorded as `by` in what they do. An empty `password`
    allows a login only by a proxy or an OpenID provider.
    """

    name: str
    roles: tuple[str, ...] = ("look",)
    password: str = field(default="", repr=False)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """What the user may do."""
        return permissions(self.roles)

    def may(self, permission: str) -> bool:
        """Return whether the user may do something."""
        return permission in self.permissions


class Users:
    """The users in a file. A missing file holds none. The file is read at each use, so that a
    removed user or role counts at once.
    """

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        self.path = path
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("")

    def all(self) -> list[User]:
        """Return all users by name."""
        return sorted(self._read().values(), key=lambda user: user.name)

    def get(self, name: str) -> User | None:
        """Return a user, or None."""
        return self._read().get(name)

    def verify(self, name: str, password: str) -> User | None:
        """Return the user if the password is right, else None, after the same time for a name that
        does not exist.
        """
        user = self.get(name)
        stored = self._nobody
        if user and user.password:
            stored = user.password
        try:
            self._hasher.verify(stored, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return user if stored is not self._nobody else None

    def add(self, name: str, roles: Sequence[str], password: str) -> User:
        """Add a user; an empty password allows no login by password. Raises `UserError`."""
        if not re.match(NAME, name):
            raise UserError(
                f"'{name}' is not a valid name: use letters, digits and . _ @ + -, at most 100."
            )
        users = self._read()
        if name in users:
            raise UserError(f"There is a user '{name}' already.")
        if password and not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise UserError(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
        hashed = ""
        if password:
            hashed = self._hasher.hash(password)
        users[name] = User(name, known_roles(roles), hashed)
        self._write(users)
        return users[name]

    def set_roles(self, name: str, roles: Sequence[str]) -> User:
        """Replace the roles of a user. Raises `UserError`."""
        users = self._read()
        found = self._require(users, name)
        users[name] = User(name, known_roles(roles), found.password)
        self._write(users)
        return users[name]

    def remove(self, name: str) -> None:
        """Remove a user. Raises `UserError`."""
        users = self._read()
        self._require(users, name)
        del users[name]
        self._write(users)

    @staticmethod
    def _require(users: dict[str, User], name: str) -> User:
        found = users.get(name)
        if found is None:
            raise UserError(f"There is no user '{name}'{suggestion(name, users)}")
        return found

    def _read(self) -> dict[str, User]:
        try:
            stored: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
            users: dict[str, User] = {}
            for name, entry in stored.items():
                users[name] = User(name, tuple(entry["roles"]), entry["password"])
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UserError(f"{self.path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UserError(f"{self.path} is damaged: restore it, or add its users anew.") from None
        return users

    def _write(self, users: dict[str, User]) -> None:
        stored: dict[str, Any] = {}
        for name, user in users.items():
            stored[name] = {"roles": list(user.roles), "password": user.password}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(draft, flags, PRIVATE), "w", encoding="utf-8") as file:
            json.dump(stored, file, indent=2)
        draft.replace(self.path)


def known_roles(roles: Sequence[str]) -> tuple[str, ...]:
    """Return the roles without repetitions. Raises `UserError` for an unknown one, or none."""
    for role in roles:
        if role not in PERMISSIONS:
            raise UserError(f"There is no role '{role}'{suggestion(role, PERMISSIONS)}")
    if not roles:
        raise UserError(f"A user needs a role: {', '.join(PERMISSIONS)}.")
    return tuple(dict.fromkeys(roles))
