"""Define the base classes of messages: frozen values with a name, a version and a subject.

A command requests a change, a query requests information, an event states what happened. Each class
is declared once, with its name on the class line; `catalogue` finds it by its wire type.
"""

import re
import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from shared.contracts.paths import MisplacedField, objection_to_path
from shared.contracts.reason import Reason
from shared.contracts.strict_types import with_strict_types

PREFIX = "aftercart"

catalogue: dict[str, type["Message"]] = {}
"""All declared messages by wire type, such as `aftercart.order.place.v1`."""


def wire_type(name: str, version: int = 1) -> str:
    """Return the CloudEvents `type` of a message: `order.place`, 1 ->
    `aftercart.order.place.v1`.
    """
    return f"{PREFIX}.{name}.v{version}"


class Value(BaseModel):
    """Part of a message: frozen. Unknown fields are refused, so that a misspelt name does not go
    unnoticed.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return with_strict_types(handler(source), cls)  # type: ignore[no-any-return]


class Message(BaseModel):
    """Base class of all messages. `subject_field` names the field with the aggregate's key;
    `fixed_subject` is the key itself, where a shop has one such aggregate. `addressee_field` names
    the field with the addressed service, where several services receive the message.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    subject_field: ClassVar[str | None] = None
    fixed_subject: ClassVar[str | None] = None
    addressee_field: ClassVar[str | None] = None
    internal: ClassVar[bool] = False
    periodic: ClassVar[bool] = False
    """Whether it is a job of the schedule: the messages that it causes have nothing in common, so
    that each begins a correlation of its own.
    """
    example: ClassVar[dict[str, Any]] = {}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return with_strict_types(handler(source), cls)  # type: ignore[no-any-return]

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
        fixed_subject: str | None = None,
        addressee: str | None = None,
        internal: bool = False,
        periodic: bool = False,
        **_: Any,
    ) -> None:
        if name:
            cls.name, cls.version, cls.internal = name, version, internal
            cls.periodic = periodic
            cls.subject_field, cls.fixed_subject = subject, fixed_subject
            cls.addressee_field = addressee
            catalogue[cls.wire_type()] = cls

    @classmethod
    def wire_type(cls) -> str:
        """Return the CloudEvents `type`, e.g. `aftercart.order.place.v1`."""
        return wire_type(cls.name, cls.version)

    @classmethod
    def is_for(cls, service: str, data: Mapping[str, Any]) -> bool:
        """Return whether a service is addressed. If the data names none of the services that
        receive the message, the first of them answers.
        """
        if cls.addressee_field is None:
            return True
        services = get_args(cls.model_fields[cls.addressee_field].annotation)
        named = data.get(cls.addressee_field)
        return service == (named if named in services else services[0])

    @property
    def aggregate_key(self) -> str | None:
        """Return the key of the aggregate as text; events with the same subject stay in order."""
        return str(getattr(self, self.subject_field)) if self.subject_field else self.fixed_subject


