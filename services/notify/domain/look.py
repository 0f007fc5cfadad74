"""What a shop replaced in its mails. Where it replaced nothing, the built-in words and layout are used."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.notify.domain.language import Wording
from shared.contracts.message import Value

LAYOUT = "layout"
"""What all mails of a shop stand in: HTML and CSS. All other kinds are names of mails: subject and text."""


class Replacement(Value):
    """Jinja templates; an empty one leaves what is built in. `text`: paragraphs with empty lines between them."""

    html: str = ""
    css: str = ""
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Look:
    """Replacements by kind and language; "" is for all languages."""

    parts: Mapping[tuple[str, str], Replacement] = field(default_factory=dict)

    def of(self, kind: str, language: str) -> Replacement:
        """That of a language, else that of all; an empty one where there is none."""
        return self.parts.get((kind, language)) or self.parts.get((kind, "")) or Replacement()

    def wording(self, kind: str, language: str, built_in: Wording) -> Wording:
        """The words of a mail."""
        own = self.of(kind, language)
        return Wording(subject=own.subject or built_in.subject, body=[own.text] if own.text else built_in.body)

    def replacing(self, kind: str, language: str, replacement: Replacement) -> "Look":
        """With one more."""
        return Look({**self.parts, (kind, language): replacement})


BUILT_IN = Look()

