"""A language of mails: its words, and its way to write numbers and money."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from services.notify.domain import currencies
from shared.contracts.message import Value
from shared.contracts.values import Money

FALLBACK = "en"
MINUS = "−"
OTHER_STATE = "other_state"
"""The mail of a state whose template we do not have."""


class Wording(Value):
    """What one mail says: templates (Jinja2) of its subject and of its paragraphs. An empty paragraph is left out."""

    subject: str
    body: list[str] = Field(min_length=1)


class Language(Value):
    """One file of the folder `languages`; `tag` is that file's name (BCP 47)."""

    tag: str
    direction: Literal["ltr", "rtl"]
    digits: str = Field(min_length=10, max_length=10)
    decimal_mark: str
    group_mark: str
    money: str = Field(description="With {number} and {currency}")
    comma: str = Field(description="Between the parts of a list")
    currencies: dict[str, str] = Field(description="Names of currencies that are not written by their code")
    labels: dict[str, str]
    frame: dict[str, str] = Field(description="What stands around every mail: greeting, attached, answer, closing")
    documents: dict[str, str] = Field(description="Names of the kinds of documents")
    mails: dict[str, Wording]

    def wording(self, template: str) -> Wording:
        """The words of a mail; those for any state where there is no such template."""
        return self.mails.get(template) or self.mails[OTHER_STATE]

    def write_number(self, plain: str) -> str:
        """A plain decimal number (`-1234.50`) in this language's digits and marks."""
        whole, point, part = plain.lstrip("-").partition(".")
        text = f"{int(whole):,}".replace(",", self.group_mark) + (self.decimal_mark + part if point else "")
        text = text.translate(str.maketrans("0123456789", self.digits))
        return MINUS + text if plain.startswith("-") else text

    def write_money(self, money: Money) -> str:
        """An amount with its currency."""
        number = self.write_number(currencies.decimal(money.amount, money.currency))
        return self.money.format(number=number, currency=self.currencies.get(money.currency, money.currency))


def choose(languages: Mapping[str, Language], wanted: str) -> Language:
    """The language for a BCP 47 tag: that one, its parents (`fa-IR`, `fa`), else English."""
    tag = wanted
    while tag and tag not in languages:
        tag = tag.rpartition("-")[0]
    return languages[tag or FALLBACK]
