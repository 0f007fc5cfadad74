"""What a service stores of another's aggregates is the same in whatever order their events are
handled, and although the sender's clock may go back between two.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shared.contracts.message import Event, catalogue
from shared.runtime.service import Service, installed_services
from shared.runtime.storage import message_tables
from shared.runtime.storage.database import reading
from tests.ingest.builders import NOON
from tests.words import changed, harness, sqlite_url

SECOND: dict[str, dict[str, Any]] = {
    "asset.changed": {"small": None},
    "customer.changed": {"email": "new@example.test", "full_name": "New Name"},
    "shop.changed": {"profile__name": "New name"},
    "state.changed": {"mail_template": "shipped"},
}
"""What differs in the second event of an aggregate."""


def changes() -> list[tuple[str, str]]:
    """Return services with the events of others that describe an aggregate as a whole."""
    found = []
    for service in installed_services().values():
        for wire_type in service.handlings:
            message = catalogue[wire_type]
            if not issubclass(message, Event) or service.name in message.publishers:
                continue
            if message.name.endswith(".changed"):
                found.append((service.name, message.name))
    return sorted(found)


def stored(service: Service, file: Path, positions: list[int], name: str) -> dict[str, Any]:
    """Return what a service stores after it handled two events, in this order."""
    example = catalogue[f"aftercart.{name}.v1"].example
    events = [example, changed(example, **SECOND[name])]
    told = harness(service, sqlite_url(file))
    for position in positions:
        time = NOON - timedelta(hours=position)
        told.tell(name, events[position], time=time, sequence=f"{position + 1:012d}")
    with reading(told.engine) as connection:
        rows = {}
        for table in service.tables.sorted_tables:
            if table.name not in message_tables.metadata.tables:
                rows[table.name] = connection.execute(select(table)).all()
    told.engine.dispose()
    return rows


@pytest.mark.parametrize(("name", "event"), changes())
def test_an_older_change_does_not_replace_a_newer_one(
    name: str, event: str, tmp_path: Path
) -> None:
    service = installed_services()[name]
    found = []
    for positions in ([0], [0, 1], [1, 0]):
        directory = tmp_path / "".join(map(str, positions))
        directory.mkdir()
        found.append(stored(service, directory, positions, event))
    first, in_order, turned_round = found
    assert in_order != first
    assert turned_round == in_order
