"""What every message is: a frozen value with a name, a version and a subject.

A command asks for a change, a query asks a question, an event says what happened. Each class is
declared once, with its name on the class line, and is found again by its wire type in `catalogue`.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model

PREFIX = "aftercart"

catalogue: dict[str, type["Message"]] = {}
"""Wire type (`aftercart.order.place.v1`) -> class, of all messages declared so far."""


def wire_type(name: str, version: int = 1) -> str:
    """`order.place`, 1 -> `aftercart.order.place.v1`."""
    return f"{PREFIX}.{name}.v{version}"


class Value(BaseModel):
    """A part of a message: frozen, unknown fields refused (a typing error of a stranger is told,
    not swallowed).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Message(BaseModel):
    """The common shape; never instantiated itself. `subject_field` names the field that holds the
    aggregate's key, `addressee_field` that which names the one service that is meant, where several
    take the message.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    subject_field: ClassVar[str | None] = None
    addressee_field: ClassVar[str | None] = None
    internal: ClassVar[bool] = False
    example: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **_: Any) -> None:
        # the options of the class line are for __pydantic_init_subclass__
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        name: str = "",
        version: int = 1,
        subject: str | None = None,
        addressee: str | None = None,
        internal: bool = False,
        **_: Any,
    ) -> None:
        if name:
            cls.name, cls.version, cls.internal = name, version, internal
            cls.subject_field, cls.addressee_field = subject, addressee
            catalogue[cls.wire_type()] = cls

    @classmethod
    def wire_type(cls) -> str:
        """The CloudEvents `type`, e.g. `aftercart.order.place.v1`."""
        return wire_type(cls.name, cls.version)

    @classmethod
    def is_for(cls, service: str, data: Mapping[str, Any]) -> bool:
        """Whether a service is meant. Data that names none of those that take it is answered by the
        first of them.
        """
        if cls.addressee_field is None:
            return True
        services = get_args(cls.model_fields[cls.addressee_field].annotation)
        named = data.get(cls.addressee_field)
        return service == (named if named in services else services[0])

    @property
    def aggregate_key(self) -> str | None:
        """The key of the aggregate, as text: order of events holds per subject."""
        return str(getattr(self, self.subject_field)) if self.subject_field else None


class Event(Message):
    """Something that happened. Readers ignore fields they do not know, so that events may grow.

    `publishers` are the services that publish it: the one whose contracts declare it, unless the
    class line names others.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    publishers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, publishers: tuple[str, ...] = (), **options: Any
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        cls.publishers = publishers or _declaring_service(cls.__module__)


def _declaring_service(module: str) -> tuple[str, ...]:
    """Return the service in `shared.contracts.<service>…` or `services.<service>…`, if any."""
    found = re.match(r"(?:shared\.contracts|services)\.(\w+)", module)
    return (found.group(1),) if found else ()


def events_of(service: str) -> list[type[Event]]:
    """Return the events that a service publishes, in the order of declaration, without refusals."""
    events: list[type[Event]] = []
    for message in catalogue.values():
        if not issubclass(message, Event) or issubclass(message, Refusal):
            continue
        if service in message.publishers:
            events.append(message)
    return events


class Refusal(Event):
    """A command that was not carried out. Nothing changed."""

    example: ClassVar[dict[str, Any]] = {
        "code": "invalid",
        "reason": "lines.0.quantity: Input should be greater than 0",
        "details": {},
    }

    aggregate: str | None = None
    code: str = Field(description="Machine-readable: lower case words joined by underscores")
    reason: str = Field(description="One sentence for people")
    details: dict[str, Any] = {}

    @property
    def aggregate_key(self) -> str | None:
        return self.aggregate


class Asking(Message):
    """A command or a query: it can be refused, by an event (or answer) of its own type."""

    refusal: ClassVar[type[Refusal]]

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        if cls.name:
            cls.refusal = (
                create_model(  # `order.place` -> class PlaceOrderRefused, `order.place_refused`
                    f"{cls.__name__}Refused",
                    __base__=Refusal,
                    __module__=cls.__module__,
                    __doc__=f"`{cls.name}` was refused.",
                    __cls_kwargs__={
                        "name": f"{cls.name}_refused",
                        "version": cls.version,
                        "internal": cls.internal,
                    },
                )
            )

    def refuse(self, code: str, reason: str, **details: Any) -> Refusal:
        """The refusal of this message: `code` for machines, `reason` one sentence for people."""
        return self.refusal(aggregate=self.aggregate_key, code=code, reason=reason, details=details)


class Command(Asking):
    """Asks for a change. Repeating it (same source and id) changes nothing more."""


class Answer(Message):
    """What a query is answered with, at its `replyto` only."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Query(Asking):
    """Asks a question; needs `replyto`. Its answer class is named on the class line."""

    answer: ClassVar[type[Answer]]

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, answer: type[Answer] | None = None, **options: Any
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        if answer is not None:
            cls.answer = answer


class CommandDone(Answer, name="command.done"):
    """Sent to the `replyto` of a command that was carried out; the events carry the content."""

    example: ClassVar[dict[str, Any]] = {
        "command": "order.place",
        "command_id": "2f0c",
        "events": ["order.placed"],
        "repeated": False,
    }

    command: str
    command_id: str
    events: list[str] = Field(
        description="Names of the events it caused, in order; empty when it is repeated"
    )
    repeated: bool = Field(
        default=False, description="True when it had been carried out before: nothing changed now"
    )
