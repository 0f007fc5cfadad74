"""Wiring of `documents`: handlers, store, adapters and settings."""

from collections.abc import Mapping
from pathlib import Path

import structlog
from pydantic import Field

from services.documents.adapters.content_store import content_store
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.requirements import Requirements
from services.documents.handlers import (
    assets,
    batches,
    previews,
    rendering,
    stored_documents,
    templates,
)
from services.documents.store import tables
from services.documents.work import Adapters, Work
from shared.runtime.errors import SettingsError
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.process.process_pool import Limits
from shared.runtime.service import Service
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
    """Return the renderer and the store of contents. Raise `SettingsError` if a library, a font or
    the store is missing.
    """
    limits = Limits(
        seconds=settings.render_seconds,
        busy=settings.render_seconds,
        memory=settings.render_memory,
        jobs=settings.renders_per_process,
    )
    renderer = RenderPool(limits)
    renderer.open()
    _require(renderer.check(), slow_allowed=settings.slow_allowed)
    return Adapters(renderer, content_store(settings.store_url), _built_in)


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


service = Service(
    name="documents",
    handlers=[
        rendering.service,
        stored_documents.service,
        batches.service,
        templates.service,
        previews.service,
        assets.service,
        health_handlers,
        access_handlers,
    ],
    work=Work,
    tables=tables,
    migrations=Path(__file__).parent / "migrations",
    settings=DocumentSettings,
    adapters=open_adapters,
    republish=rendering.publish_content_again,
    batch=1,  # rendering is a side effect: one document at a time
)
