"""A bus without RabbitMQ: it answers as the examples of the contract, and records what was sent."""

import copy
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from shared.clients.client import Reply, Request
from shared.console.messages import message_named
from shared.contracts.envelope import Envelope
from shared.contracts.message import Message, Query
from shared.contracts.replies import CommandDone

Data = dict[str, Any]


class FakeBus:
    """Answers queries with the examples of the contract, or with what a test set. `sent` holds the
    commands.
    """

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.sent: list[Request] = []
        self._replies: dict[str, tuple[str, Data]] = {}
        self.error: Exception | None = None
        self.silent: dict[str, Exception] = {}

    @property
    def connected(self) -> bool:
        return self.error is None

    def answer(self, query: str, **changes: Any) -> None:
        """Answer a query with the example of the contract, with these fields changed."""
        self._replies[query] = self._example(query, changes)

    def refuse(self, name: str, code: str, sentence: str, **details: Any) -> None:
        """Refuse a command or query."""
        data = {"code": code, "reason": sentence, "sentence": sentence, "details": details}
        self._replies[name] = (f"{name}_refused", data)

    def accept(self, name: str) -> None:
        """Carry out a command again that was refused."""
        self._replies.pop(name, None)

    def names(self) -> list[str]:
        """Return the names of the commands that were sent."""
        return [request.name for request in self.sent]

    async def request(self, request: Request, timeout: float) -> Reply:
        if self.error:
            raise self.error
        if request.name in self.silent:
            raise self.silent[request.name]
        kind = message_named(request.name)
        validate(kind, request.data)
        if issubclass(kind, Query):
            self.asked.append(request)
        else:
            self.sent.append(request)
        name, data = self._replies.get(request.name) or self._reply(request.name)
        return Reply(_envelope(name, copy.deepcopy(data), request))

    def _reply(self, name: str) -> tuple[str, Data]:
        if issubclass(message_named(name), Query):
            return self._example(name, {})
        return CommandDone.name, {}

    @staticmethod
    def _example(query: str, changes: Data) -> tuple[str, Data]:
        kind = message_named(query)
        assert issubclass(kind, Query)
        full = kind.answer.model_validate(kind.answer.example | changes).model_dump(mode="json")
        return kind.answer.name, full


def validate(kind: type[Message], data: Data) -> None:
    """Validate fields as services do; an order may be named by its reference."""
    order = data.get("order_id")
    if order and len(order) < 36:
        data = data | {"order_id": str(uuid.uuid4())}
    kind.model_validate_json(json.dumps(data))


def _envelope(name: str, data: Data, request: Request) -> Envelope:
    return Envelope.model_validate(
        {
            "id": str(uuid.uuid4()),
            "source": "/test",
            "type": f"aftercart.{name}.v1",
            "time": datetime.now(UTC),
            "causationid": request.id,
            "correlationid": request.id,
            "shop": request.shop,
            "data": data,
        }
    )
