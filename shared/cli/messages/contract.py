"""`aftercart contract`: write the published contract of the installed services."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line, print_note
from shared.clients.phrases import listed
from shared.contracts.asyncapi.document import Exchanges, document, dump, published, unused_messages
from shared.contracts.asyncapi.files import schema_files
from shared.contracts.asyncapi.operations import Interface
from shared.contracts.asyncapi.page import page
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import COMMANDS, DOCUMENTS, EVENTS, REPLIES
from shared.runtime.service import Service

FILE = Path("docs/reference/asyncapi.yaml")


@click.command(short_help="Write the published contract.")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit code 1 if a file differs from the code.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=FILE,
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--schemas",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write a JSON Schema of each message to this directory.",
)
@pass_installation
def contract(installation: Installation, check: bool, output: Path, schemas: Path | None) -> None:
    """Write the published contract in AsyncAPI 3.1.

    A page with the messages of each service, `messages.md`, is written to the same directory.
    """
    interfaces = interfaces_of(installation.services())
    found = contract_of(interfaces)
    if unused := unused_messages(found):
        print_note(f"No service receives or publishes {listed(unused)}.")
    _write(output, dump(found), check=check)
    _write(output.with_name("messages.md"), page(interfaces), check=check)
    if schemas:
        _write_schemas(schemas, found)


def _write(file: Path, text: str, *, check: bool) -> None:
    """Write a generated file unless it is fresh; with `check`, raise AftercartError instead."""
    fresh = file.exists() and file.read_text(encoding="utf-8") == text
    if check and not fresh:
        raise AftercartError(
            f"{file} differs from the code: run `aftercart contract` and review the changes."
        )
    if not fresh:
        file.write_text(text, encoding="utf-8", newline="\n")
    print_line(f"{file} {'is fresh' if fresh else 'was written'}")


def _write_schemas(directory: Path, contract: dict[str, Any]) -> None:
    """Write a JSON Schema of each message, and remove those of messages that do not exist."""
    directory.mkdir(parents=True, exist_ok=True)
    old = set(directory.glob("*.schema.json"))
    for name, schema in schema_files(contract):
        file = directory / f"{name}.schema.json"
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        old.discard(file)
    for file in old:
        file.unlink()
    print_line(f"{directory} holds the schemas of the messages")


def interfaces_of(services: Iterable[Service]) -> dict[str, Interface]:
    """Return the messages that each service receives and publishes, by its name."""
    interfaces = {}
    for service in services:
        receives = [handling.message for handling in service.handlings.values()]
        interfaces[service.name] = Interface(receives, service.publishes)
    return interfaces


def contract_of(interfaces: Mapping[str, Interface]) -> dict[str, Any]:
    """Return the contract of these services, as plain JSON data.

    Raises ValueError where a service receives or publishes an undeclared message.
    """
    return document(interfaces, Exchanges(COMMANDS, EVENTS, DOCUMENTS, REPLIES), published())
