"""The kinds of messages whose latency is measured: how they are sent, and when they arrive."""

import re
import smtplib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any, Self

from deploy.bench.mail_server import PATIENCE
from deploy.bench.publishing import publish_confirmed
from deploy.bench.scale import command
from deploy.bench.whole_stack import WholeStack, address
from shared.clients.client import Client, new_id, open_client
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts import samples
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.publisher import Publisher

MAILBOXES = 10
ANSWER = 60.0  # seconds
POLL = 0.001  # seconds between two looks for arrivals
EVENT_WAIT = 0.2  # seconds after which a thread that waits for events looks whether it may end
PDF = b"application/pdf"
REFERENCE = re.compile(r"\b[0-9A-F]{12}\b")


class Kind(ABC):
    """Messages of one kind, each with a key. A thread notes in `arrivals` when each arrived, in
    seconds of the wall clock, as the mail server does.
    """

    name: str

    def __init__(self, stack: WholeStack) -> None:
        self.stack = stack
        self.arrivals: dict[str, float] = {}
        self._listening, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait(ANSWER)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(ANSWER)

    def await_arrivals(self, keys: Iterable[str]) -> None:
        """Wait until all messages arrived."""
        deadline = time.monotonic() + PATIENCE
        for key in keys:
            while key not in self.arrivals:
                if time.monotonic() > deadline:
                    raise AftercartError(f"{self.name}: '{key}' did not arrive.")
                time.sleep(POLL)

    @abstractmethod
    def new_keys(self, count: int) -> Sequence[str]:
        """Prepare messages, and return their keys."""

    @abstractmethod
    def send(self, keys: Iterable[str]) -> None:
        """Send messages."""

    @abstractmethod
    def _listen(self) -> None:
        """Note arrivals, until `_stopping` is set."""

    def _note_events(self, name: str, field: str) -> None:
        """Note when events arrive, by a field."""
        with connect(self.stack.client_url, "latency") as connection:
            events = subscribe(connection, name)
            self._listening.set()
            while not self._stopping.is_set():
                event = events.poll(EVENT_WAIT)
                if event is not None:
                    self.arrivals[str(event.data[field])] = time.time()


class Moves(Kind):
    """Transitions of orders, each of another one."""

    state: str

    def __init__(self, stack: WholeStack, publisher: Publisher) -> None:
        super().__init__(stack)
        self._publisher = publisher

    def new_keys(self, count: int) -> Sequence[str]:
        keys = [new_id() for _ in range(count)]
        with open_client(self.stack.client_url, "bench") as client:
            for key in keys:
                order = samples.PLACE_ORDER | {"order_id": key, "reference": reference_of(key)}
                request(client, "order.place", order)
        return keys

    def send(self, keys: Iterable[str]) -> None:
        commands = []
        for key in keys:
            data: dict[str, object] = {"order_id": key, "to": self.state, "by": "bench"}
            commands.append(command("order.transition", data))
        publish_confirmed(self._publisher, commands)


class Events(Moves):
    """From a command to its event. A mail follows each."""

    name, state = "command to event", "payment_error"

    def _listen(self) -> None:
        self._note_events("order.transitioned", "order_id")


class Invoices(Moves):
    """From a command to the accepted mail with the order's invoice."""

    name, state = "command to mail with invoice", "payment_accepted"

    def new_keys(self, count: int) -> Sequence[str]:
        keys = super().new_keys(count)
        self._keys = {reference_of(key): key for key in keys}
        return keys

    def _listen(self) -> None:
        self._listening.set()
        read, headers = 0, BytesHeaderParser(policy=default)
        while not self._stopping.wait(POLL):
            for at, content in self.stack.sink.mails_since(read):
                read += 1
                if PDF in content:
                    [reference] = REFERENCE.findall(headers.parsebytes(content)["Subject"])
                    self.arrivals[self._keys[reference]] = at


class Threads(Kind):
    """From a mail in one of the mailboxes to the event of its thread."""

    name = "mail to thread"

    def new_keys(self, count: int) -> Sequence[str]:
        return [f"Question {new_id()}" for _ in range(count)]

    def send(self, keys: Iterable[str]) -> None:
        with smtplib.LMTP("127.0.0.1", self.stack.dovecot.lmtp_port) as client:
            for number, key in enumerate(keys):
                client.send_message(_question(key, address(number % MAILBOXES)))

    def _listen(self) -> None:
        self._note_events("mail.received", "subject")


def reference_of(order_id: str) -> str:
    """Return a reference of an order for people."""
    return order_id.replace("-", "")[-12:].upper()


def request(client: Client, name: str, data: dict[str, Any]) -> None:
    """Send a command or query, and wait until it was done."""
    reply = client.request(name, data, timeout=ANSWER)
    if reply.refusal:
        raise AftercartError(f"{name} was refused: {reply.refusal.reason}")


def _question(subject: str, to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ada@example.test", to, subject
    mail["Message-ID"] = f"<{new_id()}@example.test>"
    mail.set_content("Where is my parcel?")
    return mail
