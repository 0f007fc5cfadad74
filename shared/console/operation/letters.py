"""Find dead letters, and replay or drop those that were looked at. All functions block."""

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.clients.dead_letters import (
    UNROUTED_SERVICE,
    DeadLetter,
    DeadLetterQueue,
    DeadLetters,
    open_dead_letters,
    settle,
)

MAX_READ = 5_000  # letters of one queue, searched for those that match
DETECTED = timedelta(days=30)
"""How long services detect a message that they have handled: an older one takes effect again."""
MAX_SHOWN = 20_000  # characters of a message's text


@dataclass(frozen=True)
class LetterFilter:
    """Conditions for dead letters; empty ones match all. `name` is the beginning of the message's
    name, `reason` a part of the reason.
    """

    service: str = ""
    name: str = ""
    reason: str = ""
    shop: str = ""

    def matches(self, letter: DeadLetter) -> bool:
        """Return whether a letter matches all conditions but the service."""
        shop = letter.envelope.shop if letter.envelope else ""
        return (
            letter.name.startswith(self.name)
            and self.reason.casefold() in letter.reason.casefold()
            and self.shop in ("", shop)
        )


@dataclass(frozen=True)
class ShownLetter:
    """A dead letter as it is shown; `key` names it in forms."""

    service: str
    id: str
    name: str
    shop: str
    subject: str
    time: datetime | None
    attempts: int
    reason: str
    text: str
    old: bool

    @property
    def key(self) -> str:
        """The service and the message's id."""
        return f"{self.service} {self.id}"


@dataclass(frozen=True)
class FoundLetters:
    """The letters that match, oldest of each service first, and the number of letters in each
    queue; None for a queue that does not exist.
    """

    counts: dict[str, int | None]
    letters: list[ShownLetter]
    matching: int


def queues_of(services: Iterable[str]) -> list[DeadLetterQueue]:
    """Return the dead letter queues of the services, and that of unrouted commands."""
    return [DeadLetterQueue(name) for name in (*services, UNROUTED_SERVICE)]


def find_letters(
    urls: str, services: Sequence[str], wanted: LetterFilter, limit: int
) -> FoundLetters:
    """Count all queues, and return up to `limit` letters that match."""
    with open_dead_letters(urls) as box:
        counts: dict[str, int | None] = {}
        found: list[ShownLetter] = []
        matching = 0
        for queue in queues_of(services):
            count = counts[queue.service] = box.count(queue)
            if count and wanted.service in ("", queue.service):
                for letter in box.read(queue, min(count, MAX_READ)):
                    if wanted.matches(letter):
                        matching += 1
                        if len(found) < limit:
                            found.append(shown(letter))
    return FoundLetters(counts, found, matching)


def chosen_letters(urls: str, services: Sequence[str], keys: Iterable[str]) -> list[ShownLetter]:
    """Return the letters with these keys that are still there."""
    with open_dead_letters(urls) as box:
        found: list[ShownLetter] = []
        for queue, ids in _by_queue(services, keys):
            for letter in _read(box, queue):
                if letter.id in ids:
                    found.append(shown(letter))
    return found


def settle_letters(urls: str, services: Sequence[str], keys: Iterable[str], action: str) -> int:
    """Replay or drop the letters with these keys, and return their number."""
    done = 0
    with open_dead_letters(urls) as box:
        actions: dict[str, Callable[[DeadLetter], None]] = {
            "replay": box.replay,
            "drop": box.drop,
        }
        for queue, ids in _by_queue(services, keys):
            done += len(settle(_read(box, queue), ids, actions[action]))
    return done


def shown(letter: DeadLetter, now: datetime | None = None) -> ShownLetter:
    """Return a letter as it is shown."""
    envelope = letter.envelope
    sent = (envelope.time if envelope else None) or letter.time
    return ShownLetter(
        service=letter.queue.service,
        id=letter.id,
        name=letter.name,
        shop=envelope.shop if envelope else "",
        subject=(envelope.subject if envelope else "") or "",
        time=letter.time,
        attempts=letter.attempts,
        reason=letter.reason,
        text=pretty(letter.body),
        old=sent is not None and sent < (now or datetime.now(UTC)) - DETECTED,
    )


def pretty(body: bytes) -> str:
    """Return the text of a message, JSON in lines."""
    text = body.decode("utf-8", "backslashreplace")
    with contextlib.suppress(ValueError, RecursionError):  # no JSON: shown as it is
        text = pretty_json(json.loads(body))
    return text[:MAX_SHOWN]


def pretty_json(value: Any) -> str:
    """Return JSON in lines, for people."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _read(box: DeadLetters, queue: DeadLetterQueue) -> Iterable[DeadLetter]:
    return box.read(queue, min(box.count(queue) or 0, MAX_READ))


def _by_queue(
    services: Sequence[str], keys: Iterable[str]
) -> list[tuple[DeadLetterQueue, set[str]]]:
    """Return the ids of the keys by queue; services that do not exist are left out."""
    ids: dict[str, set[str]] = {}
    for key in keys:
        service, _, letter_id = key.partition(" ")
        ids.setdefault(service, set()).add(letter_id)
    found: list[tuple[DeadLetterQueue, set[str]]] = []
    for queue in queues_of(services):
        if queue.service in ids:
            found.append((queue, ids[queue.service]))
    return found
