"""The texts and layouts that a shop replaced in its mails. The built-in ones are used for
everything else.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.notify.domain.facts import Facts
from services.notify.domain.language import Language, Wording
from services.notify.domain.pictures import LOGO, Picture
from services.notify.domain.wording import MailBody
from shared.contracts.message import Value
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.contracts.templates import PutTemplate
from shared.contracts.values import DocumentReference
from shared.writing.suggestions import did_you_mean

LAYOUT = "layout"
"""The template that surrounds all mails of a shop: HTML and CSS. All others have the names of
mails, and may replace all four parts.
"""


class Replacement(Value):
    """Templates (Jinja) of a shop; an empty one means the built-in one. Paragraphs of `text` are
    separated by empty lines.
    """

    html: str = ""
    css: str = ""
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Branding:
    """Replacements by name and language ("" is for all languages), and the shop's pictures by name,
    without their content.
    """

    parts: Mapping[tuple[str, str], Replacement] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def logo(self) -> Picture | None:
        return self.pictures.get(LOGO)

    def of(self, name: str, language: str) -> Replacement:
        """Return the replacement for a language, or the one for all languages, or an empty one."""
        return self.parts.get((name, language)) or self.parts.get((name, "")) or Replacement()

    def wording(self, name: str, language: str, built_in: Wording) -> Wording:
        """Return the texts of a mail: the shop's where replaced, the built-in ones elsewhere."""
        own = self.of(name, language)
        return Wording(
            subject=own.subject or built_in.subject, body=[own.text] if own.text else built_in.body
        )

    def layout(self, name: str, language: str) -> Replacement:
        """Return the layout of a mail: its own HTML or that of all mails, and the CSS of both."""
        own, common = self.of(name, language), self.of(LAYOUT, language)
        return Replacement(
            html=own.html or common.html, css="\n".join(filter(None, (common.css, own.css)))
        )

    def only(self, name: str, language: str) -> "Branding":
        """Return the branding with nothing but the replacements for one mail in one language."""
        parts = {}
        for each in (name, LAYOUT):
            for key in ((each, language), (each, "")):
                if key in self.parts:
                    parts[key] = self.parts[key]
        return replace(self, parts=parts)

    def replacing(self, name: str, language: str, replacement: Replacement) -> "Branding":
        """Return the branding with one more replacement."""
        return replace(self, parts={**self.parts, (name, language): replacement})


BUILT_IN = Branding()


@dataclass(frozen=True)
class Trial:
    """A template to try before it is used, in one language, or in all (""). It may show the
    `pictures` of the shop.
    """

    name: str
    language: str
    replacement: Replacement
    pictures: Mapping[str, Picture] = field(default_factory=dict)


class MailWriter(Protocol):
    """Writes mails with any branding."""

    languages: Mapping[str, Language]

    def write(
        self,
        facts: Facts,
        documents: Sequence[DocumentReference] = (),
        branding: Branding = BUILT_IN,
    ) -> MailBody:
        """Return the written mail; with the built-in templates if those of the branding fail."""

    def write_strictly(
        self, facts: Facts, documents: Sequence[DocumentReference], branding: Branding
    ) -> MailBody | Reason:
        """Return the mail written with exactly this branding, or why that is not possible."""

    def objection(self, trial: Trial) -> Reason | None:
        """Return why a template cannot be used, or None."""

    def built_in_template(self, name: str, language: str) -> Replacement:
        """Return the built-in template of a mail, or the layout."""


@dataclass(frozen=True)
class ShopWriter:
    """Writes the mails of one shop."""

    mail_writer: MailWriter
    branding: Branding

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> MailBody:
        """Return the written mail, which mentions the attached `documents`."""
        return self.mail_writer.write(facts, documents, self.branding)


def replacement(command: PutTemplate, before: Replacement) -> Replacement:
    """Return the templates after a command: fields that it omits stay as the shop set them. Blank
    ones are the built-in ones.
    """
    return without_blanks(merged(before, command))


def without_blanks(given: Replacement) -> Replacement:
    """Return templates in which blank parts are empty."""
    blank = {}
    for name, part in given.model_dump().items():
        if not part.strip():
            blank[name] = ""
    return given.model_copy(update=blank)


def unknown_template(name: str, known: Collection[str]) -> Reason | None:
    """Return why there can be no template of a name, or None. `known` are the names of mails."""
    if name in known or name == LAYOUT:
        return None
    sentence = (
        f"There is no mail '{name}', and no state of the shop sends it"
        f"{did_you_mean(name, [*known, LAYOUT])}"
    )
    return Reason("unknown_template", sentence, field="template")


def unknown_language(language: str | None, languages: Mapping[str, object]) -> Reason | None:
    """Return why there are no mails in a language, or None."""
    if language is None or language in languages:
        return None
    known = ", ".join(sorted(languages))
    sentence = f"There are no mails in '{language}', only in: {known}."
    return Reason("unknown_language", sentence, field="language")


def unsuitable(name: str, brought: Replacement) -> Reason | None:
    """Return why a template cannot be one of this name, or None."""
    if brought == Replacement():
        sentence = (
            "The template is empty: give HTML, CSS, a subject or a text, or use 'template.reset'."
        )
        return Reason("empty", sentence, field="html")
    if name == LAYOUT and (brought.subject or brought.text):
        return Reason(
            "not_of_layout", "A layout has no subject and no text: a mail has.", field="subject"
        )
    return None
