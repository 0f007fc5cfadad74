"""The outside world of this service: WeasyPrint with Pango, HarfBuzz and fonts, and the object
store.
"""

from collections.abc import Mapping

import structlog
from pydantic import Field

from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.requirements import Requirements
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
    # Imported here, for programs that only list the messages of the service.
    from services.documents.adapters.object_store import ObjectStore  # noqa: PLC0415

    store = ObjectStore(settings.store_url)
    seconds, memory, jobs = (
        settings.render_seconds,
        settings.render_memory,
        settings.renders_per_process,
    )
    limits = Limits(seconds=seconds, busy=seconds, memory=memory, jobs=jobs)
    renderer = RenderPool(limits)
    renderer.open()
    try:
        _require(renderer.check(), slow_allowed=settings.slow_allowed)
    except SettingsError:
        renderer.close()
        raise
    return Adapters(renderer, store, _built_in)


def _require(found: Requirements, *, slow_allowed: bool) -> None:
    if found.missing:
        raise SettingsError(found.missing)
    if found.slow and not slow_allowed:
        raise SettingsError(
            f"{found.slow} To start all the same, set AFTERCART_DOCUMENTS_SLOW_ALLOWED=true."
        )
    if found.slow:
        structlog.get_logger().warning("renderer", outcome="slow", reason=found.slow)


def _built_in(kind: str) -> Mapping[str, str]:
    """Return the HTML and the CSS of a built-in template."""
    # Imported when a template is first shown, with Jinja.
    from services.documents.adapters.templates import built_in  # noqa: PLC0415

    return built_in(kind)
