"""Store the accounts of external clients: their RabbitMQ users, and what those may say and read.

RabbitMQ holds all of it: the users with the hashes of their passwords, and the accounts as a global
parameter, so that a backup of its definitions is complete. Services have a copy (`SetStorefronts`).
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from shared.contracts.message import Value
from shared.contracts.storefronts import SetStorefronts, Storefront
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.limits import Limits
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.permissions import client_rights, client_topics, reader_rights
from shared.runtime.rabbitmq.users import user_entry

NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"  # no dot: a reply address is the user's name, a dot, and more


class Account(Value):
    """A RabbitMQ user of an external client. A reader reads events and sends nothing."""

    name: str = Field(pattern=NAME)
    kind: Literal["storefront", "reader"]
    shops: list[str] | None = None
    messages: list[str] | None = None
    employees: list[str] = []
    may_force: bool = False
    reads_events: bool = False
    reads_documents: bool = False

    @property
    def storefront(self) -> Storefront:
        """What services accept from it."""
        return Storefront(
            user=self.name,
            shops=self.shops,
            messages=self.messages,
            employees=self.employees,
            may_force=self.may_force,
        )


class Accounts(Value):
    """All accounts of a virtual host. `checks_senders` begins with the first storefront and stays:
    from then on each message needs `user_id`.
    """

    revision: int = 0
    checks_senders: bool = False
    accounts: list[Account] = []

    def get(self, name: str) -> Account | None:
        """Return an account by its name."""
        for account in self.accounts:
            if account.name == name:
                return account
        return None

    def having(self, account: Account) -> "Accounts":
        """Return the next revision, with an account added or replaced."""
        return self._next(
            accounts=[*self._others(account.name), account],
            checks_senders=self.checks_senders or account.kind == "storefront",
        )

    def without(self, name: str) -> "Accounts":
        """Return the next revision, without an account."""
        return self._next(accounts=self._others(name))

    def message(self, clients: Iterable[str]) -> SetStorefronts:
        """Return the message to all services. The users `clients` of the settings may say
        everything.
        """
        found: list[Storefront] = []
        if self.checks_senders:
            for client in clients:
                found.append(Storefront(user=client, employees=["*"], may_force=True))
            for account in self.accounts:
                if account.kind == "storefront":
                    found.append(account.storefront)
        return SetStorefronts(revision=self.revision, storefronts=found)

    def _others(self, name: str) -> list[Account]:
        return [account for account in self.accounts if account.name != name]

    def _next(self, **changes: Any) -> "Accounts":
        """Return a copy whose revision is later than all before, also those that a RabbitMQ stored
        whose data was lost: services ignore earlier revisions.
        """
        revision = max(self.revision + 1, int(time.time()))
        return self.model_copy(update={"revision": revision, **changes})


def load(management: Management, vhost: str) -> Accounts:
    """Return the accounts of a virtual host."""
    found = management.global_parameter(_parameter(vhost))
    return Accounts.model_validate(found or {})


def save(management: Management, vhost: str, accounts: Accounts) -> None:
    """Store the accounts of a virtual host."""
    management.set_global_parameter(_parameter(vhost), accounts.model_dump(mode="json"))


def password_hashes(existing: Mapping[str, Any]) -> dict[str, str]:
    """Return the password hashes in RabbitMQ's definitions, by user."""
    return {user["name"]: user["password_hash"] for user in existing["users"]}


def definitions_of(
    accounts: Iterable[Account], hashes: Mapping[str, str], vhost: str, limits: Limits
) -> Definitions:
    """Return users, permissions and limits of accounts, without those that have no hash."""
    found: Definitions = {"users": [], "permissions": [], "topic_permissions": []}
    for account in accounts:
        if account.name not in hashes:
            continue
        found["users"].append(user_entry(account.name, hashes[account.name], limits.of_client))
        found["permissions"].append({"user": account.name, "vhost": vhost, **_rights(account)})
        if account.kind == "storefront":
            found["topic_permissions"] += client_topics(account.name, vhost)
    return found


def _rights(account: Account) -> dict[str, Any]:
    rights = reader_rights if account.kind == "reader" else client_rights
    return rights(events=account.reads_events, documents=account.reads_documents)


def _parameter(vhost: str) -> str:
    return f"aftercart_accounts_{vhost}"
