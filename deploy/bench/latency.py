"""Measure how long single messages take, one after another and at half load: from a command to its
event, from a command to the accepted mail with its PDF, and from a mail in the mailbox to its
thread.

Half load is half of the rate at which the stack handled a burst of the same kind, until the mails
that follow were accepted. All messages of the load are measured.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.bench.latency_kinds import MAILBOXES, Events, Invoices, Kind, Threads, request
from deploy.bench.waiting import Latencies
from deploy.bench.whole_stack import WholeStack, whole_stack
from shared.clients.client import open_client
from shared.contracts import samples
from shared.runtime.rabbitmq.publisher import Publisher

WARM = 3  # messages before a measurement
PAUSE = 0.05  # seconds between two messages of an idle stack
QUIET = 1.0  # seconds without a mail, after which nothing is on its way


@contextmanager
def kinds(directory: Path) -> Iterator[tuple[Kind, ...]]:
    """Run a whole stack, and provide the kinds of messages to measure."""
    with whole_stack(directory, MAILBOXES) as stack, open_publisher(stack) as publisher:
        with open_client(stack.client_url, "bench") as client:
            request(client, "shop.put", samples.PUT_SHOP)
            request(client, "product.put", samples.PUT_PRODUCT)
            request(client, "stock.set", {"sku": "MUG-BLUE", "quantity": 10**6})
        with (
            Events(stack, publisher) as events,
            Invoices(stack, publisher) as invoices,
            Threads(stack) as threads,
        ):
            yield events, invoices, threads


def idle(kind: Kind, count: int) -> Latencies:
    """Send messages one after another."""
    taken = []
    for key in _settled_keys(kind, WARM + count):
        time.sleep(PAUSE)
        began = time.time()
        kind.send([key])
        kind.await_arrivals([key])
        taken.append(kind.arrivals[key] - began)
    return Latencies(taken[WARM:])


def capacity(kind: Kind, count: int) -> float:
    """Send messages at once. Return how many are done per second, with the mails that follow."""
    keys, sink = _settled_keys(kind, count), kind.stack.sink
    mails = sink.count
    kind.send(keys)
    kind.await_arrivals(keys)
    _settle(kind)
    times = sorted(kind.arrivals[key] for key in keys)
    end = max([times[-1], *sink.times[mails:]])
    return (count - 1) / (end - times[0])


def loaded(kind: Kind, count: int, rate: float) -> Latencies:
    """Send messages at a rate."""
    keys, sent = _settled_keys(kind, count), []
    due = time.time()
    for key in keys:
        due += 1 / rate
        time.sleep(max(0.0, due - time.time()))
        sent.append(time.time())
        kind.send([key])
    kind.await_arrivals(keys)
    taken = []
    for key, began in zip(keys, sent, strict=True):
        taken.append(kind.arrivals[key] - began)
    return Latencies(taken)


def _settled_keys(kind: Kind, count: int) -> list[str]:
    """Return the keys of new messages, after the work for earlier ones is done."""
    keys = list(kind.new_keys(count))
    _settle(kind)
    return keys


def _settle(kind: Kind) -> None:
    """Wait until no mail is accepted any more."""
    before = -1
    while kind.stack.sink.count != before:
        before = kind.stack.sink.count
        time.sleep(QUIET)


@contextmanager
def open_publisher(stack: WholeStack) -> Iterator[Publisher]:
    """Provide a publisher of commands."""
    publisher = Publisher(stack.client_url, "bench")
    try:
        yield publisher
    finally:
        publisher.close()
