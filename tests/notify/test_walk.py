"""A worker on a real RabbitMQ, PostgreSQL and SMTP server: spoken to from the command line, and
killed.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from services.notify.worker import service
from shared.contracts.ingest import MailBounced
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from tests.conditions import FAR, until
from tests.notify.builders import FakeAdapters, NotifyHarness, opened, transitioned
from tests.notify.servers import Receiver, smtp
from tests.shared.cli.conftest import Terminal
from tests.shared.runtime.rabbit_fixture import CLIENT, DELAYS, RabbitFixture

pytestmark = pytest.mark.slow

NOTIFY = Login("notify", "notify-secret")
MAILS = 6


def children(pid: int) -> list[int]:
    return [
        int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    ]


class Killing(Receiver):
    """Kills the worker as it is given a mail: those by these numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.supervisor, self.sender, self.mail, self.strikes = 0, 0, 0, {"MAIL": 0, "DATA": 0}

    def strike(self, command: str, count: int) -> None:
        if self.strikes[command] == count:
            for worker in children(self.supervisor):
                os.kill(worker, signal.SIGKILL)

    async def handle_MAIL(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sender += 1
        self.strike("MAIL", self.sender)
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_DATA(self: Any, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.mail += 1
        answer = await super().handle_DATA(server, session, envelope)
        self.strike("DATA", self.mail)
        return answer


@dataclass
class House:
    """`notify` at work, and somebody at the command line."""

    desk: NotifyHarness
    terminal: Terminal
    receiver: Killing
    worker: subprocess.Popen[bytes]

    def run(self, *arguments: str, code: int = 0) -> str:
        result = self.terminal.run("mail", *arguments)
        assert result.exit_code == code, result.output
        return result.stdout

    def mails(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("list", *arguments, "--json").splitlines()]

    def order_mail(self) -> str:
        """A mail about a new order is to be sent; the order."""
        event = transitioned(attach=[])
        self.desk.tell("order.transitioned", event)
        return str(event["order_id"])

    def sent(self, order_id: str, count: int = 1) -> list[dict[str, Any]]:
        """The mails of an order, when that many of it are sent."""
        until(lambda: [mail.state for mail in self.desk.mails(order_id)].count("sent") == count)
        return self.mails("--order", order_id)


@pytest.fixture(scope="module")
def house(rabbit: Any, postgres: Any) -> Iterator[House]:
    desk = NotifyHarness.at(postgres.create_database("notify_walk"), FakeAdapters())
    rabbitmq, receiver = RabbitFixture(rabbit), Killing()
    apply(
        definitions([service], DELAYS, {"notify": NOTIFY, "client": CLIENT}, rabbitmq.vhost),
        rabbitmq.management,
        rabbitmq.vhost,
    )
    with smtp(receiver) as port:
        settings = {
            "BROKER_URL": rabbitmq.url(NOTIFY),
            "SIGNING_KEYS": f"1:{'6b' * 32}",
            "SMTP_HOST": "127.0.0.1",
            "DATABASE_URL": desk.engine.url.render_as_string(hide_password=False),
            "SMTP_PORT": str(port),
            "SMTP_SECURITY": "none",
            "CLAIM_LEASE": "0.5",
            "SMTP_CONNECTIONS": "1",  # so that a kill leaves exactly one mail in doubt
            "RETRY_DELAYS": ",".join(map(str, DELAYS)),
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "shared.cli.main", "worker", "notify"],
            stdout=subprocess.DEVNULL,
            env=os.environ
            | {f"AFTERCART_NOTIFY_{name}": value for name, value in settings.items()}
            | {"AFTERCART_ENV_FILE": os.devnull},
        )
        receiver.supervisor = worker.pid
        terminal = Terminal(
            {
                "AFTERCART_ENV_FILE": os.devnull,
                "AFTERCART_BROKER_URL": rabbitmq.url(CLIENT),
                "AFTERCART_EMPLOYEE": "anna",
            }
        )
        yield House(desk, terminal, receiver, worker)
        worker.terminate()
        worker.wait(FAR)
    rabbitmq.close()
    desk.engine.dispose()


def test_a_mail_is_listed_shown_and_sent_again_from_the_command_line(
    house: House, tmp_path: Path
) -> None:
    order_id = house.order_mail()
    (first,) = house.sent(order_id)
    assert "payment" in house.run("list", "--order", order_id)
    shown = house.run("show", first["mail_id"])
    assert "Order XKBKNABJK: your payment has arrived" in shown
    assert "250 2.0.0 Taken" in shown
    assert "Hello Ada Byron," in shown
    draft = ("--order", order_id, "--output", str(tmp_path / "draft.eml"))
    previewed = house.terminal.run("template", "preview", "notify", "payment", *draft)
    assert previewed.exit_code == 0, previewed.stderr
    assert "your payment has arrived" in (tmp_path / "draft.eml").read_text()
    assert "is being sent again" in house.run("resend", first["mail_id"])
    again = house.sent(order_id, 2)[-1]
    assert again["resend_of"] == first["mail_id"]
    house.run("resend", "b7a7f1d2-7c0a-4c57-9a3e-7f0a4d7e3003", code=2)


def test_a_suppressed_address_is_listed_and_released_from_the_command_line(house: House) -> None:
    mail = house.sent(house.order_mail())[0]
    named = {name: mail[name] for name in ("mail_id", "mail_message_id", "recipient")}
    house.desk.tell("mail.bounced", MailBounced.example | named)
    assert "ada@example.test" in house.run("suppression", "list")
    assert "550 5.1.1 User unknown" in house.run("list", "--order", mail["order_id"])
    assert "is released" in house.run("suppression", "release", "Ada@example.test")
    assert house.run("suppression", "list", "--json") == ""
    house.run("suppression", "release", "ada@example.test", code=2)


def test_a_worker_that_is_killed_loses_no_mail_and_doubles_only_what_it_had_handed_over(
    house: House,
) -> None:
    receiver = house.receiver
    already = len(receiver.taken)
    receiver.strikes = {"MAIL": receiver.sender + 2, "DATA": receiver.mail + 4}
    orders = [house.order_mail() for _ in range(MAILS)]
    for order_id in orders:
        house.sent(order_id)
    ids = Counter(str(opened(taken.content)["Message-ID"]) for taken in receiver.taken[already:])
    expected = {house.desk.mails(order_id)[0].content.message_id for order_id in orders}
    assert set(ids) == expected
    assert sorted(ids.values()) == [1] * (MAILS - 1) + [
        2
    ]  # the one whose answer nobody was left to hear
    states = Counter(house.desk.mails(order_id)[0].attempts for order_id in orders)
    assert states == {1: MAILS - 2, 2: 2}
