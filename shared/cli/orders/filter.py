"""The options by which `order list` and `export orders` choose orders, and the filter that they
make.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from shared.cli.times import Time, Zone, with_moments
from shared.writing.currencies import exponent

F = TypeVar("F", bound=Callable[..., Any])


class Total(click.ParamType[dict[str, Any]]):
    """An amount with its currency: `28.70EUR`."""

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
                f"'{value}' is no total: write an amount and its currency, such as 28.70EUR.",
                param,
                ctx,
            )
        return {"amount": int(whole + part.ljust(places, "0")), "currency": currency}


OPTIONS = (
    click.option("--search", metavar="TEXT", help="First letters of words of anything below."),
    click.option("--reference", metavar="REF", help="First letters of the reference."),
    click.option(
        "--customer",
        metavar="TEXT",
        help="First letters of words of the customer's name or e-mail.",
    ),
    click.option(
        "--document",
        "document_number",
        metavar="NUMBER",
        help="Of an invoice or slip: first letters.",
    ),
    click.option(
        "--tracking", "tracking_number", metavar="NUMBER", help="Tracking number: first letters."
    ),
    click.option("--phone", metavar="NUMBER", help="Of either address: first digits."),
    click.option("--company", metavar="TEXT", help="Of either address: first letters of words."),
    click.option("--customer-id", metavar="ID", help="The storefront's key of the customer."),
    click.option(
        "--total-from",
        type=Total(),
        metavar="TOTAL",
        help="At least this, in its currency: 28.70EUR.",
    ),
    click.option(
        "--total-to", type=Total(), metavar="TOTAL", help="At most this, in its currency."
    ),
    click.option("--payment-method", metavar="NAME", help="How it is paid."),
    click.option(
        "--state",
        "states",
        multiple=True,
        metavar="STATE",
        help="In this state; more than once: any of.",
    ),
    click.option(
        "--placed-from",
        type=Time(),
        metavar="TIME",
        help="Placed then or later: 2026-11-21, a day of the shop.",
    ),
    click.option("--placed-before", type=Time(), metavar="TIME", help="Placed earlier."),
    click.option("--delivery-country", metavar="CODE", help="Two letters: DE."),
    click.option(
        "--new-customer/--known-customer",
        default=None,
        help="Whether it is the customer's first order.",
    ),
)


def filter_options(command: F) -> F:
    """Adds the options to a command; it takes them as keywords and gives them to `order_filter`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def order_filter(chosen: dict[str, Any], zone: Zone) -> dict[str, Any]:
    """Return the filter of `order.list` and `order.export`."""
    stated = {name: value for name, value in chosen.items() if value not in (None, ())}
    given = with_moments(stated, ("placed_from", "placed_before"), zone)
    return given | ({"states": list(given["states"])} if "states" in given else {})
