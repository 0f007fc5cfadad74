"""What was written by the contact form, so that nothing is taken twice, and what is held until its
mail has left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.ingest.domain.form_limits import Lately, Origin
from services.ingest.domain.submission import Submission
from services.ingest.store.tables import submissions
from shared.contracts.ingest import SubmitContact
from shared.runtime.storage.database import among, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

Key = tuple[str, UUID]
"""Shop and submission."""


class Submissions(Store[Key, Submission]):
    """Submissions by shop and id."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Submission]:
        query = select(submissions).where(
            among((submissions.c.shop, submissions.c.submission_id), keys)
        )
        query = query.order_by(submissions.c.shop, submissions.c.submission_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.submission_id): _submission(row) for row in rows}

    def put(self, new: Mapping[Key, Submission], changed: Mapping[Key, Submission]) -> None:
        write_rows(self.connection, submissions, _rows(new), _rows(changed))

    def of_conversations(self, keys: Sequence[tuple[str, str]]) -> list[Key]:
        """The submissions whose mails belong to conversations, each with its shop."""
        query = select(submissions.c.shop, submissions.c.submission_id)
        where = among((submissions.c.shop, submissions.c.conversation), keys)
        return [
            (row.shop, row.submission_id) for row in self.connection.execute(query.where(where))
        ]

    def of_senders(self, shop: str, senders: Iterable[str]) -> list[Key]:
        """Return the submissions of some senders, by the digests of their addresses."""
        query = select(submissions.c.submission_id).where(
            submissions.c.shop == shop, submissions.c.sender.in_(list(senders))
        )
        return [(shop, key) for key in self.connection.scalars(query)]

    def held_by(self, shop: str, conversation: str) -> list[SubmitContact]:
        """Return the form that is held because of the mails of a conversation; lock nothing."""
        query = select(submissions.c.held).where(
            submissions.c.shop == shop,
            submissions.c.conversation == conversation,
            submissions.c.held.is_not(None),
        )
        rows = self.connection.scalars(query)
        return [SubmitContact.model_validate(held) for held in rows if held]

    def lately(self, shop: str, origin: Origin, since: datetime) -> Lately:
        """Return how many forms of this origin were taken since then, with those of this batch."""
        of_sender = self._count(shop, "sender", origin.sender, since)
        return Lately(of_sender, self._count(shop, "client", origin.client, since))

    def _count(self, shop: str, name: str, digest: str, since: datetime) -> int:
        if not digest:
            return 0
        ours = {
            key
            for (at, key), form in {**self._kept, **self._pending}.items()
            if at == shop and getattr(form.origin, name) == digest
        }
        query = select(submissions.c.submission_id).where(
            submissions.c.shop == shop,
            submissions.c[name] == digest,
            submissions.c.taken_at > since,
        )
        return len(ours.union(self.connection.execute(query).scalars()))

    def mailed_as(self, shop: str, conversation: str) -> Submission | None:
        """The submission whose mails belong to a conversation."""
        found = [self.get(key) for key in self.of_conversations([(shop, conversation)])]
        return found[0] if found else None


def _submission(row: Any) -> Submission:
    held = SubmitContact.model_validate(row.held) if row.held else None
    return Submission(
        row.submission_id, row.conversation, held, Origin(row.sender, row.client), row.taken_at
    )


def _rows(values: Mapping[Key, Submission]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop,
            "submission_id": key,
            "conversation": value.conversation,
            "held": value.held.model_dump(mode="json") if value.held else None,
            "taken_at": value.taken_at,
            "sender": value.origin.sender,
            "client": value.origin.client,
        }
        for (shop, key), value in sorted(values.items())
    ]
