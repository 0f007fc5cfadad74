"""Tables of `documents`, and the stores that load and write them in sets."""

from services.documents.store.branding import Assets, Templates
from services.documents.store.documents import Documents
from services.documents.store.tables import tables

__all__ = ["Assets", "Documents", "Templates", "tables"]
