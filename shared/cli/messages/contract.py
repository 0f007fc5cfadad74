"""`aftercart contract`: the published contract, made of what is installed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import listed, note, say
from shared.contracts.asyncapi.document import Exchanges, document, dump, published, silent
from shared.contracts.asyncapi.operations import DoorPlate
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS, REPLIES
from shared.runtime.service import Service

FILE = Path("docs/asyncapi.yaml")


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit code 1 where the file is not what the code says.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=FILE, show_default=True
)
@pass_installation
def contract(installation: Installation, check: bool, output: Path) -> None:
    """Writes the published contract: AsyncAPI 3.0, made of the messages and the services'
    handlers.
    """
    found = contract_of(installation.services())
    if unused := silent(found):
        note(f"No service takes or tells {listed(unused)}.")
    text = dump(found)
    fresh = output.exists() and output.read_text(encoding="utf-8") == text
    if check and not fresh:
        raise AftercartError(
            f"{output} is not what the code says: run `aftercart contract` and look at what"
            " changed."
        )
    if not fresh:
        output.write_text(text, encoding="utf-8", newline="\n")
    say(f"{output} {'is fresh' if fresh else 'was written'}")


def contract_of(services: Iterable[Service]) -> dict[str, Any]:
    """The contract of these services, as plain JSON data. Raises ValueError where one speaks an
    undeclared message.
    """
    plates = {
        service.name: DoorPlate(
            [handling.message for handling in service.handlings.values()], service.tells
        )
        for service in services
    }
    return document(plates, Exchanges(COMMANDS, EVENTS, REPLIES), published())
