"""The toy's topology in a virtual host, used as a client and as an administrator."""

import contextlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pydantic import SecretStr
from sqlalchemy import Engine, select

from shared.contracts.envelope import Envelope, decode
from shared.contracts.message import wire_type
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.broker import HeldMessage, SafeRabbitmqConsumer
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS, REPLIES
from shared.runtime.rabbitmq.publisher import connection_parameters
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import FAR, until
from tests.toy.service import counters, toy
from tests.toy.world import World

DELAYS = (0.1, 0.3)
TOY, CLIENT = Login("toy", "toy-secret"), Login("client", "client-secret")


def envelope(name: str, data: dict[str, Any], **attributes: Any) -> Envelope:
    return Envelope(
        id=str(uuid4()), source="/storefront", type=wire_type(name), data=data, **attributes
    )


@dataclass
class Letter:
    """A message of a queue."""

    body: bytes
    headers: dict[str, Any]
    routing_key: str

    @property
    def envelope(self) -> Envelope:
        return decode(self.body)


@dataclass
class Listener:
    """A queue of the administrator; its name is also a reply address."""

    rabbitmq: "RabbitFixture"
    name: str

    def heard(self, count: int, timeout: float = FAR) -> list[Envelope]:
        """Return the received messages as soon as there are `count`."""
        until(lambda: self.rabbitmq.depth(self.name) >= count, timeout)
        return [letter.envelope for letter in self.rabbitmq.empty(self.name)]


