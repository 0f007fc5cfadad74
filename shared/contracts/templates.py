"""Define the templates of shops, for documents and for mails. Both services receive these messages;
the one in `service` answers.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.refusals import codes
from shared.contracts.values import Language

TemplateService = Literal["documents", "notify"]
TemplateKind = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="Kind of a document, such as `invoice`, or name of a mail",
    ),
]
TemplateSource = Annotated[str, Field(max_length=100_000)]


class ShopTemplate(Value):
    """A template of the shop that replaces a built-in one, in one language or in all."""

    kind: TemplateKind
    language: Language | None = Field(
        default=None, description="Null: for all languages without a template of their own"
    )
    html: TemplateSource = Field(
        default="", description="Jinja template; may extend a built-in one. Empty: the built-in one"
    )
    css: TemplateSource = Field(
        default="", description="For documents: added after the built-in styles"
    )
    subject: Annotated[str, Field(max_length=300)] = Field(
        default="",
        description="For mails: Jinja template of the subject line. Empty: the built-in one",
    )
    text: TemplateSource = Field(
        default="",
        description="For mails: Jinja template of the part without HTML. Empty: the built-in one",
    )


class PutTemplate(Command, ShopTemplate, name="template.put", subject="kind", addressee="service"):
    """Replace the built-in template of a kind of document or mail, in one language or in all.
    Fields that are left out stay as they are. The template is rendered with sample data first: an
    invalid one is refused with line and reason, and changes nothing.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_TEMPLATE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "broken_template empty not_of_layout template_failed unknown_kind unknown_language"
    )

    service: TemplateService = Field(description="`documents` for documents, `notify` for mails")


class ResetTemplate(Command, name="template.reset", subject="kind", addressee="service"):
    """Restore the built-in template of a kind of document or mail. Repeating it changes nothing."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_kind")

    service: TemplateService = Field(description="`documents` for documents, `notify` for mails")
    kind: TemplateKind
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )


class TemplateChanged(
    Event, name="template.changed", subject="kind", publishers=("documents", "notify")
):
    """The template of a kind was replaced, or the built-in one was restored."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
        "built_in": False,
    }

    service: TemplateService
    kind: TemplateKind
    language: Language | None = Field(description="Null: for all languages")
    built_in: bool = Field(description="Whether the built-in template applies now")


class TemplateName(Value):
    """The kind and language of a template."""

    kind: TemplateKind
    language: Language | None = Field(description="Null: for all languages")


class TemplateList(Answer, name="template.list_answered"):
    """The templates that the shop replaced, sorted by kind and language. All others are
    built in.
    """

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "templates": [{"kind": "invoice", "language": None}],
    }

    service: TemplateService
    templates: list[TemplateName] = Field(description="Kinds and languages of the shop's templates")


class ListTemplates(Query, name="template.list", answer=TemplateList, addressee="service"):
    """Return the kinds and languages for which the shop replaced the template."""

    example: ClassVar[dict[str, Any]] = {"service": "documents"}

    service: TemplateService


class TemplateAnswer(Answer, name="template.get_answered"):
    """A template of the shop."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": {
            name: value for name, value in samples.PUT_TEMPLATE.items() if name != "service"
        },
    }

    service: TemplateService
    template: ShopTemplate | None = Field(
        description=(
            "Null: the shop has none for this kind and language, so that the one for all"
            " languages or the built-in one applies"
        )
    )


class GetTemplate(Query, name="template.get", answer=TemplateAnswer, addressee="service"):
    """Return a template of the shop, for editing."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "kind": "invoice",
        "language": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_kind")

    service: TemplateService
    kind: TemplateKind
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )
