"""The work of a child process that renders documents."""

import gc
from functools import cache
from typing import Any

from services.documents.adapters.engine import Engine
from services.documents.adapters.images import UnusablePicture
from services.documents.adapters.render_job import TemplateFailed
from services.documents.adapters.templates import template_line
from services.documents.adapters.weasyprint_log import TemplateFault
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import sample
from shared.runtime.process.process_pool import Failed

MAX_PDF = 20_000_000  # bytes; mails attach it
MAX_REASON_LENGTH = 500  # characters
COLLECT_AFTER = 50_000  # objects; by default 700, and a tenth of the time of a document


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
    gc.set_threshold(COLLECT_AFTER)
    return opened


def do(method: str, *arguments: Any) -> Any:
    """Return the result of a method of the engine, or why it failed."""
    try:
        result = getattr(engine(), method)(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        return TemplateFailed(_sentence(error), _part(error))
    if isinstance(result, Rendered) and len(result.content) > MAX_PDF:
        size = f"{len(result.content) / 1e6:.1f} MB"
        return Failed(f"the PDF has {size}; {MAX_PDF // 10**6} MB are allowed at most")
    return result


def _part(error: Exception) -> str | None:
    """Return the field of the template that holds the mistake."""
    if isinstance(error, TemplateFault):
        return error.part
    return "html" if template_line(error) else None


def _sentence(error: Exception) -> str:
    if isinstance(error, UnusablePicture):
        return str(error)
    if isinstance(error, RecursionError):
        return "its elements are nested too deeply"
    line = template_line(error)
    place = f"line {line} of the template: " if line else ""
    return f"{place}{error}"[:MAX_REASON_LENGTH]
