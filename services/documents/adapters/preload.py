"""Imported once by the fork server, so that every child process starts warm."""

from services.documents.adapters.requirements import check

if not check().missing:
    from services.documents.adapters.render_process import engine

    engine()
