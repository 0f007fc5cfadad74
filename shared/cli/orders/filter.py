"""Define the options that filter orders, for `order list` and `order export`."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from shared.cli.amounts import Total
from shared.cli.times import Time, Zone, with_moments

F = TypeVar("F", bound=Callable[..., Any])


OPTIONS = (
    click.option(
        "--search",
        metavar="TEXT",
        help="Find this in any of the fields below, by first letters of words.",
    ),
    click.option("--reference", metavar="REF", help="The order's reference, or its first letters."),
    click.option(
        "--customer",
        metavar="TEXT",
        help="The customer's name or e-mail, or first letters of words.",
    ),
    click.option(
        "--document",
        "document_number",
        metavar="NUMBER",
        help="An invoice or slip number, or its first letters.",
    ),
    click.option(
        "--tracking",
        "tracking_number",
        metavar="NUMBER",
        help="The tracking number, or its first letters.",
    ),
    click.option(
        "--phone", metavar="NUMBER", help="The phone number of either address, or its first digits."
    ),
    click.option(
        "--company",
        metavar="TEXT",
        help="The company of either address, or first letters of words.",
    ),
    click.option("--customer-id", metavar="ID", help="The customer's id in the storefront."),
    click.option(
        "--total-from",
        type=Total(),
        metavar="TOTAL",
        help="At least this total, such as 28.70EUR.",
    ),
    click.option(
        "--total-to", type=Total(), metavar="TOTAL", help="At most this total, such as 100EUR."
    ),
    click.option("--payment-method", metavar="NAME", help="The payment method."),
    click.option(
        "--state",
        "state_keys",
        multiple=True,
        metavar="STATE",
        help="The order's state; repeat it for any of several.",
    ),
    click.option(
        "--placed-from",
        type=Time(),
        metavar="TIME",
        help=(
            "Placed at this time or later; a date such as 2026-11-21 is a day in"
            " the shop's time zone."
        ),
    ),
    click.option("--placed-before", type=Time(), metavar="TIME", help="Placed before this time."),
    click.option(
        "--delivery-country", metavar="CODE", help="The country's two-letter code, such as DE."
    ),
    click.option(
        "--new-customer/--known-customer",
        default=None,
        help="The customer's first order, or a later one.",
    ),
)


def filter_options(command: F) -> F:
    """Add the options to a command, which passes their values to `order_filter`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def order_filter(chosen: dict[str, Any], zone: Zone) -> dict[str, Any]:
    """Return the filter of `order.list` and `order.export`."""
    given = {name: value for name, value in chosen.items() if value not in (None, ())}
    given = with_moments(given, ("placed_from", "placed_before"), zone)
    if "state_keys" in given:
        given["state_keys"] = list(given["state_keys"])
    return given
