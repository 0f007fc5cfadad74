"""A language of mails: its texts, and its formats of numbers, money and dates."""

from pydantic import Field

from shared.contracts.message import Value
from shared.writing.formats import Formats

OTHER_STATE = "other_state"
"""The template used for a state without a template of its own."""


class Wording(Value):
    """The templates (Jinja) of one mail: its subject and its paragraphs. Empty paragraphs are left
    out.
    """

    subject: str
    body: list[str] = Field(min_length=1)


class Language(Formats):
    """The texts in a file of the folder `languages`, with the formats of that language."""

    labels: dict[str, str]
    frame: dict[str, str] = Field(
        description="What stands around every mail: greeting, attached, answer, closing"
    )
    documents: dict[str, str] = Field(description="Names of the kinds of documents")
    mails: dict[str, Wording]

    def wording(self, template: str) -> Wording:
        """Return the texts of a template; those of `other_state` if the template does not exist."""
        return self.mails.get(template) or self.mails[OTHER_STATE]
