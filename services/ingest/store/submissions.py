"""What was written by the contact form, so that nothing is taken twice, and what is held until its mail has left."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.ingest.domain.submission import Submission
from services.ingest.store.tables import submissions
from shared.contracts.ingest import SubmitContact
from shared.runtime.database import among, locking, write_rows
from shared.runtime.store import Store

Key = tuple[str, UUID]
"""Shop and submission."""


class Submissions(Store[Key, Submission]):
    """Submissions by shop and id."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Submission]:
        query = select(submissions).where(among((submissions.c.shop, submissions.c.submission_id), keys))
        query = query.order_by(submissions.c.shop, submissions.c.submission_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.submission_id): _submission(row) for row in rows}

    def put(self, new: Mapping[Key, Submission], changed: Mapping[Key, Submission]) -> None:
        write_rows(self.connection, submissions, _rows(new), _rows(changed))

    def of_conversations(self, keys: Sequence[tuple[str, str]]) -> list[Key]:
        """The submissions whose mails belong to conversations, each with its shop."""
        query = select(submissions.c.shop, submissions.c.submission_id)
        where = among((submissions.c.shop, submissions.c.conversation), keys)
        return [(row.shop, row.submission_id) for row in self.connection.execute(query.where(where))]

    def mailed_as(self, shop: str, conversation: str) -> Submission | None:
        """The submission whose mails belong to a conversation."""
        found = [self.get(key) for key in self.of_conversations([(shop, conversation)])]
        return found[0] if found else None


def _submission(row: Any) -> Submission:
    held = SubmitContact.model_validate(row.held) if row.held else None
    return Submission(row.submission_id, row.conversation, held)


def _rows(values: Mapping[Key, Submission]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop, "submission_id": key, "conversation": value.conversation,
            "held": value.held.model_dump(mode="json") if value.held else None,
        }
        for (shop, key), value in sorted(values.items())
    ]
