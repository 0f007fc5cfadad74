"""Connect to RabbitMQ, with every failure as one sentence that says where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    ConnectionBlockedTimeout,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    UnroutableError,
)

from shared.clients.urls import address, invalid_url, login, virtual_host
from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.publisher import connection_parameters

NOT_FOUND, ACCESS_REFUSED = 404, 403  # reply codes of AMQP
BLOCKED_TIMEOUT = 10.0  # seconds that RabbitMQ may block us when it lacks memory or disk space
REMEDIES = {
    NOT_FOUND: "run `aftercart topology apply`",
    ACCESS_REFUSED: (
        "run `aftercart topology apply`, which sets this user's permissions, or use another URL"
    ),
}


@contextmanager
def connect(urls: str, purpose: str, heartbeat: int | None = None) -> Iterator[BlockingConnection]:
    """Open a connection and close it at the end. Raises `TopologyError` for all that RabbitMQ
    refuses, also inside the `with` block.

    `urls` is a URL or several joined by `;`, `purpose` the connection's name in RabbitMQ,
    `heartbeat` an interval in seconds, 10 by default.
    """
    connection = _open(urls, purpose, heartbeat)
    try:
        yield connection
    except ChannelClosedByBroker as error:
        raise TopologyError(_channel_error(error)) from error
    except (UnroutableError, NackError) as error:
        raise TopologyError(
            "RabbitMQ did not store the message: its queue is missing or full; see `aftercart"
            " health`."
        ) from error
    except ConnectionBlockedTimeout as error:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} accepts no messages: it is short of memory or disk space."
        ) from error
    except AMQPError as error:
        raise TopologyError(
            f"The connection to RabbitMQ at {address(urls)} was lost: {_cause(error)}."
        ) from error
    finally:
        _close(connection)


class QueueCounts(NamedTuple):
    """Messages that wait in a queue, and its consumers."""

    messages: int
    consumers: int


def queue_counts(connection: BlockingConnection, queue: str) -> QueueCounts | None:
    """Count a queue's waiting messages and consumers; None if the queue does not exist.

    Needs no permissions.
    """
    channel: BlockingChannel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True).method
    except ChannelClosedByBroker as error:
        if error.reply_code != NOT_FOUND:
            raise
        return None
    channel.close()
    return QueueCounts(found.message_count, found.consumer_count)


def _open(urls: str, purpose: str, heartbeat: int | None) -> BlockingConnection:
    try:
        parameters = connection_parameters(urls, f"aftercart {purpose}")
    except (ValueError, IndexError):
        raise invalid_url() from None
    for node in parameters:
        node.heartbeat = heartbeat or node.heartbeat
        node.blocked_connection_timeout = BLOCKED_TIMEOUT
    try:
        return BlockingConnection(parameters)
    except ProbableAuthenticationError:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} refuses the password of '{login(urls)[0]}', or has no"
            " such user: check the URL, or run `aftercart topology apply`, which creates the users."
        ) from None
    except ProbableAccessDeniedError:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} denies '{login(urls)[0]}' access to the virtual host"
            f" '{virtual_host(urls)}': check the URL, or run `aftercart topology apply`, which sets"
            " the permissions."
        ) from None
    except Exception as error:  # errors of pika, sockets and DNS have no common base class
        raise TopologyError(
            f"RabbitMQ at {address(urls)} cannot be reached ({_cause(error)}): start it (`aftercart"
            " up` starts a local one) or correct the URL."
        ) from error


def _channel_error(error: ChannelClosedByBroker) -> str:
    remedy = REMEDIES.get(error.reply_code, "this is unexpected, see RabbitMQ's log")
    return f"RabbitMQ refuses ({error.reply_text}): {remedy}."


def _cause(error: BaseException) -> str:
    """Return the text of the innermost error: pika wraps errors in arguments of other errors, some
    without a text of their own.
    """
    for argument in (*error.args, getattr(error, "exception", None)):
        if isinstance(argument, BaseException):
            return _cause(argument)
    text = getattr(error, "strerror", None) or getattr(error, "reply_text", None) or str(error)
    return str(text or type(error).__name__).rstrip(".")


def _close(connection: BlockingConnection) -> None:
    try:
        if connection.is_open:
            connection.close()
    except (AMQPError, OSError):
        pass  # closed already: RabbitMQ returns unacknowledged messages to their queues
