"""Imported once by the server that children are forked from, so that none of them begins cold."""

from services.documents.adapters.render_process import engine

engine()
