"""Documents as this service knows them."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True)
class ExpectedDocument:
    """A document that was named. `filename` is None until its content came; `awaited_by`: mails
    that wait for that.
    """

    filename: str | None = None
    awaited_by: tuple[UUID, ...] = ()

    @property
    def arrived(self) -> bool:
        return self.filename is not None

    def awaited(self, mail_id: UUID) -> "ExpectedDocument":
        """With one more mail that waits."""
        return replace(self, awaited_by=(*self.awaited_by, mail_id))
