"""What outlives a Python process: small JSON files that only their owner may read."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from deploy.stack.trouble import StackError

Kind = TypeVar("Kind")


def load(path: Path, kind: type[Kind]) -> Kind | None:
    """A flat dataclass, or None when nothing was saved. Raises StackError when it is another
    user's.
    """
    try:
        return kind(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StackError(
            f"{path} belongs to another user: do this as the user who started the stack."
        ) from error


def save(path: Path, value: Any) -> None:
    """Writes a flat dataclass, whole or not at all, with the rights 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(value), file, indent=2)
    draft.replace(path)


def kept(path: Path, kind: type[Kind], make: Callable[[], Kind]) -> Kind:
    """What was saved; the first time it is made and saved."""
    found = load(path, kind)
    if found is None:
        found = make()
        save(path, found)
    return found
