"""Answers of every service: a command was carried out, or a message could not be read."""

from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.message import Answer


class MessageRefused(Answer, name="message.refused"):
    """A message was refused before a service could read it as a command or a query: it is no
    CloudEvent, or has an unknown name or version. Sent to its reply address; nothing changed.
    """

    example: ClassVar[dict[str, Any]] = {
        "refused_type": "aftercart.order.plce.v1",
        "refused_id": "2f0c",
        "code": "unknown_name",
        "reason": (
            "There is no message 'aftercart.order.plce.v1'. Did you mean aftercart.order.place.v1?"
        ),
        "language": "en",
        "sentence": (
            "There is no message 'aftercart.order.plce.v1'. Did you mean aftercart.order.place.v1?"
        ),
        "details": {"field": "type", "did_you_mean": ["aftercart.order.place.v1"]},
    }

    refused_type: str = Field(
        description="The `type` of the refused message; its routing key if that cannot be read"
    )
    refused_id: str | None = Field(
        description="The `id` of the refused message; null if it has none that can be read"
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
            "More about the refusal, by code; `field` names the wrong attribute of the envelope,"
            " `did_you_mean` lists what may have been meant"
        ),
    )


class CommandDone(Answer, name="command.done"):
    """The command was carried out. Sent to its `replyto`; the content is in the events."""

    example: ClassVar[dict[str, Any]] = {
        "command": "order.place",
        "command_id": "2f0c",
        "events": ["order.placed"],
        "repeated": False,
    }

    command: str = Field(description="Name of the command, such as `order.place`")
    command_id: str = Field(description="`id` of the command's envelope")
    events: list[str] = Field(
        description=(
            "Names of the events that the command caused, in order; empty if it is a repetition"
        )
    )
    repeated: bool = Field(
        default=False,
        description="True if the command had been carried out before: nothing changed now",
    )
