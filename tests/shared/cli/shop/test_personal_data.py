"""`customer erase` and `customer export`: what all services answer, as one result."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.orders.worker import service
from shared.cli.shop import personal_data
from shared.contracts.common import CustomerErased, CustomerExported
from shared.contracts.envelope import Envelope
from tests.shared.cli.direct import Employee, employee_of
from tests.words import a_shop_with_mugs, an_order, harness, sqlite_url

ERASED = {"customer_id": "c-1001", "service": "notify", "erased": {"mails": 2}, "kept": []}
EXPORTED = {"customer_id": "c-1001", "service": "notify", "part": 1, "parts": 2, "records": {}}


@dataclass
class Stream:
    """The events of `orders`, which runs in this process, and of others as a test says."""

    anna: Employee
    others: list[Any]

    def poll(self, timeout: float | None) -> Envelope | None:
        return next(self._events, None)

    def __post_init__(self) -> None:
        self._events = self._all()

    def _all(self) -> Iterator[Envelope]:
        ours = None
        for event in self.anna.client.service.outbox():
            if event.name in ("customer.erased", "customer.exported"):
                ours = event
        assert ours
        yield ours.model_copy(update={"causationid": "another command"})
        for message in self.others:
            yield ours.model_copy(update={"data": message.model_dump(mode="json")})
        yield ours


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stream:
    orders = harness(service, sqlite_url(tmp_path))
    a_shop_with_mugs(orders)
    orders.tell("customer.put", {"customer_id": "c-1001", "email": "ada@example.test"})
    orders.tell("order.place", an_order(reference="XKBKNABJK"))
    found = Stream(employee_of(orders, monkeypatch), [])

    @contextmanager
    def connected(*_: Any) -> Iterator[None]:
        yield

    monkeypatch.setattr(personal_data, "connect", connected)
    monkeypatch.setattr(personal_data, "subscribe", lambda *_: found)
    return found


def test_erasing_asks_and_prints_what_each_service_erased_and_retains(stream: Stream) -> None:
    stream.others = [CustomerErased(**ERASED), CustomerErased(**ERASED | {"service": "ingest"})]
    asked = stream.anna.types("customer", "erase", "c-1001")
    assert asked.exit_code == 64
    assert "'c-1001'), also by ada@example.test, in every service for good." in asked.output
    assert "customer.erase" not in stream.anna.client.sent
    printed = stream.anna.does("customer", "erase", "c-1001", "--yes")
    assert "Service Records Count Result Reason" in printed
    assert "notify mails 2 erased" in printed
    assert "orders orders 1 retained until" in printed


def test_a_service_that_is_silent_is_named(stream: Stream) -> None:
    stream.others = [CustomerErased(**ERASED)]
    result = stream.anna.types("customer", "erase", "c-1001", "--yes", "--json", "--wait", "0.2")
    assert result.exit_code == 3
    assert "ingest did not answer within 0.2 seconds" in result.output
    assert json.loads(result.output.splitlines()[1])["service"] == "notify"


def test_an_export_holds_the_records_of_every_service_in_one_file(
    stream: Stream, tmp_path: Path
) -> None:
    parts = [{"part": part, "records": {"mails": [{"number": part}]}} for part in (2, 1)]
    notify = [CustomerExported(**EXPORTED | part) for part in parts]
    none = EXPORTED | {"service": "ingest", "parts": 1}
    stream.others = [*notify, CustomerExported(**none)]
    output = tmp_path / "ada.json"
    stream.anna.does("customer", "export", "c-1001", "--output", str(output))
    found = json.loads(output.read_text())
    assert found["notify"] == {"mails": [{"number": 1}, {"number": 2}]}
    assert found["ingest"] == {}
    assert [order["order"]["reference"] for order in found["orders"]["orders"]] == ["XKBKNABJK"]
