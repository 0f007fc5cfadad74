"""Hold a lock that all programs at a virtual host share: an exclusive queue of RabbitMQ."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pika.adapters.blocking_connection import BlockingConnection
from pika.exceptions import ChannelClosedByBroker

from shared.clients.connection import connect
from shared.runtime.errors import AftercartError

RESOURCE_LOCKED = 405  # reply code of AMQP
PAUSE = 0.1  # seconds between two attempts
HEARTBEAT = 300  # seconds; nothing answers heartbeats while the lock is held


@contextmanager
def exclusive_lock(urls: str, name: str, timeout: float) -> Iterator[None]:
    """Hold the lock `name` for the time of the `with` block. RabbitMQ releases it when the
    connection ends, also if the process is killed.

    Raises `AftercartError` if another program holds it longer than `timeout` seconds. The user of
    the URL must be allowed to create queues.
    """
    deadline = time.monotonic() + timeout
    with connect(urls, "lock", HEARTBEAT) as connection:
        while not _acquired(connection, name):
            if time.monotonic() > deadline:
                raise AftercartError(
                    "Another command is changing the same at the moment: try again when it has"
                    " ended."
                )
            connection.sleep(PAUSE)
        yield


def _acquired(connection: BlockingConnection, name: str) -> bool:
    try:
        connection.channel().queue_declare(name, exclusive=True)
    except ChannelClosedByBroker as error:
        if error.reply_code != RESOURCE_LOCKED:
            raise
        return False
    return True
