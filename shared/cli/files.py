"""Read, write and open files for commands."""

from pathlib import Path

import click

from shared.cli.terminal import print_note
from shared.runtime.errors import AftercartError

file_argument = click.argument("file", type=click.Path(allow_dash=True))
"""A file of JSON, or `-` for standard input. The shell completes its name."""


def write_file(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file and print its name and size.

    Raises `AftercartError` if it cannot be written, or if it exists and `replace` is false.
    """
    try:
        with path.open("wb" if replace else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise AftercartError(
            f"The file '{path}' exists: choose another name with --output."
        ) from None
    except OSError as error:
        raise AftercartError(f"The file '{path}' cannot be written: {error.strerror}.") from None
    print_note(f"{path} ({len(content):,} bytes)", style="dim")


def open_file(path: Path) -> None:
    """Open a file in the program that this machine has for its type."""
    if click.launch(str(path)):
        print_note(f"No program was found to open {path} with.", style="yellow")
