"""Files that commands write."""

from pathlib import Path

from shared.cli.terminal import print_note
from shared.runtime.errors import AftercartError


def write_file(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file and say so. Raise `AftercartError` where it cannot be written, or exists and is
    not to be replaced.
    """
    try:
        with path.open("wb" if replace else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise AftercartError(f"The file '{path}' exists: name another one with --output.") from None
    except OSError as error:
        raise AftercartError(f"The file '{path}' cannot be written: {error.strerror}.") from None
    print_note(f"{path} ({len(content):,} bytes)", style="dim")
