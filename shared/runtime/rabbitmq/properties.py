"""Read properties of messages that pika cannot decode.

Any client may send a header with a time beyond the year 9999, or a table in a thousand tables. pika
raises an error for it, which ends the connection of the consumer, and RabbitMQ delivers the message
again, to every worker in turn.
"""

from typing import Any

from pika.spec import BasicProperties

UNREADABLE = "x-unreadable"
"""A header in the place of properties that could not be decoded."""

_decode = BasicProperties.decode


def tolerate_unreadable() -> None:
    """Let this process read such messages without their properties. May be called again."""
    BasicProperties.decode = _decode_or_drop


def _decode_or_drop(self: BasicProperties, encoded: bytes, offset: int = 0) -> Any:
    try:
        return _decode(self, encoded, offset)
    except Exception as error:  # of any type: nothing a client sends may end the connection
        self.__init__(headers={UNREADABLE: type(error).__name__})
        return self
