"""The work of a child process that renders documents."""

import gc
from functools import cache
from typing import Any

from services.documents.adapters.engine import Engine
from services.documents.adapters.images import UnusablePicture
from services.documents.adapters.templates import template_line
from services.documents.domain.sample import sample
from shared.runtime.process.process_pool import Failed

MAX_REASON_LENGTH = 500  # characters


@cache
def engine() -> Engine:
    """Return the engine of this process. The fork server warms it up, and child processes inherit
    it.
    """
    opened = Engine()
    for language in ("en", "fa"):
        opened.render(sample("invoice", language))
    gc.collect()
    gc.freeze()
    return opened


def do(method: str, *arguments: Any) -> Any:
    """Return the result of a method of the engine, or why it failed."""
    try:
        return getattr(engine(), method)(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        return Failed(_sentence(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, UnusablePicture):
        return str(error)
    line = template_line(error)
    place = f"line {line} of the template: " if line else ""
    return f"{place}{error}"[:MAX_REASON_LENGTH]
