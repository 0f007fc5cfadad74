"""`aftercart`: the front door of the command line. Every command is loaded only when it is
wanted.
"""

import click

from shared.cli.group import LazyGroup

COMMANDS = {
    "worker": "shared.cli.worker:worker",
    "migrate": "shared.cli.migrate:migrate",
    "topology": "shared.cli.topology:topology",
    "send": "shared.cli.send:send",
    "ask": "shared.cli.ask:ask",
    "order": "shared.cli.order:order",
    "stock": "shared.cli.stock:stock",
    "product": "shared.cli.product:product",
    "voucher": "shared.cli.voucher:voucher",
    "credit": "shared.cli.credit:credit",
    "shop": "shared.cli.shop:shop",
    "desk": "shared.cli.desk:desk",
    "mail": "shared.cli.mail:mail",
    "gallery": "shared.cli.gallery:gallery",
    "document": "shared.cli.document:document",
    "export": "shared.cli.export:export",
    "watch": "shared.cli.watch:watch",
    "dead": "shared.cli.dead:dead",
    "health": "shared.cli.health:health",
}


@click.group(
    cls=LazyGroup, built_in=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="aftercart", message="%(package)s %(version)s")
def main() -> None:
    """Runs and looks after Aftercart.

    Settings come from the environment (AFTERCART_…), from `.env`, or from the stack that `aftercart
    up` started. Times are shown in this machine's time zone. A fault is told in one sentence, with
    exit code 1; wrong usage is 64.
    """


if __name__ == "__main__":
    main()
