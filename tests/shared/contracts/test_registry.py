"""Lists of messages are derived: which service publishes one, and which modules declare them."""

from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pytest

from shared.cli.messages.contract import interfaces_of
from shared.contracts.asyncapi.page import page
from shared.contracts.message import Event, Refusal, catalogue
from shared.runtime.service import Service
from tests.shared.contracts.conftest import FILE

PACKAGES = ("ingest", "notify", "orders")


def test_every_event_is_published_by_an_installed_service(services: list[Service]) -> None:
    names = {service.name for service in services}
    for message in catalogue.values():
        if message.__module__.startswith("tests.") or issubclass(message, Refusal):
            continue
        if issubclass(message, Event):
            assert message.publishers, message.name
            assert names.issuperset(message.publishers), message.name


def test_a_service_publishes_its_own_events_and_shared_ones(services: list[Service]) -> None:
    published = {service.name: {event.name for event in service.publishes} for service in services}

    assert {"order.placed", "invoice.issued", "customer.erased"} <= published["orders"]
    assert {"document.rendered", "template.changed", "asset.changed"} <= published["documents"]
    assert {"mail.sent", "template.changed", "customer.erased"} <= published["notify"]
    assert "order.placed" not in published["notify"]
    assert "asset.changed" not in published["notify"]


def test_an_event_may_name_its_publishers() -> None:
    class Moved(Event, name="toy.moved", publishers=("orders", "notify")):
        example: ClassVar[dict[str, object]] = {}

    try:
        assert Moved.publishers == ("orders", "notify")
    finally:
        del catalogue[Moved.wire_type()]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_of_contracts_exports_all_names_of_its_modules(package: str) -> None:
    exported = vars(import_module(f"shared.contracts.{package}"))
    directory = Path(str(exported["__file__"])).parent
    for file in directory.glob("[!_]*.py"):
        if file.stem.endswith("_samples"):
            continue
        module = import_module(f"shared.contracts.{package}.{file.stem}")
        own = [name for name, value in vars(module).items() if _declared_in(module.__name__, value)]
        assert [name for name in own if name not in exported] == [], file.stem


def test_the_page_of_messages_is_up_to_date(services: list[Service]) -> None:
    text = FILE.with_name("messages.md").read_text(encoding="utf-8")

    assert text == page(interfaces_of(services)), "run `aftercart contract`"


def _declared_in(module: str, value: object) -> bool:
    return isinstance(value, type) and value.__module__ == module and value.__name__[0] != "_"
