"""`aftercart`: the root of the command line. Each command is imported when it is used."""

import click

from shared.cli.command_group import LazyGroup

COMMANDS = {
    "worker": "shared.cli.operations.worker:worker",
    "migrate": "shared.cli.operations.migrate:migrate",
    "topology": "shared.cli.operations.topology:topology",
    "storefront": "shared.cli.operations.storefront:storefront",
    "reader": "shared.cli.operations.reader:reader",
    "send": "shared.cli.messages.send:send",
    "ask": "shared.cli.messages.ask:ask",
    "order": "shared.cli.orders.commands:order",
    "stock": "shared.cli.shop.stock:stock",
    "product": "shared.cli.shop.product:product",
    "customer": "shared.cli.shop.customer:customer",
    "rule": "shared.cli.shop.rule:rule",
    "voucher": "shared.cli.shop.voucher:voucher",
    "credit": "shared.cli.shop.credit:credit",
    "shop": "shared.cli.shop.settings:shop",
    "desk": "shared.cli.desk.commands:desk",
    "mail": "shared.cli.mail.commands:mail",
    "template": "shared.cli.documents.templates:template",
    "asset": "shared.cli.documents.assets:asset",
    "gallery": "shared.cli.documents.gallery:gallery",
    "document": "shared.cli.documents.commands:document",
    "watch": "shared.cli.messages.watch:watch",
    "dead": "shared.cli.operations.dead_letters:dead",
    "events": "shared.cli.operations.events:events",
    "health": "shared.cli.operations.health:health",
    "status": "shared.cli.operations.status:status",
    "contract": "shared.cli.messages.contract:contract",
    "completion": "shared.cli.completion:completion",
}


@click.group(
    cls=LazyGroup, built_in=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="aftercart", message="%(package)s %(version)s")
def main() -> None:
    """Run Aftercart, check it, and work with its orders, mails and documents.

    Settings come from the environment (AFTERCART_…), from `.env`, or from the stack that `aftercart
    up` started. Times of a shop are shown and read in its time zone.

    Exit codes: 1 for an error, which is printed as one sentence, 2 if a service refuses, 3 without
    a reply in time, 64 for wrong usage.
    """


if __name__ == "__main__":
    main()
