import pytest

from tests.shared.runtime.rabbit_fixture import RabbitFixture, working
from tests.words import sqlite_url


@pytest.fixture(scope="package")
def rabbitmq(rabbit, tmp_path_factory):
    """A virtual host in which the toy service runs."""
    found = RabbitFixture(rabbit)
    with working(found, sqlite_url(tmp_path_factory.mktemp("toy"))):
        yield found
    found.close()
