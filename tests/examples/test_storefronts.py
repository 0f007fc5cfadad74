"""The clients of docs/examples place an order, read it, follow events, and save the invoice. They
share no code with the services.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.stack.rabbitmq import RabbitNode
from services.documents.worker import DocumentSettings, service as documents
from services.orders.worker import service as orders
from shared.clients.client import open_client
from shared.contracts import samples
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR
from tests.documents.builders import read
from tests.shared.runtime.rabbit_fixture import CLIENT, DELAYS, RabbitFixture
from tests.words import changed, create_tables, sqlite_url

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
VENV = Path(sys.prefix)
ORDER = EXAMPLES / "order.json"
NODE = (VENV / "bin" / "node", EXAMPLES / "node" / "storefront.js")
PHP = EXAMPLES / "php" / "storefront.php"
CURL = EXAMPLES / "curl" / "storefront.sh"
READER = EXAMPLES / "python" / "read_events.py"
NODE_MODULES = VENV / "examples" / "node_modules"
LOGINS = {name: Login(name, f"{name}-secret") for name in ("orders", "documents")}
SAID = re.compile(
    r"order (?P<reference>\w{8,9}) is in state awaiting_bank_wire\n"
    r"saved (?P<file>\S+\.pdf)\n"
    r"(?:read the stream from (?P<offset>\d+) next time\n)?"
)


class TwoServices(RabbitFixture):
    """The topology of `orders` and `documents` in a virtual host of its own."""

    def topology(self, _service: Service | None = None) -> Definitions:
        return definitions([orders, documents], DELAYS, {**LOGINS, "client": CLIENT}, self.vhost)


@dataclass(frozen=True)
class Shop:
    """A shop with mugs, at work."""

    rabbitmq: RabbitFixture
    directory: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a client."""
        return subprocess.run(
            command,
            cwd=self.directory,
            env=os.environ | {"NODE_PATH": str(NODE_MODULES)},
            capture_output=True,
            text=True,
            timeout=FAR,
            check=False,
        )

    def buy(self, *command: str | Path) -> dict[str, str]:
        """Run a client that buys, and return what it printed; the PDF is of its order."""
        done = self.run(*command)
        said = SAID.fullmatch(done.stdout)
        assert said, done
        assert said["reference"] in read((self.directory / said["file"]).read_bytes())
        return said.groupdict()


@pytest.fixture(scope="module")
def shop(rabbit: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    place, rabbitmq = tmp_path_factory.mktemp("examples"), TwoServices(rabbit)
    with ExitStack() as stack:
        stack.callback(rabbitmq.close)
        for service, settings in ((orders, ServiceSettings), (documents, DocumentSettings)):
            url = sqlite_url(place, service.name)
            create_tables(service, engine_for(url))
            login = LOGINS[service.name]
            found = settings(broker_url=SecretStr(rabbitmq.url(login)), database_url=SecretStr(url))
            worker = WorkerProcess(service, found)
            worker.start()
            stack.callback(worker.stop)
        stack.callback(worker.adapters.renderer.close)
        with open_client(rabbitmq.url(CLIENT), "examples") as client:
            for name, data in (
                ("shop.put", samples.PUT_SHOP),
                ("product.put", samples.PUT_PRODUCT),
                ("stock.set", {"sku": "MUG-BLUE", "quantity": 100}),
            ):
                assert client.request(name, data, timeout=FAR).refusal is None, name
        yield Shop(rabbitmq, place)


def test_clients_in_other_languages_buy_and_save_the_invoice(shop: Shop) -> None:
    url, vhost = shop.rabbitmq.url(CLIENT), shop.rabbitmq.vhost
    php = shop.buy("php", PHP, url, ORDER, "first")
    node = shop.buy(*NODE, url, ORDER, php["offset"])
    assert int(node["offset"]) > int(php["offset"])
    curl = shop.buy(CURL, shop.rabbitmq.rabbit.admin_management_url, vhost, ORDER)
    assert len({php["file"], node["file"], curl["file"]}) == 3
    reads_each_event_once(shop, {each["reference"] for each in (php, node, curl)})


def reads_each_event_once(shop: Shop, references: set[str]) -> None:
    """The consumer of docs/howto/read-events.md knows the orders, also when it begins anew."""
    command = (sys.executable, READER, shop.rabbitmq.url(CLIENT), "index.db", "1")
    first = shop.run(*command)
    assert re.fullmatch(r"[1-9]\d+ new events\n", first.stdout), first
    with sqlite3.connect(shop.directory / "index.db") as database:
        known = database.execute("SELECT reference, state FROM orders").fetchall()
        assert set(known) == {(reference, "payment_accepted") for reference in references}
        database.execute("UPDATE stream SET next_offset = 0")
    assert shop.run(*command).stdout == "0 new events\n"
    assert READER.name in (EXAMPLES.parent / "howto" / "read-events.md").read_text("utf-8")


def test_clients_in_other_languages_show_a_refusal(shop: Shop, tmp_path: Path) -> None:
    order = json.loads(ORDER.read_text("utf-8"))
    wrong = tmp_path / "order.json"
    wrong.write_text(json.dumps(changed(order, total__amount=100)))
    url, vhost = shop.rabbitmq.url(CLIENT), shop.rabbitmq.vhost
    for command in (
        ("php", PHP, url, wrong),
        (*NODE, url, wrong),
        (CURL, shop.rabbitmq.rabbit.admin_management_url, vhost, wrong),
    ):
        done = shop.run(*command)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.startswith("total_differs: "), done
