"""Helpers for tests: messages as a storefront sends them, and a service's pipeline without
RabbitMQ.
"""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as File
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, func, select

from shared.contracts import samples
from shared.contracts.envelope import DEFAULT_SHOP, Envelope, decode
from shared.contracts.message import wire_type
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Verdict, receive
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.service import Service
from shared.runtime.storage import message_tables, migrations
from shared.runtime.storage.database import engine_for, reading

Path = tuple[str | int, ...]
"""Where a field is in a message: `lines`, 0, `sku`."""


def envelope(name: str, data: dict[str, Any], **attributes: Any) -> Envelope:
    """Return a message of a storefront."""
    return Envelope(
        id=str(uuid4()), source="/storefront", type=wire_type(name), data=data, **attributes
    )


def delivery(name: str, data: dict[str, Any], **attributes: Any) -> Delivery:
    """Return a message of a storefront as RabbitMQ delivers it."""
    return receive(envelope(name, data, **attributes).encode())


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy of sample data with some fields replaced; `a__b` names a nested field."""
    found = deepcopy(data)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = found
        for parent in parents:
            place = place[parent]
        place[last] = value
    return found


def replaced(data: dict[str, Any], path: Path, *value: Any) -> dict[str, Any]:
    """Return a copy with the field at `path` set to `value`, or without the field if no value is
    given.
    """
    found: Any = deepcopy(data)
    *parents, last = path
    place = found
    for parent in parents:
        place = place[parent]
    if value:
        place[last] = value[0]
    else:
        del place[last]
    return found


@dataclass
class ServiceHarness:
    """A service on a database of its own, called directly instead of through RabbitMQ."""

    service: Service
    engine: Engine
    adapters: Any = None
    answers: list[Outgoing] = field(default_factory=list)

    def __post_init__(self) -> None:
        create_tables(self.service, self.engine)
        self.pipeline = Pipeline(self.service, self.engine, self._publish, adapters=self.adapters)

    def _publish(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        self.answers += messages
        return [Outcome.CONFIRMED] * len(messages)

    def deliver(self, *deliveries: Delivery) -> list[Verdict]:
        """Handle a batch of deliveries."""
        return self.pipeline.process(deliveries)

    def tell(self, name: str, data: dict[str, Any], **attributes: Any) -> list[Envelope]:
        """Handle one message and return the messages it published."""
        last = self.last_number()
        verdict = self.deliver(delivery(name, data, **attributes))[0]
        if verdict.error:
            raise verdict.error
        return self.outbox(last)

    def ask(self, name: str, data: dict[str, Any], **attributes: Any) -> Envelope:
        """Ask a query and return its answer."""
        verdict = self.deliver(delivery(name, data, replyto="test.reply", **attributes))[0]
        if verdict.error:
            raise verdict.error
        return decode(self.answers[-1].body)

    def outbox(self, after: int = 0) -> list[Envelope]:
        """Return all messages in the outbox, or those after a number of the last one."""
        table = message_tables.outbox
        query = select(table.c.body).where(table.c.number > after).order_by(table.c.number)
        with reading(self.engine) as connection:
            bodies = connection.execute(query).scalars().all()
        return [decode(body) for body in bodies]

    def last_number(self) -> int:
        """Return the number of the last message in the outbox."""
        with reading(self.engine) as connection:
            found = connection.execute(select(func.max(message_tables.outbox.c.number))).scalar()
        return found or 0


def create_tables(service: Service, engine: Engine) -> None:
    """Migrate a database; a new one of SQLite is copied, in a tenth of the time."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not File(file).exists():
        shutil.copy(_migrated_file(service.name, service.migrations), file)
    elif migrations.current(engine) != migrations.revisions(service.migrations)[-1]:
        migrations.upgrade(service, engine)


def empty_tables(service: Service, engine: Engine) -> None:
    """Delete all rows of a database of PostgreSQL, protected ones too."""
    with engine.begin() as connection:
        # no triggers and no foreign keys
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in service.tables.sorted_tables:
            connection.execute(table.delete())


@cache
def _migrated_file(service: str, revisions: File) -> File:
    """Return a database of SQLite with the tables that these revisions create."""
    file = File(tempfile.mkdtemp(prefix="aftercart-")) / "migrated.db"
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    engine = engine_for(f"sqlite:///{file}")
    migrations.upgrade(_Revisions(service, revisions), engine)
    engine.dispose()
    return file


@dataclass(frozen=True)
class _Revisions:
    """What migrations need to know of a service."""

    name: str
    migrations: File


def sqlite_url(directory: File, name: str = "test") -> str:
    """Return the URL of a new database file."""
    return f"sqlite:///{directory}/{name}.db"


def harness(service: Service, url: str, adapters: Any = None) -> ServiceHarness:
    """Return a service on the database of a URL."""
    return ServiceHarness(service, engine_for(url), adapters)


def a_shop_with_mugs(orders: ServiceHarness, stock: int = 100, shop: str = DEFAULT_SHOP) -> None:
    """Create the sample shop with its one product, in one batch."""
    verdicts = orders.deliver(
        delivery("shop.put", samples.PUT_SHOP, shop=shop),
        delivery("product.put", samples.PUT_PRODUCT, shop=shop),
        delivery("stock.set", {"sku": "MUG-BLUE", "quantity": stock}, shop=shop),
    )
    assert verdicts == [DONE] * 3


def an_order(**changes: Any) -> dict[str, Any]:
    """Return an `order.place` of a new order of two mugs, 28.70 euro."""
    new: dict[str, Any] = {"order_id": str(uuid4()), "reference": uuid4().hex[:9].upper()}
    if "currency" in changes:
        new["shipping_price__currency"] = changes["currency"]
    return changed(samples.PLACE_ORDER, **{**new, **changes})
