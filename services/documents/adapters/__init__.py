"""The outside world of this service: WeasyPrint with Pango, HarfBuzz and fonts, and the object
store.
"""

from importlib import import_module
from typing import Any

from pydantic import Field

from services.documents.work import Adapters
from shared.runtime.errors import SettingsError
from shared.runtime.process.process_pool import Limits
from shared.runtime.settings import ServiceSettings


class DocumentSettings(ServiceSettings):
    """Settings of rendering and storing."""

    slow_allowed: bool = Field(
        default=False,
        description=(
            "Start without HarfBuzz's subset library; rendering then takes three times as long"
        ),
    )
    store_url: str = Field(
        default="",
        description=(
            "Where PDFs are stored: empty, in the database; `file:///srv/documents`;"
            " `s3://bucket/folder`"
        ),
    )
    render_seconds: int = Field(
        default=60, ge=1, le=500, description="Seconds allowed for rendering a document"
    )
    render_memory: int = Field(
        default=1024, ge=256, description="MiB of memory for the process that renders"
    )
    renders_per_process: int = Field(
        default=200, ge=1, description="Documents until a fresh process takes over"
    )


def open_adapters(settings: DocumentSettings) -> Adapters:
    """Return the renderer and the object store. Raise `SettingsError` if a library, a font or the
    store is missing.
    """
    font_checks = _load("font_checks")
    font_checks.require_subsetting(slow_allowed=settings.slow_allowed)
    font_checks.require_fonts()
    store = _load("object_store").ObjectStore(settings.store_url)
    seconds, memory, jobs = (
        settings.render_seconds,
        settings.render_memory,
        settings.renders_per_process,
    )
    limits = Limits(seconds=seconds, busy=seconds, memory=memory, jobs=jobs)
    renderer = _load("render_pool").RenderPool(limits)
    renderer.open()
    return Adapters(renderer, store, _load("templates").built_in)


def _load(name: str) -> Any:
    # WeasyPrint is not imported with this module: the import takes half a second, and fails
    # without Pango, which must not stop programs that only list the service's messages.
    try:
        return import_module(f"{__name__}.{name}")
    except OSError as error:
        raise SettingsError(
            f"Pango cannot be loaded ({str(error).splitlines()[0]}): "
            "install the Debian packages libpango-1.0-0 and libpangoft2-1.0-0."
        ) from None
