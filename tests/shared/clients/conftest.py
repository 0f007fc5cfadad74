from collections.abc import Iterator

import pytest

from deploy.stack.rabbitmq import RabbitNode
from tests.shared.runtime.rabbit_fixture import RabbitFixture, working
from tests.words import sqlite_url


@pytest.fixture(scope="package")
def rabbitmq(
    rabbit: RabbitNode, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RabbitFixture]:
    """A virtual host in which the toy service runs."""
    found = RabbitFixture(rabbit)
    with working(found, sqlite_url(tmp_path_factory.mktemp("toy"))):
        yield found
    found.close()
