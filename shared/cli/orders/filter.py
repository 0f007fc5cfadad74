"""The options by which `order list` and `export orders` choose orders, and the filter that they
make.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeVar

import click

from shared.writing.currencies import exponent
from shared.writing.days import end_of, start_of

F = TypeVar("F", bound=Callable[..., Any])


class Time(click.ParamType[str]):
    """A date or a time; without a zone, it is this machine's. A date `of_shop` stays one: its zone
    is the shop's.
    """

    name = "time"

    def __init__(self, *, of_shop: bool = False) -> None:
        self.of_shop = of_shop

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            time = datetime.fromisoformat(value)
            if self.of_shop and is_day(value):
                return str(value)
            here: tzinfo | None = None if time.tzinfo else datetime.now().astimezone().tzinfo
            return (time.replace(tzinfo=here) if here else time).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            self.fail(
                f"'{value}' is no date and no time: write 2026-11-21 or 2026-11-21T12:00.",
                param,
                ctx,
            )


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
        type=Time(of_shop=True),
        metavar="TIME",
        help="Placed then or later: 2026-11-21, a day of the shop.",
    ),
    click.option(
        "--placed-before", type=Time(of_shop=True), metavar="TIME", help="Placed earlier."
    ),
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


def is_day(text: str) -> bool:
    """Return whether a time is a whole day."""
    return len(text) == len("2026-11-21")


def ending(stated: dict[str, Any], field: str, zone: Callable[[], str]) -> dict[str, Any]:
    """Return what is stated, with the end of the shop's day where `field` is a day."""
    if not is_day(stated.get(field, "")):
        return stated
    return stated | {field: end_of(date.fromisoformat(stated[field]), zone()).isoformat()}


def order_filter(chosen: dict[str, Any], zone: Callable[[], str]) -> dict[str, Any]:
    """The filter of `order.list` and `order.export`. `zone` is asked for that of the shop, if a day
    begins there.
    """
    given = {name: value for name, value in chosen.items() if value not in (None, ())}
    for name in ("placed_from", "placed_before"):
        if is_day(given.get(name, "")):
            given[name] = start_of(date.fromisoformat(given[name]), zone()).isoformat()
    return given | ({"states": list(given["states"])} if "states" in given else {})
