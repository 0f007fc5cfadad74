"""What a minor unit is, against the data of Unicode CLDR."""

from babel.core import get_global

from shared.writing.currencies import EXPONENTS, WHOLE, exponent, written

HISTORIC = {
    "ADP",
    "BYR",
    "ESP",
    "ITL",
    "LUF",
    "MGF",
    "MRO",
    "SLL",
    "STD",
    "TMM",
    "TRL",
    "ZMK",
    "ZWD",
}
DIGITS = {
    code: digits
    for code, (digits, *_) in get_global("currency_fractions").items()
    if code != "DEFAULT"
}


def test_currencies_that_people_write_whole_are_all_known() -> None:
    whole = {code for code, digits in DIGITS.items() if digits == 0}
    assert whole - HISTORIC == WHOLE | {code for code, places in EXPONENTS.items() if places == 0}
    assert {code for code, places in EXPONENTS.items() if places > 2} == {
        code for code, digits in DIGITS.items() if digits > 2
    } | {"IQD"}


def test_rial_count_whole() -> None:
    assert exponent("IRR") == DIGITS["IRR"] == 0
    assert written(1_250_000, "IRR") == "1,250,000 IRR"
    assert written(-123_456_789, "EUR") == "-1,234,567.89 EUR"
    assert written(-5, "EUR") == "-0.05 EUR"
