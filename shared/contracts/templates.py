"""Define the templates of shops, for documents and for mails. Both services receive these messages;
the one in `service` answers.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.values import By
from shared.contracts.refusals import codes
from shared.contracts.values import Language

TemplateService = Literal["documents", "notify"]
TemplateId = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="Name of the template: a kind of document, such as `invoice`, or a mail",
    ),
]
TemplateSource = Annotated[str, Field(max_length=100_000)]


class ShopTemplate(Value):
    """A template of the shop that replaces a built-in one, in one language or in all."""

    template: TemplateId
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


VersionNumber = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000_000,
        strict=True,
        description="Number of the version, from 1, by template and language",
    ),
]
TRIAL_CODES = (
    "broken_template empty not_of_layout template_failed unknown_template unknown_language"
)


class PutTemplate(
    Command, ShopTemplate, name="template.put", subject="template", addressee="service"
):
    """Replace the built-in template of a kind of document or mail, in one language or in all.
    Fields that are left out stay as they are. The template is rendered with sample data first: an
    invalid one is refused with line and reason, and changes nothing. The templates before are
    stored as versions.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_TEMPLATE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(TRIAL_CODES)

    service: TemplateService = Field(description="`documents` for documents, `notify` for mails")
    by: By = "system"


class ResetTemplate(Command, name="template.reset", subject="template", addressee="service"):
    """Restore the built-in template of a kind of document or mail. Repeating it changes nothing."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": "invoice",
        "language": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_template")

    service: TemplateService = Field(description="`documents` for documents, `notify` for mails")
    template: TemplateId
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )
    by: By = "system"


class RestoreTemplate(Command, name="template.restore", subject="template", addressee="service"):
    """Use an earlier version of a template again. It is rendered with sample data first, as by
    `template.put`, and stored as a new version.
    """

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": "invoice",
        "language": None,
        "version_number": 1,
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(f"{TRIAL_CODES} unknown_template_version")

    service: TemplateService = Field(description="`documents` for documents, `notify` for mails")
    template: TemplateId
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )
    version_number: VersionNumber
    by: By = "system"


class TemplateChanged(
    Event, name="template.changed", subject="template", publishers=("documents", "notify")
):
    """A template was replaced, or the built-in one was restored."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": "invoice",
        "language": None,
        "built_in": False,
        "version_number": 1,
        "restored": None,
        "by": "system",
    }

    service: TemplateService
    template: TemplateId
    language: Language | None = Field(description="Null: for all languages")
    built_in: bool = Field(description="Whether the built-in template applies now")
    version_number: int = Field(description="Number of the new version")
    restored: int | None = Field(
        default=None,
        description="Number of the earlier version that was restored; null: none",
    )
    by: str = Field(description="Author of the change")


class TemplateVersion(Value):
    """One version of a template, without its content."""

    version_number: int = Field(description="Number of the version, from 1")
    at: AwareDatetime = Field(description="When it was stored")
    by: str = Field(description="Author of the change")
    built_in: bool = Field(description="Whether it is the built-in template")
    restored: int | None = Field(
        default=None,
        description="Number of the earlier version that it restored; null: none",
    )


class ListedTemplate(Value):
    """The name, language and current version of a template."""

    template: TemplateId
    language: Language | None = Field(description="Null: for all languages")
    version_number: int = Field(description="Number of the current version")


class TemplateList(Answer, name="template.list_answered"):
    """The templates that the shop replaced, sorted by name and language. All others are
    built in.
    """

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "templates": [{"template": "invoice", "language": None, "version_number": 1}],
    }

    service: TemplateService
    templates: list[ListedTemplate] = Field(
        description="Names and languages of the shop's templates"
    )


class ListTemplates(Query, name="template.list", answer=TemplateList, addressee="service"):
    """Return names and languages of the templates that the shop replaced."""

    example: ClassVar[dict[str, Any]] = {"service": "documents"}

    service: TemplateService


class BuiltInTemplate(Value):
    """A built-in template, as a beginning for one of the shop."""

    html: str = Field(description="Jinja template; for a mail that of the layout around all mails")
    css: str = Field(description="Built-in styles; those of the shop come after them")
    subject: str = Field(description="For mails: Jinja template of the subject line")
    text: str = Field(description="For mails: Jinja template of the text, without its frame")


class TemplateAnswer(Answer, name="template.get_answered"):
    """A template of the shop, and the built-in one."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "shop_template": {
            name: value for name, value in samples.PUT_TEMPLATE.items() if name != "service"
        },
        "shown_version": samples.TEMPLATE_VERSION,
        "built_in_template": {
            "html": '{% extends "priced.html" %}',
            "css": "body { font-size: 9pt }",
            "subject": "",
            "text": "",
        },
    }

    service: TemplateService
    shop_template: ShopTemplate | None = Field(
        description=(
            "Null: the shop has none of this name and language, so that the one for all"
            " languages or the built-in one applies"
        )
    )
    shown_version: TemplateVersion | None = Field(
        description="The version of `shop_template`; null: the shop never replaced the built-in one"
    )
    built_in_template: BuiltInTemplate = Field(
        description="The built-in template, in this language"
    )


class GetTemplate(Query, name="template.get", answer=TemplateAnswer, addressee="service"):
    """Return a template of the shop, or an earlier version of it, for editing."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": "invoice",
        "language": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_template unknown_template_version")

    service: TemplateService
    template: TemplateId
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )
    version_number: VersionNumber | None = Field(
        default=None, description="Number of the version; null: the current one"
    )


class TemplateVersions(Answer, name="template.versions_answered"):
    """The versions of a template, newest first: the first one applies."""

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "versions": [samples.TEMPLATE_VERSION],
        "total_count": 1,
    }

    service: TemplateService
    versions: list[TemplateVersion] = Field(description="Versions of this page, newest first")
    total_count: int = Field(
        description="Number of versions, which is the number of the newest one"
    )


class ListTemplateVersions(
    Query, name="template.versions", answer=TemplateVersions, addressee="service"
):
    """Return author and time of each change of a template, newest first. `template.get` returns the
    content of a version, `template.restore` uses it again.
    """

    example: ClassVar[dict[str, Any]] = {
        "service": "documents",
        "template": "invoice",
        "language": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_template")

    service: TemplateService
    template: TemplateId
    language: Language | None = Field(
        default=None, description="Null: the template for all languages"
    )
    before_version_number: VersionNumber | None = Field(
        default=None,
        description="Number of a version: those before it are returned; null: from the newest",
    )
    limit: int = Field(
        default=100, ge=1, le=1000, strict=True, description="Maximum number of versions in a page"
    )
