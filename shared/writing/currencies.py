"""Minor units as decimal numbers. Source: ISO 4217, list one of 2024-06-25: currencies not counted
in hundredths.

Iranian Rial count whole, as in Iran and in Unicode CLDR; the hundredths that ISO has for them are
not in use.
"""

EXPONENTS = {
    code: exponent
    for exponent, codes in {
        0: "BIF CLP DJF GNF IRR ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
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
"""Messages count these in the minor units of ISO; people write none, unless an amount has some.
Source: CLDR.
"""


def exponent(currency: str) -> int:
    """How many decimals an amount of `currency` has."""
    return EXPONENTS.get(currency, 2)


def decimal(amount: int, currency: str) -> str:
    """Minor units as a plain decimal number: 2870, "EUR" -> "28.70"."""
    places = exponent(currency)
    whole, part = divmod(abs(amount), 10**places)
    shown = places and not (currency in WHOLE and part == 0)
    return f"{'-' if amount < 0 else ''}{whole}{f'.{part:0{places}d}' if shown else ''}"


def written(amount: int, currency: str) -> str:
    """Return an amount as sentences for people state it: 6077, "EUR" -> "60.77 EUR"."""
    return f"{decimal(amount, currency)} {currency}"