class Event(Message):
    """Base class of events. Readers ignore unknown fields, so that fields can be added.

    `publishers` are the services that publish it: by default the service of the module that
    declares it. An event that `holds_document` has the bytes of a PDF, and an exchange and a stream
    of its own kind, so that the stream of events stays small.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    publishers: ClassVar[tuple[str, ...]] = ()
    holds_document: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, publishers: tuple[str, ...] = (), holds_document: bool = False, **options: Any
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        cls.publishers = publishers or _declaring_service(cls.__module__)
        cls.holds_document = holds_document


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
    """The command or query was refused. Nothing changed."""

    example: ClassVar[dict[str, Any]] = {
        "code": "invalid",
        "reason": "lines[0].quantity: This must be more than 0.",
        "language": "de",
        "sentence": "lines[0].quantity: Das muss mehr als 0 sein.",
        "details": {
            "field": "lines[0].quantity",
            "faults": [
                {
                    "field": "lines[0].quantity",
                    "problem": "This must be more than 0.",
                    "sentence": "Das muss mehr als 0 sein.",
                }
            ],
        },
    }

    aggregate: str | None = Field(
        default=None,
        description="Key of the aggregate that the refused message is about; null if it has none",
    )
    code: str = Field(description="Machine-readable code: lower case words joined by underscores")
    reason: str = Field(
        description="One English sentence: what is wrong, with which value; for logs and developers"
    )
    language: str = Field(
        default="en",
        description=(
            "Language of `sentence`: that of the envelope's attribute `language`, else of the"
            " field `language` in the data, else the shop's; `en` if there are no sentences in it"
        ),
    )
    sentence: str = Field(
        default="", description="The same sentence in that language, to show it to people"
    )
    details: dict[str, Any] = Field(
        default={},
        description=(
            "More about the refusal, by code; `field` names the wrong field of `data` where one"
            " is wrong"
        ),
    )

    @property
    def aggregate_key(self) -> str | None:
        return self.aggregate


class UndeclaredCode(UserWarning):
    """A message was refused with a code that it does not declare. The refusal is published anyway;
    tests turn this warning into an error.
    """


class CommandOrQuery(Message):
    """Base class of commands and queries. Each has a refusal type of its own: an event for
    commands, an answer for queries.
    """

    refusal: ClassVar[type[Refusal]]
    refusal_codes: ClassVar[tuple[str, ...]] = ()
    """The codes that it can be refused with, beside those of faults in its data."""

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        if cls.name:
            # `order.place` -> class PlaceOrderRefused, `order.place_refused`
            kind = "query" if issubclass(cls, Query) else "command"
            cls.refusal = create_model(
                f"{cls.__name__}Refused",
                __base__=Refusal,
                __module__=cls.__module__,
                __doc__=f"The {kind} `{cls.name}` was refused. Nothing changed.",
                __cls_kwargs__={
                    "name": f"{cls.name}_refused",
                    "version": cls.version,
                    "internal": cls.internal,
                },
            )

    def refuse(self, reason: Reason) -> Refusal:
        """Return the refusal of this message for a reason. Warns with `UndeclaredCode` or
        `MisplacedField`.
        """
        if reason.code not in self.refusal_codes and reason.code != "conflict":
            sentence = (
                f"'{self.name}' does not declare the code '{reason.code}': add it to the"
                f" 'refusal_codes' of {type(self).__name__}."
            )
            warnings.warn(sentence, UndeclaredCode, stacklevel=2)
        misplaced = reason.field and objection_to_path(self, reason.field, reason.code)
        if misplaced:
            warnings.warn(misplaced, MisplacedField, stacklevel=2)
        field = {"field": reason.field} if reason.field else {}
        return self.refusal(
            aggregate=self.aggregate_key,
            code=reason.code,
            reason=reason.sentence,
            details={**field, **reason.details},
        )


class Command(CommandOrQuery):
    """Base class of requests for a change. A repeated command (same `source` and `id`) changes
    nothing more. `key_field` names the field with the id that its sender chose for what it creates:
    the same id with the same content is a repetition, too, and with other content a conflict.
    """

    key_field: ClassVar[str | None] = None

    @classmethod
    def __pydantic_init_subclass__(cls, *, key: str | None = None, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        cls.key_field = key

    @property
    def repetition_key(self) -> str | None:
        """Return the id that the sender chose for what the command creates, or None."""
        if self.key_field is None:
            return None
        value: Any = self
        for name in self.key_field.split("."):
            value = getattr(value, name)
        return None if value is None else str(value)


class Answer(Message):
    """Base class of answers to queries, which are sent to their `replyto` only."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Query(CommandOrQuery):
    """Base class of requests for information; they need `replyto`. The class line names the answer
    class.
    """

    answer: ClassVar[type[Answer]]

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, answer: type[Answer] | None = None, **options: Any
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        if answer is not None:
            cls.answer = answer
