"""Templates of shops, for documents and for mails: both services get these messages, and the one
that `service` names answers.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.values import Language

TemplateService = Literal["documents", "notify"]
TemplateKind = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="`invoice`… for documents, the name of a mail for notify",
    ),
]
Source = Annotated[str, Field(max_length=100_000)]


class ShopTemplate(Value):
    """What a shop has in place of a built-in template, in one language or (without one) in all."""

    kind: TemplateKind
    language: Language | None = None
    html: Source = Field(
        default="", description="Jinja template; may extend a built-in one. Empty: the built-in one"
    )
    css: Source = Field(default="", description="Of documents: after the built-in styles")
    subject: Annotated[str, Field(max_length=300)] = Field(default="", description="Of mails")
    text: Source = Field(default="", description="Of mails: the part without HTML")


class PutTemplate(Command, ShopTemplate, name="template.put", subject="kind", addressee="service"):
    """Replaces the built-in template of a kind of document or mail, in one language or (without
    one) in all. What is left out stays as the shop put it before. It is tried on samples first: a
    wrong one is refused with line and reason, and changes nothing.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_TEMPLATE

    service: TemplateService


class ResetTemplate(Command, name="template.reset", subject="kind", addressee="service"):
    """Gives a kind its built-in template back; repeating it changes nothing."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
    }

    service: TemplateService
    kind: TemplateKind
    language: Language | None = None


class TemplateChanged(
    Event, name="template.changed", subject="kind", publishers=("documents", "notify")
):
    """The template of a kind was replaced, or is the built-in one again."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
        "built_in": False,
    }

    service: TemplateService
    kind: TemplateKind
    language: Language | None
    built_in: bool


class TemplateName(Value):
    """Which template."""

    kind: TemplateKind
    language: Language | None


class TemplateList(Answer, name="template.list_answered"):
    """What the shop replaced, by kind and language; all other templates are the built-in ones."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "templates": [{"kind": "invoice", "language": None}],
    }

    service: TemplateService
    templates: list[TemplateName]


class ListTemplates(Query, name="template.list", answer=TemplateList, addressee="service"):
    """Asks which templates the shop replaced."""

    example: ClassVar[dict[str, Any]] = {"service": "documents"}

    service: TemplateService


class TemplateAnswer(Answer, name="template.get_answered"):
    """A template as the shop put it; null where it put none, and for this language the one for all,
    or the built-in one, is used.
    """

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": {
            name: value for name, value in samples.PUT_TEMPLATE.items() if name != "service"
        },
    }

    service: TemplateService
    template: ShopTemplate | None


class GetTemplate(Query, name="template.get", answer=TemplateAnswer, addressee="service"):
    """Asks for a template that the shop put, to change it."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
    }

    service: TemplateService
    kind: TemplateKind
    language: Language | None = None
