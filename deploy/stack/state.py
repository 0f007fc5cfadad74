"""Store state between processes, in small JSON files that only their owner may read."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from deploy.stack.trouble import StackError

Kind = TypeVar("Kind")


def load(path: Path, kind: type[Kind]) -> Kind | None:
    """Load a flat dataclass, or None if none was saved. Raises `StackError` if it belongs to
    another user.
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
    """Write a flat dataclass atomically, with the mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(value), file, indent=2)
    draft.replace(path)


def load_or_create(path: Path, kind: type[Kind], make: Callable[[], Kind]) -> Kind:
    """Load the saved value, or create and save it the first time."""
    found = load(path, kind)
    if found is None:
        found = make()
        save(path, found)
    return found
