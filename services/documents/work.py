"""What the handlers of this service touch."""

from typing import Any, Protocol

from sqlalchemy import Connection

from services.documents.domain.document import Rendered
from services.documents.domain.look import BUILT_IN, Look
from services.documents.store import Documents
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.store import UnitOfWork


class Renderer(Protocol):
    """Makes documents; the only adapter."""

    def render(self, snapshot: DocumentSnapshot, look: Look = BUILT_IN) -> Rendered:
        """The document of a snapshot: the same bytes each time."""


class Work(UnitOfWork):
    """The kept documents."""

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        super().__init__(connection, adapters)
        self.documents = self.part(Documents(connection))
