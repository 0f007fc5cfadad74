"""Measure how long single messages take, idle and at half load: from a command to its event, from a
command to the accepted mail with its PDF, and from a mail in the mailbox to its thread.

The load are transitions with a mail each, half as many per second as the stack can handle.
"""

import itertools
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deploy.bench.mail_server import PATIENCE
from deploy.bench.publishing import publish_confirmed
from deploy.bench.scale import command
from deploy.bench.waiting import Latencies
from deploy.bench.whole_stack import WholeStack, address, whole_stack
from shared.clients.client import Client, new_id, open_client
from shared.clients.connection import connect
from shared.clients.subscriptions import Subscription, subscribe
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.publisher import Publisher

ANSWER = 60.0  # seconds
MAILBOXES = 10
WARM = 3  # messages before each measurement
PAUSE = 0.05  # seconds between two messages
POLL = 0.001  # seconds between two looks for an accepted mail
MOVES = ("backorder_unpaid", "payment_error")
PDF = b"application/pdf"


class Latency:
    """A whole stack, and the publisher of commands to it."""

    def __init__(self, stack: WholeStack, publisher: Publisher) -> None:
        self.stack, self.publisher = stack, publisher
        self._read = self._found = 0

    def prepare(self) -> None:
        """Create a shop with a product."""
        with open_client(self.stack.client_url, "bench") as client:
            _request(client, "shop.put", samples.PUT_SHOP)
            _request(client, "product.put", samples.PUT_PRODUCT)
            _request(client, "stock.set", {"sku": "MUG-BLUE", "quantity": 10**6})

    def events(self, count: int) -> Latencies:
        """Measure from the command to the event."""
        (order_id,), states = self._place(1), itertools.cycle(MOVES)
        with self._subscribed("order.transitioned") as events:

            def move() -> None:
                self._publish(order_id, next(states))
                _await(events, lambda event: event.data["order_id"] == order_id)

            return _times(move, count)

    def mails(self, count: int) -> Latencies:
        """Measure from the command to the accepted mail with its invoice."""
        orders = iter(self._place(WARM + count))

        def pay() -> None:
            before = self._invoices()
            self._publish(next(orders), "payment_accepted")
            _until(lambda: self._invoices() > before)

        return _times(pay, count)

    def threads(self, count: int) -> Latencies:
        """Measure from a mail in the mailbox to the event of its thread."""
        with self._subscribed("mail.received") as events:

            def write() -> None:
                subject = f"Question {new_id()}"
                self._deliver(subject)
                _await(events, lambda event: event.data["subject"] == subject)

            return _times(write, count)

    def capacity(self, count: int) -> float:
        """Return the transitions with a mail each that the stack handles per second."""
        orders = self._place(count)
        before = self.stack.sink.count
        for order_id in orders:
            self._publish(order_id, MOVES[1])
        self.stack.sink.wait(before + count)
        times = self.stack.sink.times[before:]
        return (count - 1) / (times[-1] - times[0])

    @contextmanager
    def load(self, rate: float) -> Iterator[None]:
        """Move orders at a rate meanwhile, none of them twice at a time."""
        orders = self._place(50)
        stopping = threading.Event()

        def move() -> None:
            with open_publisher(self.stack) as publisher:
                due = time.perf_counter()
                for state in itertools.cycle(MOVES):
                    for order_id in orders:
                        publish_confirmed(publisher, [_transition(order_id, state)])
                        due += 1 / rate
                        if stopping.wait(due - time.perf_counter()):
                            return

        thread = threading.Thread(target=move, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join(ANSWER)

    def _invoices(self) -> int:
        """Return how many mails with an invoice were accepted; each mail is read once."""
        for content in self.stack.sink.contents[self._read :]:
            self._read += 1
            self._found += PDF in content
        return self._found

    def _place(self, count: int) -> list[str]:
        """Place orders, and return their ids."""
        order_ids = [new_id() for _ in range(count)]
        with open_client(self.stack.client_url, "bench") as client:
            for order_id in order_ids:
                named = {"order_id": order_id, "reference": order_id.replace("-", "")[:12].upper()}
                _request(client, "order.place", samples.PLACE_ORDER | named)
        return order_ids

    def _publish(self, order_id: str, state: str) -> None:
        publish_confirmed(self.publisher, [_transition(order_id, state)])

    def _deliver(self, subject: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "ada@example.test", address(0), subject
        mail["Message-ID"] = f"<{new_id()}@example.test>"
        mail.set_content("Where is my parcel?")
        with smtplib.LMTP("127.0.0.1", self.stack.dovecot.lmtp_port) as client:
            client.send_message(mail)

    @contextmanager
    def _subscribed(self, name: str) -> Iterator[Subscription]:
        with connect(self.stack.client_url, "latency") as connection:
            yield subscribe(connection, name)


@contextmanager
def latency(directory: Path) -> Iterator[Latency]:
    """Run a whole stack, and provide what measures it."""
    with (
        whole_stack(directory, MAILBOXES) as stack,
        open_publisher(stack) as publisher,
    ):
        found = Latency(stack, publisher)
        found.prepare()
        yield found


@contextmanager
def open_publisher(stack: WholeStack) -> Iterator[Publisher]:
    """Provide a publisher of commands."""
    publisher = Publisher(stack.client_url, "bench")
    try:
        yield publisher
    finally:
        publisher.close()


def _request(client: Client, name: str, data: dict[str, Any]) -> None:
    reply = client.request(name, data, timeout=ANSWER)
    if reply.refusal:
        raise AftercartError(f"{name} was refused: {reply.refusal.reason}")


def _transition(order_id: str, state: str) -> Any:
    return command("order.transition", {"order_id": order_id, "to": state, "by": "bench"})


def _times(act: Callable[[], None], count: int) -> Latencies:
    taken = []
    for _ in range(WARM + count):
        time.sleep(PAUSE)
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return Latencies(taken[WARM:])


def _await(events: Subscription, wanted: Callable[[Envelope], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        event = events.poll(ANSWER)
        if event is not None and wanted(event):
            return
    raise AftercartError("The awaited event did not come.")


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AftercartError("The awaited mail did not come.")
        time.sleep(POLL)
