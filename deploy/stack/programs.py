"""Find programs of Debian packages, and prepare their environment."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.stack.trouble import StackError


def find_program(name: str, package: str, places: Sequence[Path] | None = None) -> Path:
    """Return the path of a program in these directories, by default those of `search_path`.

    Raises `StackError`, which names its Debian package.
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
    """Return the directories of PATH, and /usr/sbin, which is not in the PATH of ordinary users."""
    return [Path(place) for place in os.environ.get("PATH", os.defpath).split(os.pathsep)] + [
        Path("/usr/sbin")
    ]


def clean_environment() -> dict[str, str]:
    """Return the part of our environment that servers get: without PGDATA or RABBITMQ_…, which
    would change them.
    """
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
