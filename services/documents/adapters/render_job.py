"""The job of a child process, by a name that the worker knows without loading WeasyPrint."""

from dataclasses import dataclass
from typing import Any

from shared.runtime.process.process_pool import Failed


@dataclass(frozen=True)
class TemplateFailed(Failed):
    """The failure of a template. `part` is the field that holds the mistake, None if that is
    unknown.
    """

    part: str | None = None


def do(method: str, *arguments: Any) -> Any:
    """Return the result of a method of the engine, or why it failed."""
    # Imported before by the fork server.
    from services.documents.adapters import render_process  # noqa: PLC0415

    return render_process.do(method, *arguments)
