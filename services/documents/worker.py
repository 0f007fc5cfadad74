"""Wiring of `documents`: handlers, store, adapters and settings."""

from pathlib import Path

from services.documents.adapters import DocumentSettings, open_adapters
from services.documents.handlers import (
    assets,
    batches,
    previews,
    rendering,
    stored_documents,
    templates,
)
from services.documents.store import tables
from services.documents.work import Work
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.service import Service

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
