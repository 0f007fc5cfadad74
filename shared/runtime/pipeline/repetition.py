"""Recognise commands that are sent again as new messages, such as by a double click.

A command has a key of its sender: the envelope's attribute `idempotencykey`, or the id that the
command creates something with, such as `refund_id`. The same key with the same content was carried
out before; with other content it is a conflict. Keys are rows of the inbox, with a digest of the
content, and are remembered as long as messages.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from shared.contracts.message import Command
from shared.contracts.reason import Reason
from shared.runtime.pipeline.handled_message import Read
from shared.runtime.storage import inbox

Repeated = Literal["same", "conflict"]


class Repetitions:
    """The keys of the commands of one transaction. Those of a command that is not carried out are
    free again at its end.
    """

    def __init__(self, connection: Connection, reads: Iterable[Read], at: datetime) -> None:
        """Claim the keys of commands; wait for the end of another transaction that claims one."""
        self._connection = connection
        self._keys = {read: key for read in reads if (key := key_of(read)) is not None}
        self._claimed = inbox.claim(connection, self._keys.values(), at)
        known = set(self._keys.values()) - self._claimed
        self._digests = inbox.refusals_of(connection, sorted(known))
        self._done: dict[inbox.Key, bytes] = {}

    def find(self, read: Read) -> Repeated | None:
        """Return whether a command was carried out before, with the same or with other content."""
        key = self._keys.get(read)
        digest = self._digests.get(key) if key else None
        if digest is None:
            return None
        return "same" if digest == _digest(read) else "conflict"

    def note(self, read: Read) -> None:
        """Note that a command was carried out."""
        key = self._keys.get(read)
        if key:
            self._digests[key] = self._done[key] = _digest(read)

    def write(self) -> None:
        """Store the digests of the commands that were carried out, and free the other keys."""
        inbox.record_refusals(self._connection, self._done)
        inbox.release(self._connection, sorted(self._claimed - self._done.keys()))


def repeated_messages(connection: Connection, reads: Iterable[Read]) -> set[inbox.Key]:
    """Return the messages whose keys were used before."""
    keys = {read: key for read in reads if (key := key_of(read)) is not None}
    used = inbox.handled(connection, keys.values()) if keys else set()
    return {read.key for read, key in keys.items() if key in used}


def key_of(read: Read) -> inbox.Key | None:
    """Return the key of a command in the inbox; None if its sender gave none."""
    if not isinstance(read.message, Command):
        return None
    envelope = read.envelope
    scope = f"{envelope.shop} {envelope.name}"
    if envelope.idempotencykey:
        return f"key {scope} {_short(read.delivery.user)}", _short(envelope.idempotencykey)
    key = read.message.repetition_key
    return (f"id {scope}", _short(key)) if key else None


def conflict(read: Read) -> Reason:
    """Return the refusal of a command whose key was used with other content."""
    command = read.message
    field = None if read.envelope.idempotencykey else getattr(command, "key_field", None)
    key = read.envelope.idempotencykey or getattr(command, "repetition_key", "")
    sentence = (
        f"'{key}' was used before with other content: choose a new id, or send the same content"
        " again."
    )
    return Reason("conflict", sentence, field)


def _digest(read: Read) -> bytes:
    message = read.message
    content = message.model_dump(mode="json") if message else {}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def _short(text: str) -> str:
    """Return a text that fits into the inbox; a long one as its hash."""
    if len(text) <= 100:
        return text
    return hashlib.sha256(text.encode()).hexdigest()
