"""The texts and layouts that a shop replaced in its mails. The built-in ones are used for
everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.notify.domain.facts import Facts
from services.notify.domain.language import Wording
from services.notify.domain.logo import Logo
from services.notify.domain.wording import MailBody
from shared.contracts.message import Value
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.contracts.templates import PutTemplate
from shared.contracts.values import DocumentReference

LAYOUT = "layout"
"""The kind of template that surrounds all mails of a shop: HTML and CSS. All other kinds are names
of mails, which may replace all four parts.
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
    """Replacements by kind and language ("" is for all languages), and the shop's logo."""

    parts: Mapping[tuple[str, str], Replacement] = field(default_factory=dict)
    logo: Logo | None = None

    def of(self, kind: str, language: str) -> Replacement:
        """Return the replacement for a language, or the one for all languages, or an empty one."""
        return self.parts.get((kind, language)) or self.parts.get((kind, "")) or Replacement()

    def wording(self, kind: str, language: str, built_in: Wording) -> Wording:
        """Return the texts of a mail: the shop's where replaced, the built-in ones elsewhere."""
        own = self.of(kind, language)
        return Wording(
            subject=own.subject or built_in.subject, body=[own.text] if own.text else built_in.body
        )

    def layout(self, kind: str, language: str) -> Replacement:
        """Return the layout of a mail: its own HTML or that of all mails, and the CSS of both."""
        own, common = self.of(kind, language), self.of(LAYOUT, language)
        return Replacement(
            html=own.html or common.html, css="\n".join(filter(None, (common.css, own.css)))
        )

    def only(self, kind: str, language: str) -> "Branding":
        """Return the branding with nothing but the replacements for one mail in one language."""
        parts = {}
        for name in (kind, LAYOUT):
            for key in ((name, language), (name, "")):
                if key in self.parts:
                    parts[key] = self.parts[key]
        return replace(self, parts=parts)

    def replacing(self, kind: str, language: str, replacement: Replacement) -> "Branding":
        """Return the branding with one more replacement."""
        return replace(self, parts={**self.parts, (kind, language): replacement})


BUILT_IN = Branding()


class MailWriter(Protocol):
    """Writes mails with any branding."""

    languages: Mapping[str, object]

    def write(
        self,
        facts: Facts,
        documents: Sequence[DocumentReference] = (),
        branding: Branding = BUILT_IN,
    ) -> MailBody:
        """Return the written mail; with the built-in templates if those of the branding fail."""

    def objection(self, kind: str, language: str, replacement: Replacement) -> Reason | None:
        """Return why a template cannot be used, or None."""


@dataclass(frozen=True)
class ShopWriter:
    """Writes the mails of one shop."""

    mail_writer: MailWriter
    branding: Branding

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> MailBody:
        """Return the written mail, which mentions the attached `documents`."""
        return self.mail_writer.write(facts, documents, self.branding)


def replacement(command: PutTemplate, before: Replacement | None) -> Replacement:
    """Return the templates after a command: fields that it omits stay as the shop set them."""
    return merged(before or Replacement(), command)


def objection(command: PutTemplate, brought: Replacement, mail_writer: MailWriter) -> Reason | None:
    """Return the refusal if a template cannot be used."""
    if command.language and command.language not in mail_writer.languages:
        known = ", ".join(sorted(mail_writer.languages))
        return Reason(
            "unknown_language",
            f"There are no mails in '{command.language}', only in: {known}.",
            field="language",
        )
    if brought == Replacement():
        return Reason("empty", "A template brings HTML, CSS, a subject or a text.", field="html")
    if command.kind == LAYOUT and (command.subject or command.text):
        return Reason(
            "not_of_layout", "A layout has no subject and no text: a mail has.", field="subject"
        )
    return mail_writer.objection(command.kind, command.language or "", brought)
