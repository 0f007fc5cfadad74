"""Attach files to messages, and save those that customers sent."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from shared.cli.files import write_file
from shared.cli.options import shop_option, wait_option
from shared.cli.shop_client import open_shop_client
from shared.runtime.errors import AftercartError

F = TypeVar("F", bound=Callable[..., Any])

attach_option = click.option(
    "--attach",
    "attachments",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file to attach; may be repeated.",
)
OPTIONS = (
    attach_option,
    click.option(
        "--document",
        "attach_documents",
        multiple=True,
        metavar="NUMBER",
        help="An issued document to attach, such as IN000001; may be repeated.",
    ),
    click.option(
        "--cc", multiple=True, metavar="ADDRESS", help="A recipient of a copy; may be repeated."
    ),
    click.option(
        "--bcc",
        multiple=True,
        metavar="ADDRESS",
        help="A recipient of a blind copy; may be repeated.",
    ),
)


def enclosing_options(command: F) -> F:
    """Add the options of a message that is mailed."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def enclosed(chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a command for the values of these options."""
    lists = {name: list(chosen[name]) for name in ("attach_documents", "cc", "bcc")}
    return {"attachments": files_of(chosen["attachments"]), **lists}


def files_of(paths: Iterable[Path]) -> list[dict[str, str]]:
    """Return files with their bytes in base64. Raises `AftercartError` if one cannot be read."""
    try:
        files = []
        for path in paths:
            content = b64encode(path.read_bytes()).decode()
            files.append({"filename": path.name, "content": content})
        return files
    except OSError as error:
        raise AftercartError(
            f"The file '{error.filename}' cannot be read: {error.strerror}."
        ) from None


@click.command(short_help="Save a file of a message.")
@click.argument("attachment_id", metavar="ATTACHMENT", type=click.UUID)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; by default named like the attachment.",
)
@shop_option
@wait_option
def save(attachment_id: UUID, output: Path | None, shop: str, wait: float) -> None:
    """Save the file with the id ATTACHMENT, which `desk show` prints.

    An existing file is replaced only if --output names it: customers choose the names of their
    files.
    """
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("attachment.get", {"attachment_id": str(attachment_id)})
    name = Path(Path(found["attachment"]["filename"]).name)
    write_file(output or name, b64decode(found["content"]), replace=output is not None)


COMMANDS = (save,)
