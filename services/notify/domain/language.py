"""A language of mails: its words, and its way to write numbers and money."""

from pydantic import Field

from shared.contracts.message import Value
from shared.writing.script import Script

OTHER_STATE = "other_state"
"""The mail of a state whose template we do not have."""


class Wording(Value):
    """What one mail says: templates (Jinja2) of its subject and of its paragraphs. An empty
    paragraph is left out.
    """

    subject: str
    body: list[str] = Field(min_length=1)


class Language(Script):
    """One file of the folder `languages`."""

    comma: str = Field(description="Between the parts of a list")
    colon: str = Field(default=": ", description="Between a label and its value, in text")
    labels: dict[str, str]
    frame: dict[str, str] = Field(
        description="What stands around every mail: greeting, attached, answer, closing"
    )
    documents: dict[str, str] = Field(description="Names of the kinds of documents")
    mails: dict[str, Wording]

    def wording(self, template: str) -> Wording:
        """The words of a mail; those for any state where there is no such template."""
        return self.mails.get(template) or self.mails[OTHER_STATE]
