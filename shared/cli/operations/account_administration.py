"""Add, change and remove the accounts of external clients, as RabbitMQ's administrator.

A storefront sends commands and queries for its shops; a reader reads events. No service has to be
restarted: each one that runs confirms the new accounts before a user is created.
"""

import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass

from shared.cli.operations.announcement import announce, announce_and_wait
from shared.cli.operations.desired_topology import management_url
from shared.clients.client import Client
from shared.clients.exclusive_lock import exclusive_lock
from shared.clients.phrases import listed
from shared.clients.urls import with_login
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq import accounts as stored
from shared.runtime.rabbitmq.accounts import Account, Accounts
from shared.runtime.rabbitmq.limits import Limits
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.users import Login, password_hash
from shared.runtime.settings import ClientSettings

PASSWORD_BYTES = 24
LOCK = "aftercart.accounts.lock"


class AccountError(AftercartError):
    """An account cannot be added, changed or removed; the text is one sentence."""


def account_lock(settings: ClientSettings, timeout: float) -> AbstractContextManager[None]:
    """Hold the lock of the accounts: changing them reads, then writes all of them. It is held as
    the administrator of the management API, since clients cannot create queues with names.
    """
    administrator = Login.of(management_url(settings))
    urls = with_login(settings.broker_url.get_secret_value(), *astuple(administrator))
    return exclusive_lock(urls, LOCK, timeout)


@dataclass(frozen=True)
class AccountAdministration:
    """The accounts of one virtual host. `client` asks the services for their confirmation, which
    they have `timeout` seconds for; `clients` are the users of the settings.
    """

    management: Management
    client: Client
    services: Sequence[str]
    vhost: str
    limits: Limits
    timeout: float
    clients: Sequence[str]

    def all(self) -> Accounts:
        """Return the accounts."""
        return stored.load(self.management, self.vhost)

    def of_kind(self, kind: str) -> list[Account]:
        """Return the accounts of a kind, by name."""
        found: list[Account] = []
        for account in self.all().accounts:
            if account.kind == kind:
                found.append(account)
        return sorted(found, key=lambda account: account.name)

    def add(self, account: Account) -> tuple[Login, set[str]]:
        """Create an account and its RabbitMQ user. Return its password, which is stored as a hash
        only, and the services that do not run. Raises `AccountError` if the name is taken, or a
        service that runs does not confirm.
        """
        existing = self.management.definitions(self.vhost)
        if account.name in stored.password_hashes(existing):
            raise AccountError(f"RabbitMQ has a user '{account.name}' already: take another name.")
        stopped = self._save(self.all().having(account))
        return self._set_password(account), stopped

    def change(self, account: Account) -> set[str]:
        """Replace what an account may do; its password stays. Return the services that do not
        run.
        """
        self._require(account.name, account.kind)
        stopped = self._save(self.all().having(account))
        self._import(account, stored.password_hashes(self.management.definitions(self.vhost)))
        return stopped

    def rotate(self, name: str, kind: str) -> Login:
        """Give an account a new password. Open connections stay until they end."""
        return self._set_password(self._require(name, kind))

    def remove(self, name: str, kind: str) -> set[str]:
        """Delete an account and its user. RabbitMQ closes its connections. Return the services that
        did not confirm yet.
        """
        self._require(name, kind)
        self.management.delete_user(name)
        accounts = self.all().without(name)
        stored.save(self.management, self.vhost, accounts)
        return self._announce(accounts)

    def _require(self, name: str, kind: str) -> Account:
        found = self.all().get(name)
        if found is None or found.kind != kind:
            raise AccountError(f"There is no {kind} '{name}': see `aftercart {kind} list`.")
        return found

    def _save(self, new: Accounts) -> set[str]:
        """Store accounts that all running services have confirmed; otherwise restore the former
        ones. Return the services that do not run: the accounts wait in their queues.
        """
        former = self.all()
        unconfirmed = self._announce(new)
        stopped = unconfirmed & self._without_consumers()
        silent = unconfirmed - stopped
        if silent:
            restored = former.model_copy(update={"revision": new.revision + 1})
            stored.save(self.management, self.vhost, restored)
            message = restored.message(self.clients)
            announce(self.management, self.vhost, self.services, message)
            raise AccountError(
                f"{listed(sorted(silent))} did not confirm within {self.timeout:g} seconds; nothing"
                " was changed. See `aftercart health`, then try again."
            )
        stored.save(self.management, self.vhost, new)
        return stopped

    def _without_consumers(self) -> set[str]:
        """Return the services whose work queue no worker consumes."""
        queues = self.management.queues(self.vhost)
        return {queue["name"] for queue in queues if not queue.get("consumers")}

    def _announce(self, accounts: Accounts) -> set[str]:
        if not accounts.checks_senders:
            return set()  # the services need to know no storefront
        return announce_and_wait(
            self.client,
            self.management,
            self.vhost,
            self.services,
            accounts.message(self.clients),
            self.timeout,
        )

    def _set_password(self, account: Account) -> Login:
        login = Login(account.name, secrets.token_urlsafe(PASSWORD_BYTES))
        self._import(account, {account.name: password_hash(login)})
        return login

    def _import(self, account: Account, hashes: dict[str, str]) -> None:
        found = stored.definitions_of([account], hashes, self.vhost, self.limits)
        self.management.import_definitions(found)
