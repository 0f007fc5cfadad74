"""A connection to RabbitMQ for one command; every fault is a sentence that says where and what to
do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika
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

from shared.runtime.errors import SettingsError, TopologyError
from shared.runtime.rabbitmq.publisher import connection_parameters

MISSING, FORBIDDEN = 404, 403  # reply codes of AMQP
PATIENCE = 10.0  # seconds that RabbitMQ may block us for want of memory or disk space


@contextmanager
def connected(
    urls: str, purpose: str, heartbeat: int | None = None
) -> Iterator[BlockingConnection]:
    """A connection, closed at the end; whatever RabbitMQ refuses inside is told as `TopologyError`.

    `urls` as in the settings; `heartbeat` in seconds, where 10 is too short.
    """
    connection = _open(urls, purpose, heartbeat)
    try:
        yield connection
    except ChannelClosedByBroker as error:
        raise TopologyError(_refused(error)) from error
    except (UnroutableError, NackError) as error:
        raise TopologyError(
            "RabbitMQ did not keep the message: its queue is missing or full; see `aftercart"
            " health`."
        ) from error
    except ConnectionBlockedTimeout as error:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} takes no messages: it is short of memory or disk space."
        ) from error
    except AMQPError as error:
        raise TopologyError(
            f"The connection to RabbitMQ at {address(urls)} was lost: {_cause(error)}."
        ) from error
    finally:
        _close(connection)


def _open(urls: str, purpose: str, heartbeat: int | None) -> BlockingConnection:
    try:
        parameters = connection_parameters(urls, f"aftercart {purpose}")
    except (ValueError, IndexError):
        raise SettingsError(
            "A URL of RabbitMQ cannot be read: it is amqp://user:password@host:5672/vhost."
        ) from None
    for one in parameters:
        one.heartbeat = heartbeat or one.heartbeat
        one.blocked_connection_timeout = PATIENCE
    try:
        return BlockingConnection(parameters)
    except ProbableAuthenticationError:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} refuses the password of '{login(urls)[0]}', or does not"
            " know this user: check the URL, or run `aftercart topology apply`, which makes the"
            " users."
        ) from None
    except ProbableAccessDeniedError:
        raise TopologyError(
            f"RabbitMQ at {address(urls)} does not let '{login(urls)[0]}' into the virtual host"
            f" '{vhost(urls)}': check the URL, or run `aftercart topology apply`, which gives the"
            " rights."
        ) from None
    except (
        Exception
    ) as error:  # pika's own, the system's and the connector's have no common ancestor
        raise TopologyError(
            f"RabbitMQ at {address(urls)} cannot be reached ({_cause(error)}): start it (`aftercart"
            " up` starts a local one) or correct the URL."
        ) from error


def _refused(error: ChannelClosedByBroker) -> str:
    remedy = {
        MISSING: "run `aftercart topology apply`",
        FORBIDDEN: "give this user its rights by `aftercart topology apply`, or use the right URL",
    }.get(error.reply_code, "this is not expected, see RabbitMQ's log")
    return f"RabbitMQ refuses ({error.reply_text}): {remedy}."


def _cause(error: BaseException) -> str:
    """The innermost text: pika wraps errors in arguments of errors, some without a text of their
    own.
    """
    inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
    inner = inner or getattr(error, "exception", None)
    if isinstance(inner, BaseException):
        return _cause(inner)
    text = getattr(error, "strerror", None) or getattr(error, "reply_text", None) or str(error)
    return str(text or type(error).__name__).rstrip(".")


def _close(connection: BlockingConnection) -> None:
    try:
        if connection.is_open:
            connection.close()
    except (AMQPError, OSError):
        pass  # gone already: RabbitMQ returns what we held


def count(connection: BlockingConnection, queue: str) -> tuple[int, int] | None:
    """How many messages wait in a queue and how many consumers it has; None where it is missing.
    Needs no rights.
    """
    channel: BlockingChannel = connection.channel()
    try:
        found: Any = channel.queue_declare(queue, passive=True).method
    except ChannelClosedByBroker as error:
        if error.reply_code != MISSING:
            raise
        return None
    channel.close()
    return found.message_count, found.consumer_count


# --- parts of a URL -------------------------------------------------------------------------------


def _first(urls: str) -> pika.URLParameters:
    try:
        return pika.URLParameters(urls.split(";", maxsplit=1)[0])
    except (ValueError, IndexError):
        raise SettingsError(
            "A URL of RabbitMQ cannot be read: it is amqp://user:password@host:5672/vhost."
        ) from None


def address(urls: str) -> str:
    """`host:port`, all of them, without passwords."""
    return ", ".join(f"{one.host}:{one.port}" for one in map(_first, urls.split(";")))


def vhost(urls: str) -> str:
    """The virtual host."""
    return str(_first(urls).virtual_host)


def login(urls: str) -> tuple[str, str]:
    """User and password, decoded."""
    credentials = _first(urls).credentials
    return credentials.username, credentials.password
