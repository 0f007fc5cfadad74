"""Convert minor units to decimal numbers. Source: ISO 4217, list one of 2024-06-25.

Iranian Rials have no decimals, as in Iran and in Unicode CLDR; the two that ISO defines are not in
use.
"""

NO_DECIMALS = "BIF CLP DJF GNF IRR ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
FOUR_DECIMALS = "CLF UYW"
EXPONENTS = {
    **dict.fromkeys(NO_DECIMALS.split(), 0),
    **dict.fromkeys(THREE_DECIMALS.split(), 3),
    **dict.fromkeys(FOUR_DECIMALS.split(), 4),
}
WHOLE = frozenset(
    {
        "AFN",
        "ALL",
        "COP",
        "HUF",
        "IDR",
        "IQD",
        "KPW",
        "LAK",
        "LBP",
        "MGA",
        "MMK",
        "SOS",
        "SYP",
        "YER",
    }
)
"""Currencies with minor units in ISO 4217 that people write only if they are not zero. Source:
CLDR.
"""


def exponent(currency: str) -> int:
    """Return the number of decimals of a currency's amounts."""
    return EXPONENTS.get(currency, 2)


def decimal(amount: int, currency: str) -> str:
    """Return minor units as a plain decimal number: 2870, "EUR" -> "28.70"."""
    places = exponent(currency)
    whole, part = divmod(abs(amount), 10**places)
    text = str(whole)
    if places and not (currency in WHOLE and part == 0):
        text += f".{part:0{places}d}"
    if amount < 0:
        text = "-" + text
    return text


def written(amount: int, currency: str) -> str:
    """Return an amount as it is written in a sentence: 6077, "EUR" -> "60.77 EUR"; 1250000, "IRR"
    -> "1,250,000 IRR".
    """
    if amount < 0:
        return f"-{written(-amount, currency)}"
    whole, point, part = decimal(amount, currency).partition(".")
    return f"{int(whole):,}{point}{part} {currency}"
