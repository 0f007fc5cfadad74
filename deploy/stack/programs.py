"""Programs of the Debian packages: where they lie, and what they start with."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.stack.trouble import StackError


def find_program(name: str, package: str, places: Sequence[Path] | None = None) -> Path:
    """The path of a program in one of these directories (default: those of `search_path`).

    Raises StackError that names its Debian package.
    """
    path = os.pathsep.join(map(str, search_path() if places is None else places))
    found = shutil.which(name, path=path)
    if found is None:
        raise StackError(
            f"{name} is missing: install the Debian package {package} (deploy/install-debian.sh"
            " does it)."
        )
    return Path(found)


def search_path() -> list[Path]:
    """The directories of PATH, and /usr/sbin, which ordinary users do not have in theirs."""
    return [Path(place) for place in os.environ.get("PATH", os.defpath).split(os.pathsep)] + [
        Path("/usr/sbin")
    ]


def clean_environment() -> dict[str, str]:
    """What of our own environment a server may see: a PGDATA or RABBITMQ_… of the user's would
    change it.
    """
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
