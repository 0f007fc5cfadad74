"""Write the files that commands save."""

from pathlib import Path

from shared.cli.terminal import print_note
from shared.runtime.errors import AftercartError


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
