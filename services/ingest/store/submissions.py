"""Accepted contact forms, so that none is filed twice, and their content until their mail was
sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.ingest.domain.form_limits import Origin, RecentForms
from services.ingest.domain.submission import Submission
from services.ingest.store.tables import submissions
from shared.contracts.ingest import SubmitContact
from shared.runtime.storage.database import among, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

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
        """Return the keys of the submissions with mails in these conversations (shop,
        conversation).
        """
        query = select(submissions.c.shop, submissions.c.submission_id)
        where = among((submissions.c.shop, submissions.c.conversation), keys)
        rows = self.connection.execute(query.where(where))
        return [(row.shop, row.submission_id) for row in rows]

    def of_senders(self, shop: str, senders: Iterable[str]) -> list[Key]:
        """Return the submissions of some senders, by the digests of their addresses."""
        query = select(submissions.c.submission_id).where(
            submissions.c.shop == shop, submissions.c.sender.in_(list(senders))
        )
        return [(shop, key) for key in self.connection.scalars(query)]

    def stored_forms(self, shop: str, conversation: str) -> list[SubmitContact]:
        """Return the form that is stored until its mail was sent; lock nothing."""
        query = select(submissions.c.held).where(
            submissions.c.shop == shop,
            submissions.c.conversation == conversation,
            submissions.c.held.is_not(None),
        )
        forms = filter(None, self.connection.scalars(query))
        return list(map(SubmitContact.model_validate, forms))

    def lately(self, shop: str, origin: Origin, since: datetime) -> RecentForms:
        """Return the number of forms of this origin accepted since then, including this batch."""
        of_sender = self._count(shop, "sender", origin.sender, since)
        return RecentForms(of_sender, self._count(shop, "client", origin.client, since))

    def _count(self, shop: str, name: str, digest: str, since: datetime) -> int:
        if not digest:
            return 0
        query = select(submissions.c.submission_id).where(
            submissions.c.shop == shop,
            submissions.c[name] == digest,
            submissions.c.taken_at > since,
        )
        found = set(self.connection.execute(query).scalars())
        for (at, submission_id), form in {**self._kept, **self._pending}.items():
            if at == shop and getattr(form.origin, name) == digest:
                found.add(submission_id)
        return len(found)

    def mailed_as(self, shop: str, conversation: str) -> Submission | None:
        """Return the submission with mails in a conversation, or None."""
        keys = self.of_conversations([(shop, conversation)])
        return self.get(keys[0]) if keys else None


def _submission(row: Any) -> Submission:
    held = SubmitContact.model_validate(row.held) if row.held else None
    return Submission(
        row.submission_id, row.conversation, held, Origin(row.sender, row.client), row.taken_at
    )


def _rows(values: Mapping[Key, Submission]) -> list[dict[str, Any]]:
    return [_row(shop, submission) for (shop, _), submission in sorted(values.items())]


def _row(shop: str, submission: Submission) -> dict[str, Any]:
    form = submission.held
    return {
        "shop": shop,
        "submission_id": submission.submission_id,
        "conversation": submission.conversation,
        "held": form.model_dump(mode="json") if form else None,
        "taken_at": submission.taken_at,
        "sender": submission.origin.sender,
        "client": submission.origin.client,
    }
