"""The whole stack under fire: RabbitMQ (one node or three), PostgreSQL or SQLite on a small file
system of its own, Dovecot, an SMTP server, two processes of each service.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from deploy.stack.local import LocalStack
from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_cluster import RabbitCluster
from deploy.stack.rabbitmq_settings import Tuning
from tests.system.fire.controls import VARIABLE
from tests.system.fire.moving_clock import FILE

NET_TICK = 20  # seconds
DISK = "2g"  # of the file system of the databases, if one can be mounted
SHOPS = ("default", "shop-1", "shop-2")
WAL = {"max_wal_size": "128MB", "min_wal_size": "32MB"}


class FireStack(LocalStack):
    """A stack whose parts can be struck. `control` names a safe part that its workers lack."""

    def __init__(
        self, directory: Path, *, nodes: int = 1, database: str = "postgresql", control: str = ""
    ) -> None:
        self.nodes: list[RabbitNode]
        rabbit: RabbitNode | RabbitCluster
        if nodes == 1:
            rabbit = RabbitNode(directory / "rabbitmq", tuning=Tuning(statistics_ms=1000))
            self.nodes = [rabbit]
        else:
            rabbit = RabbitCluster(directory / "rabbitmq", nodes, NET_TICK)
            self.nodes = rabbit.nodes
        super().__init__(directory, processes=2, rabbit=rabbit)
        self.worker_module, self.control = "tests.system.fire.worker", control
        self.disk = Path(tempfile.mkdtemp(prefix="aftercart-fire-", dir="/tmp"))
        self.disk.chmod(0o755)  # PostgreSQL runs under another account
        self.small_disk = _mount(self.disk)
        self.postgres: Postgres | None = None
        if database == "postgresql":
            self.postgres = Postgres(self.disk / "postgres", settings=WAL)
        self.clock = self.directory / "clock"

    def start(self) -> None:
        """Start everything, and wait until every service answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.move_clock(0)
        if self.postgres:
            self.postgres.start()
            for name in self.services:
                self.postgres.create_database(name)
        self.dovecot.start()
        for shop in SHOPS:
            self.dovecot.add_user(mailbox_of(shop), self.secret(mailbox_of(shop)))
        self.up(lambda _part: None)
        self.rabbit.flush()

    def end(self) -> None:
        """Stop everything, and remove the databases."""
        self.down()
        if self.postgres:
            self.postgres.stop()
        if self.small_disk:
            subprocess.run(["umount", "-l", self.disk], check=False)
        subprocess.run(["rm", "-rf", self.disk], check=False)

    def start_worker(self, name: str) -> None:
        settings = {VARIABLE: self.control, FILE: str(self.clock)}
        self.start_supervisor(name, self.worker(name), **settings)

    def _settings(self) -> dict[str, str]:
        mailboxes = [self._mailbox_of(shop) for shop in SHOPS]
        return super()._settings() | {"AFTERCART_INGEST_MAILBOXES": json.dumps(mailboxes)}

    def _mailbox_of(self, shop: str) -> dict[str, Any]:
        address = mailbox_of(shop)
        return self._mailbox() | {
            "name": shop,
            "shop": shop,
            "user": address,
            "password": self.secret(address),
            "poll_seconds": 2,
        }

    def database_url(self, name: str) -> str:
        if self.postgres is None:
            return f"sqlite:///{self.disk}/{name}.db"
        return (
            f"postgresql+psycopg://aftercart:{self.postgres.state.password}"
            f"@127.0.0.1:{self.postgres.port}/{name}"
        )

    def save_logs(self, directory: Path) -> None:
        """Copy the logs of the workers, to find the cause of a finding."""
        directory.mkdir(parents=True, exist_ok=True)
        for log in (self.directory / "workers").glob("*.log"):
            shutil.copy(log, directory)

    def move_clock(self, seconds: float) -> None:
        """Let the clock of all workers differ from that of the machine."""
        draft = self.clock.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self.clock)


def mailbox_of(shop: str) -> str:
    """Return the address of a shop, whose mailbox is read for this shop only."""
    return f"{shop}@shop.test"


def _mount(directory: Path) -> bool:
    """Mount a small file system, where that is permitted."""
    if os.getuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "fire", str(directory)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
