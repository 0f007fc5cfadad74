"""Documents and files that mails attach."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True)
class ExpectedDocument:
    """A document that a mail or its own content named. `filename` is None until the content
    arrives; `awaited_by` are the mails that wait for it.
    """

    filename: str | None = None
    awaited_by: tuple[UUID, ...] = ()

    @property
    def arrived(self) -> bool:
        return self.filename is not None

    def awaited(self, mail_id: UUID) -> "ExpectedDocument":
        """Return the document with one more waiting mail."""
        return replace(self, awaited_by=(*self.awaited_by, mail_id))
