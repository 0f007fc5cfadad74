"""`aftercart order exemption|rate`: set a tax exemption, or an exchange rate for the tax."""

from typing import Any

import click

from shared.cli.orders.action import action_options, order_action, reference_argument

CATEGORIES = ("exempt", "reverse_charge", "intra_community", "export")


@click.command(short_help="Set or lift a tax exemption.")
@reference_argument
@click.argument("category", required=False, type=click.Choice(CATEGORIES))
@click.argument("sentence", required=False)
@click.option(
    "--vat-number", metavar="NUMBER", help="The customer's VAT number, for the invoice address."
)
@click.option("--lift", is_flag=True, help="Remove the exemption: the order is taxed again.")
@click.option(
    "--reason", default="", metavar="TEXT", help="The reason on the credit slip, if one is issued."
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
    """Exempt the order REF-OR-ID from tax. CATEGORY is the legal ground, SENTENCE its text on
    documents.

    \b
    Examples:
      aftercart order exemption XKBKNABJK intra_community "Intra-community supply." --vat-number ATU12345678
      aftercart order exemption XKBKNABJK --lift
    """  # noqa: D301, E501 - click reads \b
    if lift == bool(category) or bool(category) != bool(sentence):
        raise click.UsageError("Give CATEGORY and SENTENCE, or --lift.")
    with order_action(**action) as acting:
        acting.change(
            "order.set_exemption",
            {
                "exemption": None if lift else {"category": category, "reason": sentence},
                "vat_number": vat_number,
                "reason": reason,
            },
        )


@click.command(short_help="Set the exchange rate of the tax.")
@reference_argument
@click.argument("currency", required=False)
@click.argument("rate", required=False)
@click.option(
    "--source", default="", metavar="TEXT", help="Source and date of the rate, for documents."
)
@click.option("--remove", is_flag=True, help="State the tax in the order's currency only.")
@action_options
def rate(currency: str | None, rate: str | None, source: str, remove: bool, **action: Any) -> None:
    """Make documents of the order REF-OR-ID state its tax also in CURRENCY, the seller's own.

    RATE is the value of one unit of the order's currency in CURRENCY. Possible until the first
    invoice.

    \b
    Example:
      aftercart order rate XKBKNABJK SEK 11.2345 --source "ECB, 2026-11-27"
    """  # noqa: D301 - click reads \b
    if remove == bool(currency) or bool(currency) != bool(rate):
        raise click.UsageError("Give CURRENCY and RATE, or --remove.")
    with order_action(**action) as acting:
        stated = None
        if not remove:
            stated = {"currency": str(currency).upper(), "rate": rate, "source": source}
        acting.send("order.set_exchange_rate", {"exchange_rate": stated})


COMMANDS = (exemption, rate)
