"""Where the bytes of documents are stored: in the database, or in an object store.

The library of object stores is loaded where it is used: it takes 4 MB of a worker.
"""

from services.documents.work import ContentStore
from shared.contracts.reason import Reason


class InDatabase:
    """Leaves all documents to the database. Reads those that an object store got before."""

    def put(self, content: bytes) -> str:
        """Return "": the database stores the bytes."""
        return ""

    def read(self, place: str, sha256: str) -> bytes | Reason:
        """Return the bytes with this hash, or why they are missing. Raise `NotYet`."""
        from services.documents.adapters import object_store  # noqa: PLC0415

        return object_store.read(place, sha256)

    def problems(self) -> list[str]:
        """Return nothing: the database is checked elsewhere."""
        return []


def content_store(url: str) -> ContentStore:
    """Return the store at this URL; the database without one. Raise `SettingsError`."""
    if not url:
        return InDatabase()
    from services.documents.adapters.object_store import ObjectStore  # noqa: PLC0415

    return ObjectStore(url)
