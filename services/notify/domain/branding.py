"""What a shop replaced in its mails. Where it replaced nothing, the built-in words and layout are
used.
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
"""What all mails of a shop stand in: HTML and CSS. All other kinds are names of mails, which may
have all four.
"""


class Replacement(Value):
    """Jinja templates; an empty one leaves what is built in. `text`: paragraphs with empty lines
    between them.
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
        """That of a language, else that of all; an empty one where there is none."""
        return self.parts.get((kind, language)) or self.parts.get((kind, "")) or Replacement()

    def wording(self, kind: str, language: str, built_in: Wording) -> Wording:
        """The words of a mail."""
        own = self.of(kind, language)
        return Wording(
            subject=own.subject or built_in.subject, body=[own.text] if own.text else built_in.body
        )

    def layout(self, kind: str, language: str) -> Replacement:
        """What a mail stands in: its own HTML, else that of all mails; CSS of both."""
        own, common = self.of(kind, language), self.of(LAYOUT, language)
        return Replacement(
            html=own.html or common.html, css="\n".join(filter(None, (common.css, own.css)))
        )

    def replacing(self, kind: str, language: str, replacement: Replacement) -> "Branding":
        """With one more."""
        return replace(self, parts={**self.parts, (kind, language): replacement})


BUILT_IN = Branding()


class MailWriter(Protocol):
    """Writes mails in any look."""

    languages: Mapping[str, object]

    def write(
        self,
        facts: Facts,
        documents: Sequence[DocumentReference] = (),
        branding: Branding = BUILT_IN,
    ) -> MailBody:
        """The content of a mail; where the look fails, the built-in one is used."""

    def objection(self, kind: str, language: str, replacement: Replacement) -> str | None:
        """What is wrong with a template, in one sentence."""


@dataclass(frozen=True)
class ShopWriter:
    """Writes the mails of one shop."""

    mail_writer: MailWriter
    branding: Branding

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> MailBody:
        """The content of a mail that takes `documents` along."""
        return self.mail_writer.write(facts, documents, self.branding)


def replacement(command: PutTemplate, before: Replacement | None) -> Replacement:
    """Return the templates after a command: what it does not name stays as the shop put it
    before.
    """
    return merged(before or Replacement(), command)


def objection(command: PutTemplate, brought: Replacement, mail_writer: MailWriter) -> Reason | None:
    """Why it cannot be used."""
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
    wrong = mail_writer.objection(command.kind, command.language or "", brought)
    return Reason("broken_template", wrong) if wrong else None