@dataclass
class RabbitFixture:
    rabbit: Any
    vhost: str = field(default_factory=lambda: f"toy-{uuid4().hex[:8]}")
    delays: tuple[float, ...] = DELAYS
    _open: list[pika.BlockingConnection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.management = Management(management_url(self.rabbit))
        self.api("PUT", f"/api/vhosts/{self.vhost}")
        self.allow("admin")
        apply(self.topology(), self.management, self.vhost)

    def topology(self, service: Service = toy) -> Definitions:
        return definitions([service], self.delays, {"toy": TOY, "client": CLIENT}, self.vhost)

    def api(self, method: str, path: str, **options: Any) -> Any:
        answer = self.management._call(method, path, **options)
        return answer.json() if answer.content else None

    def allow(self, user: str) -> None:
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api("PUT", f"/api/permissions/{self.vhost}/{user}", json=rights)

    def url(self, login: Login | None = None) -> str:
        """Return the URL of the virtual host, for a cluster one of each node, joined by `;`."""
        whole = (
            self.rabbit.amqp_url(login.user, login.password)
            if login
            else self.rabbit.admin_amqp_url
        )
        path = f"/{self.vhost}"
        return ";".join(urlsplit(url)._replace(path=path).geturl() for url in whole.split(";"))

    def close(self) -> None:
        for connection in self._open:
            with contextlib.suppress(Exception):
                connection.close()
        with self.management:
            self.api("DELETE", f"/api/vhosts/{self.vhost}")

    # --- hands ------------------------------------------------------------------------------------

    def channel(self, login: Login | None = None) -> BlockingChannel:
        """Open a channel with confirms; without a login as administrator."""
        name = login.user if login else "admin"
        connection = pika.BlockingConnection(connection_parameters(self.url(login), name))
        self._open.append(connection)
        channel = connection.channel()
        channel.confirm_delivery()
        return channel

    @contextmanager
    def hand(self) -> Iterator[BlockingChannel]:
        """Open an administrator's channel for one block."""
        connection = pika.BlockingConnection(connection_parameters(self.url(), "admin"))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            with contextlib.suppress(Exception):
                connection.close()

    def send(
        self,
        *messages: Envelope | bytes,
        headers: dict[str, Any] | None = None,
        key: str = "toy.add",
    ) -> None:
        """Publish commands as a client; each is confirmed."""
        channel = self.channel(CLIENT)
        for message in messages:
            body, name = (
                (message.encode(), message.name)
                if isinstance(message, Envelope)
                else (message, key)
            )
            channel.basic_publish(
                COMMANDS, name, body, pika.BasicProperties(headers=headers, delivery_mode=2)
            )
        channel.connection.close()

    def tell(self, *messages: Envelope) -> None:
        """Publish events as another service."""
        with self.hand() as channel:
            for message in messages:
                channel.basic_publish(EVENTS, message.name, message.encode())

    def add(self, key: str, amount: int = 1, **more: Any) -> Envelope:
        """Publish `toy.add`."""
        attributes = {
            name: more.pop(name) for name in ("replyto", "id", "traceparent") if name in more
        }
        message = envelope("toy.add", {"key": key, "amount": amount, **more})
        message = message.model_copy(update=attributes)  # type: ignore[arg-type]
        self.send(message)
        return message

    def depth(self, queue: str) -> int:
        """Return the number of ready messages."""
        with self.hand() as channel:
            return int(channel.queue_declare(queue, passive=True).method.message_count)

    def empty(self, queue: str) -> list[Letter]:
        """Take all messages out of a queue."""
        found: list[Letter] = []
        with self.hand() as channel:
            while count := channel.queue_declare(queue, passive=True).method.message_count:
                channel.basic_qos(prefetch_count=min(count, 60_000))
                for method, properties, body in channel.consume(queue, inactivity_timeout=FAR):
                    assert method is not None, f"{queue} did not give its {count} messages"
                    found.append(Letter(body, properties.headers or {}, method.routing_key))
                    count -= 1
                    if not count:
                        channel.basic_ack(method.delivery_tag, multiple=True)
                        break
                channel.cancel()
        return found

    def dead(self, count: int = 1, timeout: float = FAR) -> list[Letter]:
        """Return the dead letters as soon as there are `count`."""
        until(lambda: self.depth("toy.dead") >= count, timeout)
        return self.empty("toy.dead")

    def listen(self, events: str = "toy.#") -> "Listener":
        """Create a queue of the administrator that receives events and replies from now on."""
        name = f"listener.{uuid4().hex[:8]}"
        with self.hand() as channel:
            channel.queue_declare(name, durable=True)
            channel.queue_bind(name, EVENTS, events)
            channel.queue_bind(name, REPLIES, name)
        return Listener(self, name)

    # --- trouble ----------------------------------------------------------------------------------

    def cut(self) -> None:
        """Close every connection of this virtual host, as the server."""
        self.rabbit.ctl("close_all_connections", "--vhost", self.vhost, "for a test")

    def lock_out(self, user: str) -> None:
        """Revoke a user's permissions; open connections stay."""
        self.api("DELETE", f"/api/permissions/{self.vhost}/{user}")

    def remove(self, queue: str) -> None:
        """Delete a queue."""
        self.api("DELETE", f"/api/queues/{self.vhost}/{queue}")

    def fill(self, queue: str, exchange: str = "toy.self") -> None:
        """Make a queue refuse all messages."""
        self.remove(queue)
        with self.hand() as channel:
            channel.queue_declare(
                queue, durable=True, arguments={"x-max-length": 0, "x-overflow": "reject-publish"}
            )
            if exchange:
                channel.queue_bind(queue, exchange, queue)

    def mend(self, *queues: str) -> None:
        """Create queues again as the topology defines them."""
        for queue in queues:
            self.remove(queue)
        apply(self.topology(), self.management, self.vhost)


@contextmanager
def working(
    rabbitmq: RabbitFixture,
    url: str,
    world: World | None = None,
    *,
    threads: int = 1,
    batch: int = 50,
    query: str = "",
    middleware: tuple[str, ...] = (),
    replica: str | None = None,
) -> Iterator[WorkerProcess]:
    """Run a worker of the toy in this process, on an upgraded database."""
    process = worker(
        rabbitmq,
        url,
        world,
        threads=threads,
        batch=batch,
        query=query,
        middleware=middleware,
        replica=replica,
    )
    process.start()
    try:
        yield process
    finally:
        process.stop()


def worker(
    rabbitmq: RabbitFixture,
    url: str,
    world: World | None = None,
    *,
    threads: int = 1,
    batch: int = 50,
    query: str = "",
    middleware: tuple[str, ...] = (),
    replica: str | None = None,
) -> WorkerProcess:
    """Create a worker of the toy in this process without starting it."""
    service = replace(toy, adapters=lambda settings: world or World())
    migrations.upgrade(service, engine_for(url))
    settings = ServiceSettings(
        broker_url=SecretStr(";".join(url + query for url in rabbitmq.url(TOY).split(";"))),
        database_url=SecretStr(url),
        retry_delays=rabbitmq.delays,
        batch=batch,
        middleware=middleware,
        replica_database_url=SecretStr(replica) if replica else None,
    )
    return WorkerProcess(service, settings, threads)


def totals(engine: Engine) -> dict[str, int]:
    """Return the toy's counters."""
    with reading(engine) as connection:
        return {row.key: row.total for row in connection.execute(select(counters))}


def management_url(rabbit: Any) -> str:
    """Return the management URL with the administrator's user and password."""
    return str(rabbit.admin_management_url)


def as_bytes(**event: Any) -> bytes:
    return json.dumps(event).encode()


def receive(consumer: SafeRabbitmqConsumer, count: int) -> list[HeldMessage]:
    """Return the next messages of a consumer, which returns None now and then."""
    found: list[HeldMessage] = []
    until = time.monotonic() + FAR
    while len(found) < count:
        message = next(consumer)
        if message is not None:
            found.append(message)
        assert time.monotonic() < until, f"only {len(found)} of {count} messages came"
    return found
