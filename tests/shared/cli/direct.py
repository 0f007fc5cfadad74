"""Run the command line on a service in this process, with its real pipeline but no RabbitMQ."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shared.cli import shop_client
from shared.cli.main import main
from shared.clients.client import Client, Reply, Request
from shared.contracts.envelope import DEFAULT_SHOP, Envelope
from shared.contracts.message import Query, catalogue
from tests.words import ServiceHarness


@dataclass
class DirectClient(Client):
    """A client whose messages reach one service at once. Messages for other services are validated
    and stored.
    """

    service: ServiceHarness
    elsewhere: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    answers: dict[str, Envelope] = field(default_factory=dict)

    def send(self, request: Request, *, expect_reply: bool = True, confirm: bool = True) -> None:
        message = catalogue[request.type]
        if request.type not in self.service.service.handlings:
            message.model_validate(request.data)
            self.elsewhere.append((request.name, request.data))
            data = {
                "command": request.name,
                "command_id": request.id,
                "events": [],
                "repeated": False,
            }
            self.answers[request.id] = Envelope(
                id="-", source="/", type="aftercart.command.done.v1", data=data
            )
        elif issubclass(message, Query):
            self.answers[request.id] = self.service.ask(
                request.name, request.data, shop=request.shop
            )
        else:
            self.sent.append(request.name)
            *_, reply = self.service.tell(
                request.name, request.data, shop=request.shop, replyto="test.reply"
            )
            self.answers[request.id] = reply

    def replies(self, request: Request, timeout: float) -> Iterator[Reply]:
        yield Reply(self.answers.pop(request.id))


@dataclass
class Employee:
    """Run commands of `aftercart` as an employee types them."""

    client: DirectClient

    def types(self, *arguments: str, stdin: str | None = None, shop: str = DEFAULT_SHOP) -> Result:
        """Run a command and return its result, also if it fails."""
        options = () if shop == DEFAULT_SHOP else ("--shop", shop)
        return CliRunner().invoke(main, [*arguments, *options], input=stdin, catch_exceptions=False)

    def does(self, *arguments: str, **more: Any) -> str:
        """Run a command that succeeds; return everything it printed."""
        result = self.types(*arguments, **more)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())


def employee_of(service: ServiceHarness, patch: pytest.MonkeyPatch) -> Employee:
    """Return an employee whose command line reaches `service` directly, and nothing else."""
    client = DirectClient(service)

    @contextmanager
    def directly(urls: str, purpose: str) -> Iterator[DirectClient]:
        yield client

    patch.setattr(shop_client, "open_client", directly)
    patch.setenv("AFTERCART_BROKER_URL", "amqp://nobody:nothing@nowhere.test:1/")
    return Employee(client)
