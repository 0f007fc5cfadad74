"""A language of documents: its texts, and its formats of numbers, money and dates."""

from decimal import Decimal

from pydantic import Field

from services.documents.domain.text import clean, isolate
from shared.contracts.values import Money
from shared.writing import currencies
from shared.writing.formats import Formats


class Language(Formats):
    """The texts in a file of the folder `languages`, with the formats of that language."""

    texts: dict[str, str]
    tenths: bool = Field(
        default=False, description="Whether every amount in Toman has a decimal, so that all align"
    )

    def write_amount(self, money: Money) -> str:
        """Return an amount without its currency; with a decimal if one amount of the document needs
        it.
        """
        if not (self.tenths and self.is_toman(money.currency)):
            return super().write_amount(money)
        return self.write_number(
            f"{Decimal(currencies.decimal(money.amount, money.currency)).scaleb(-1):f}"
        )

    def write_price(self, minor: Decimal, currency: str) -> str:
        """Return a price, which may have fractions of minor units, without its currency."""
        if minor == minor.to_integral_value():
            return self.write_amount(Money(amount=int(minor), currency=currency))
        places = currencies.exponent(currency) + self.is_toman(currency)
        return self.write_number(f"{minor.scaleb(-places):f}")

    def write_number(self, plain: str) -> str:
        """Return a number; a negative one has its sign on the left in every writing direction."""
        text = super().write_number(plain)
        return self.isolate(text) if plain.startswith("-") else text

    def write_rate(self, rate: Decimal) -> str:
        """Return a tax rate in percent, without trailing zeros."""
        return self.percent.format(number=self.write_number(f"{rate.normalize():f}"))

    def labelled(self, key: str, text: str) -> str:
        """Return a text after its label."""
        return self.texts["labelled"].format(label=self.texts[key], text=text)

    def embed(self, text: str) -> str:
        """Return an untrusted text, cleaned and isolated."""
        return self.isolate(clean(text))

    def isolate(self, text: str) -> str:
        """Return the text isolated, if its direction differs from the language's."""
        return isolate(text, self.direction)
