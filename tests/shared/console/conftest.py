from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from shared.console.application import create_application
from shared.console.settings import ConsoleSettings
from shared.console.users import Users
from tests.shared.console.fake_operations import FakeOperations
from tests.shared.console.fakes import FakeBus

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def operations(tmp_path: Path) -> FakeOperations:
    return FakeOperations(directory=tmp_path)


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "users.json", QUICK)


@pytest.fixture
def settings(tmp_path: Path) -> ConsoleSettings:
    return ConsoleSettings(
        broker_url="amqp://nobody@localhost", filters_file=tmp_path / "filters.json"
    )


@pytest.fixture
def visitor(
    bus: FakeBus, users: Users, settings: ConsoleSettings, operations: FakeOperations
) -> TestClient:
    """A browser in which nobody is logged in."""
    application = create_application(bus, users, settings, operations)
    return TestClient(application, follow_redirects=False, headers=OURS)


@pytest.fixture
def browser(visitor: TestClient, users: Users) -> TestClient:
    """A browser in which a manager is logged in, who also operates."""
    users.add("anna@shop.test", ["manager", "operator"], PASSWORD)
    log_in(visitor, "anna@shop.test")
    return visitor


def log_in(browser: TestClient, name: str, password: str = PASSWORD) -> None:
    answer = browser.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 303, answer.text
