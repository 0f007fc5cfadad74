"""Keep one shop's flood from delaying the messages of others.

A queue is read in order, so nothing can be looked for behind a flood. If the messages of one shop
fill the work queue and there are other shops, they are moved to the overflow queue, which other
threads handle. That costs a fraction of handling them, and what lies behind comes to its turn soon.

Once a message of a shop is moved, all later ones are moved too, in every process of the service,
until the last one was handled: so the order of a shop's messages stays that of the queue. The table
`overflowing` says for which shops. It is read before each batch and written before a move. If the
process is killed between record and move, the message returns to the work queue and is moved again;
between move and acknowledgement, it is there twice, and the inbox finds the duplicate.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.runtime.rabbitmq.delivery import Delivery
from shared.runtime.storage import access, inbox, overflowing
from shared.runtime.storage.database import statement, statement_reading

logger = structlog.get_logger()

MAX_WAIT = 0.5  # seconds that messages may wait behind others before a flood is looked for
RECENT = 50  # deliveries of which the shops are known
MIN_SHARE = 0.25  # of these, from one shop: a flood, if messages wait for too long
PRESENT = 86_400.0  # seconds after its last message during which a shop may be waiting, too
ASK_SECONDS = 10.0  # between two looks at the storefronts for other shops
MOVING = 0.1  # seconds after a move during which more are expected
FLOODED = 1.0  # seconds after the last move during a flood in which many messages are received
MAX_PAUSE = 2.0  # seconds between two batches of the overflow queue while messages are moved
SMOOTHING = 0.2  # weight of the newest batch in the average time per message


class FloodDetector:
    """Finds the shop whose messages fill the work queue. `backlog` returns how many messages wait
    for each process of the service.
    """

    def __init__(self, backlog: Callable[[], float]) -> None:
        self._backlog = backlog
        self._recent: deque[str] = deque(maxlen=RECENT)
        # The last two shops with the times of their last messages: one is another than any given.
        self._last: dict[str, float] = {}
        self._seconds: float | None = None  # per message

    def see(self, shops: Sequence[str]) -> None:
        """Note the shops of messages that were delivered."""
        self._recent.extend(shops)
        now = time.monotonic()
        for shop in dict.fromkeys(shops):
            self._last.pop(shop, None)
            self._last[shop] = now
        for shop in list(self._last)[:-2]:
            del self._last[shop]

    def saw_other_than(self, shop: str) -> bool:
        """Return whether another shop sent messages within the last day."""
        since = time.monotonic() - PRESENT
        return any(each != shop and at >= since for each, at in self._last.items())

    def measure(self, messages: int, seconds: float) -> None:
        """Note how long the handling of a batch took."""
        latest = seconds / messages
        if self._seconds is None:
            self._seconds = latest
        self._seconds += SMOOTHING * (latest - self._seconds)

    @property
    def waits_long(self) -> bool:
        """Return whether the messages in the queue would wait too long."""
        return self._backlog() * (self._seconds or 0.0) > MAX_WAIT

    def flooding(self) -> str | None:
        """Return the shop with the most recent messages, if those that wait would wait too long."""
        if not self.waits_long:
            return None
        recent = list(self._recent)
        shop, count = Counter(recent).most_common(1)[0]
        if len(recent) < RECENT or count < MIN_SHARE * RECENT:
            return None
        return shop


class Overflow:
    """Decides which messages of the work queue are moved to the overflow queue, in one process."""

    def __init__(self, engine: Engine, detector: FloodDetector) -> None:
        self.engine, self.detector = engine, detector
        self._moved_at, self._flooded_at = -MOVING, -FLOODED
        self._next_ask = 0.0
        # Held while a thread takes messages and moves some: those of a shop are moved in order.
        self.taking = threading.Lock()

    def choose(self, deliveries: Sequence[Delivery]) -> list[bool]:
        """Return for each of some new messages whether it must be moved, and record that they are.
        Raises errors of the database.
        """
        shops = {each.envelope.shop for each in deliveries if each.envelope}
        self.detector.see([each.envelope.shop for each in deliveries if each.envelope])
        if not shops:
            return [False] * len(deliveries)
        with statement_reading(self.engine) as connection:
            moving = overflowing.shops(connection) & shops
        flooding = self.detector.flooding()
        if flooding is not None and flooding in shops - moving and self._delays_others(flooding):
            logger.warning("overflow", outcome="flood", shop=flooding)
            moving.add(flooding)
        last: dict[str, inbox.Key] = {}
        chosen = []
        for delivery in deliveries:
            envelope = delivery.envelope
            chosen.append(envelope is not None and envelope.shop in moving)
            if envelope is not None and envelope.shop in moving:
                last[envelope.shop] = (envelope.source, envelope.id)
        if last:
            self._note_move()
            with self.engine.begin() as connection:
                overflowing.record(connection, last)
        return chosen

    def _delays_others(self, shop: str) -> bool:
        """Return whether there are other shops: messages of a single shop are not moved, since that
        would only delay them.
        """
        if self.detector.saw_other_than(shop):
            return True
        if time.monotonic() < self._next_ask:
            return False
        self._next_ask = time.monotonic() + ASK_SECONDS
        with statement_reading(self.engine) as connection:
            storefronts = access.storefronts(connection)
        return any(each.shops and set(each.shops) - {shop} for each in storefronts.values())

    def _note_move(self) -> None:
        self._moved_at = time.monotonic()
        if self.detector.waits_long:
            self._flooded_at = self._moved_at

    @property
    def flooded(self) -> bool:
        """Return whether messages wait for long behind those that are moved."""
        return time.monotonic() < self._flooded_at + FLOODED

    @property
    def moving(self) -> bool:
        """Return whether messages were moved a moment ago, so that more are expected."""
        return time.monotonic() < self._moved_at + MOVING

    def give_way(self, stopping: threading.Event) -> None:
        """Wait while messages are being moved, for `MAX_PAUSE` seconds at most, before a batch of
        the overflow queue: moving takes seconds, and frees those who wait behind the flood.
        """
        until = time.monotonic() + MAX_PAUSE
        while self.moving and time.monotonic() < until:
            stopping.wait(MOVING / 4)

    def end(self, handled: Sequence[Delivery]) -> None:
        """Note that messages of the overflow queue were handled. Never raises: without this note
        the next message of the shop is moved too, and noted itself.
        """
        keys = [(each.envelope.source, each.envelope.id) for each in handled if each.envelope]
        if not keys:
            return
        try:
            with statement(self.engine) as connection:
                overflowing.end(connection, keys)
        except SQLAlchemyError as error:
            logger.warning("overflow", outcome="not_ended", error=str(error))
