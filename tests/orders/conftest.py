from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.orders.worker import service
from tests.orders.words import NewDatabase, Storefront, forget_what_was_told
from tests.words import ServiceHarness, a_shop_with_mugs, harness, sqlite_url

shops = count(1)
databases = count(1)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """Collect the log lines; tracebacks are not formatted with all values, which would take longer
    than the tests.
    """
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewDatabase:
    """Makes empty databases, of each kind in turn."""

    def make() -> str:
        name = f"orders_{next(databases)}"
        if request.param == "sqlite":
            return sqlite_url(tmp_path_factory.mktemp(name))
        return str(request.getfixturevalue("postgres").create_database(name))

    return make


@pytest.fixture(scope="session")
def url(new_database: NewDatabase) -> str:
    """One database, that tests share; each has a shop of its own in it."""
    return new_database()


@pytest.fixture(scope="session")
def shared_desk(url: str) -> Iterator[ServiceHarness]:
    shared = harness(service, url)
    yield shared
    shared.engine.dispose()


@pytest.fixture
def orders(shared_desk: ServiceHarness) -> ServiceHarness:
    """The service, with nothing left in its outbox."""
    forget_what_was_told(shared_desk.engine)
    shared_desk.answers.clear()
    return shared_desk


@pytest.fixture
def shop(orders: ServiceHarness) -> Storefront:
    """A shop with 100 mugs."""
    return open_shop(orders)


@pytest.fixture
def other_shop(orders: ServiceHarness) -> Storefront:
    """Another shop with 100 mugs, in the same database."""
    return open_shop(orders)


def open_shop(orders: ServiceHarness, stock: int = 100) -> Storefront:
    opened = Storefront(orders, f"shop-{next(shops)}")
    a_shop_with_mugs(orders, stock, opened.shop)
    forget_what_was_told(orders.engine)
    return opened
