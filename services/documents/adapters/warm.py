"""Imported once by the server that children are forked from, so that none of them begins cold."""

from services.documents.adapters.child import engine

engine()
