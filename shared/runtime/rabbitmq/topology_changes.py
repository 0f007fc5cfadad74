"""Compare the wanted topology with what RabbitMQ has, and apply it.

Applying twice changes nothing; if an existing exchange or queue differs, nothing is applied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.access_changes import added_access, changed_access
from shared.runtime.rabbitmq.definitions import Definitions, Entry
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import EVENTS
from shared.runtime.rabbitmq.users import Login

LIMITED = {"limits": "the virtual host", "aftercart.clients": "queues of external clients"}
"""What a policy limits, where its name does not say it."""


@dataclass(frozen=True)
class Applied:
    """The names of what `apply` added, changed and unbound; empty if everything existed."""

    added: list[str]
    unbound: list[str]
    changed: list[str]


def apply(
    wanted: Definitions,
    management: Management,
    vhost: str = "/",
    logins: Iterable[Login] = (),
) -> Applied:
    """Apply the topology. If an existing exchange or queue differs, raises `TopologyError`, which
    names it and the difference, before changing anything. The passwords of `logins` are compared
    to name those that change.
    """
    existing = management.definitions(vhost)
    conflicts = list(differences(wanted, existing))
    if conflicts:
        raise TopologyError(
            "RabbitMQ has an older, incompatible topology; nothing was changed. "
            + " ".join(conflicts)
            + " Drain and delete these, then apply again."
        )
    added = [*_missing(wanted, existing), *added_access(wanted, existing)]
    changed = [*changed_limits(wanted, existing), *changed_access(wanted, existing, logins)]
    management.import_definitions(wanted)
    stale = list(stale_bindings(wanted, existing))
    for binding in stale:
        management.unbind(binding)
    return Applied(added, list(map(_label, stale)), changed)


def changed_limits(wanted: Definitions, existing: Definitions) -> Iterable[str]:
    """Yield the names of policies and limits that RabbitMQ lacks, or has with other values."""
    for part in ("policies", "parameters"):
        for entry in wanted[part]:
            if entry not in existing[part]:
                yield f"limits of {LIMITED.get(entry['name'], entry['name'])}"


def _missing(wanted: Definitions, existing: Definitions) -> Iterable[str]:
    """Yield the labels of exchanges, queues and bindings that do not exist yet."""
    for part in ("exchanges", "queues", "bindings"):
        known = set(map(_key, existing[part]))
        for entry in wanted[part]:
            if _key(entry) not in known:
                yield f"{part[:-1]} {_label(entry)}"


def differences(wanted: Definitions, existing: Definitions) -> Iterable[str]:
    """Yield a sentence for each existing exchange or queue with other arguments or another type."""
    for part, fields in (
        ("exchanges", ("type", "durable", "arguments")),
        ("queues", ("durable", "arguments")),
    ):
        found = {entry["name"]: entry for entry in existing[part]}
        for entry in wanted[part]:
            other = found.get(entry["name"])
            for name in fields if other else ():
                if other and other[name] != entry[name]:
                    yield (
                        f"The {part[:-1]} '{entry['name']}' has {name} {other[name]} and should"
                        f" have {entry[name]}."
                    )


def stale_bindings(wanted: Definitions, existing: Definitions) -> Iterable[Entry]:
    """Yield bindings to remove: of the services' queues, for messages that no handler takes any
    more, and of external clients' queues and exchanges to the exchange of events, which earlier
    versions permitted.
    """
    ours = {entry["name"] for entry in wanted["queues"]}
    sources = {entry["name"] for entry in wanted["exchanges"]}
    clients = tuple(f"{entry['name']}." for entry in wanted["users"])
    current = set(map(_key, wanted["bindings"]))
    for entry in existing["bindings"]:
        source, destination = entry["source"], entry["destination"]
        of_client = source == EVENTS and destination.startswith(clients)
        of_service = source in sources and destination in ours
        if (of_client or of_service) and _key(entry) not in current:
            yield entry


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("name", "source", "destination", "routing_key"))


def _label(entry: Mapping[str, Any]) -> str:
    return (
        entry.get("name") or f"{entry['source']} --{entry['routing_key']}--> {entry['destination']}"
    )
