"""Define the type of amounts with a currency on the command line, and write quantities."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from shared.writing.currencies import exponent


class Total(click.ParamType[dict[str, Any]]):
    """An amount with its currency, such as `28.70EUR`."""

    name = "total"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        number, currency = value[:-3].strip(), value[-3:].upper()
        whole, _, part = number.partition(".")
        places = exponent(currency)
        if (
            not (whole + part).isdecimal()
            or not whole.isascii()
            or len(part) > places
            or not currency.isalpha()
        ):
            self.fail(
                f"'{value}' is not an amount with a currency: write, for example, 28.70EUR.",
                param,
                ctx,
            )
        return {"amount": int(whole + part.ljust(places, "0")), "currency": currency}


def quantities(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the pieces of lines with their SKUs: `2 x MUG-BLUE, 3 x TEA-250`."""
    return ", ".join(f"{line['quantity']} x {line['sku']}" for line in lines)
