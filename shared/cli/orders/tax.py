"""`aftercart order exemption|rate`: why an order is not taxed, and its tax in the seller's own
currency.
"""

from typing import Any

import click

from shared.cli.orders.action import action_options, order_action, reference_argument

CATEGORIES = ("exempt", "reverse_charge", "intra_community", "export")


@click.command(short_help="Say why nothing is taxed, or lift that.")
@reference_argument
@click.argument("category", required=False, type=click.Choice(CATEGORIES))
@click.argument("sentence", required=False)
@click.option("--vat-number", metavar="NUMBER", help="The customer's, for the invoice address.")
@click.option("--lift", is_flag=True, help="The order is taxed again.")
@click.option(
    "--reason", default="", metavar="TEXT", help="Printed on a credit slip that this brings."
)
@action_options
def exemption(
    category: str | None,
    sentence: str | None,
    vat_number: str | None,
    lift: bool,
    reason: str,
    **action: Any,
) -> None:
    """Set why nothing of the order REF-OR-ID is taxed: CATEGORY, and the SENTENCE of law that
    documents print.

    \b
    Examples:
      aftercart order exemption XKBKNABJK intra_community "Intra-community supply." --vat-number ATU12345678
      aftercart order exemption XKBKNABJK --lift
    """  # noqa: D301, E501 - click reads \b
    if lift == bool(category) or bool(category) != bool(sentence):
        raise click.UsageError("Give CATEGORY and SENTENCE, or --lift.")
    with order_action(**action) as acting:
        acting.confirm_change()
        acting.send(
            "order.set_exemption",
            {
                "exemption": None if lift else {"category": category, "reason": sentence},
                "vat_number": vat_number,
                "reason": reason,
            },
        )


@click.command(short_help="Set the exchange rate of its tax.")
@reference_argument
@click.argument("currency", required=False)
@click.argument("rate", required=False)
@click.option(
    "--source", default="", metavar="TEXT", help="Where the rate is from and of which day; printed."
)
@click.option("--remove", is_flag=True, help="State the tax in the order's currency alone.")
@action_options
def rate(currency: str | None, rate: str | None, source: str, remove: bool, **action: Any) -> None:
    """Set at which RATE documents of the order REF-OR-ID state its tax in CURRENCY, the seller's
    own: how many units of it one unit of the order's currency is worth. Possible until the first
    invoice.

    \b
    Example:
      aftercart order rate XKBKNABJK SEK 11.2345 --source "ECB, 2026-11-27"
    """  # noqa: D301 - click reads \b
    if remove == bool(currency) or bool(currency) != bool(rate):
        raise click.UsageError("Give CURRENCY and RATE, or --remove.")
    with order_action(**action) as acting:
        stated = (
            None if remove else {"currency": str(currency).upper(), "rate": rate, "source": source}
        )
        acting.send("order.set_exchange_rate", {"exchange_rate": stated})


COMMANDS = (exemption, rate)
