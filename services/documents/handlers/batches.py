"""Stored documents are merged into one PDF for printing, part by part: other messages are handled
between two parts.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import NamedTuple

from services.documents.domain.document import BatchDocument, DocumentFilter
from services.documents.work import Adapters, Work
from shared.contracts.cursor import Cursor, read, write
from shared.contracts.documents import BatchPrinted, PrintBatch
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, repeatable
from shared.runtime.weight import Weight

MAX_PART = 45_000_000  # bytes; in base64 that is the largest message that can be sent

service = Handlers[Work]()


class BatchPart(NamedTuple):
    """The documents to merge now, and how many remain after them."""

    sheets: list[BatchDocument]
    remaining: int

    @property
    def end(self) -> str:
        """Return the cursor after this part."""
        last = self.sheets[-1]
        return write(Cursor(last.issued_at, last.document_id))


class MergedPart(NamedTuple):
    """A part as PDF."""

    part: BatchPart
    content: bytes
    pages: int


def collect(command: PrintBatch, work: Work) -> BatchPart | Reason:
    """Return the part that the command asks for, or why there is none."""
    wanted = DocumentFilter(
        work.shop, command.order_ids, command.kinds, command.issued_from, command.issued_before
    )
    if wanted.fault:
        return Reason("empty_range", wanted.fault, field="issued_before")
    after = read(command.cursor) if command.cursor else None
    if command.cursor and after is None:
        return Reason(
            "unknown_cursor",
            "The cursor is invalid; leave it out to start with the first part.",
            field="cursor",
        )
    sheets = work.documents.batch(wanted, command.part_size, after)
    if not sheets:
        return Reason("no_documents", "No document matches.")
    return BatchPart(sheets, work.documents.count(wanted, after) - len(sheets))


def merge_part(claimed: BatchPart | Reason, adapters: Adapters) -> MergedPart | Reason:
    """Merge the documents of a part into one PDF."""
    if isinstance(claimed, Reason):
        return claimed
    sheets = []
    for sheet in claimed.sheets:
        content = adapters.content(sheet)
        if isinstance(content, Reason):
            return content
        sheets.append((sheet.number, content))
    size = sum(len(content) for _, content in sheets)
    if size > MAX_PART:
        sentence = (
            f"The part would have {size / 1e6:.0f} MB; {MAX_PART // 10**6} MB are allowed at most:"
            " ask for fewer documents in a part."
        )
        return Reason("part_too_large", sentence, field="part_size")
    return MergedPart(claimed, *adapters.renderer.merge(sheets))


@service.handles(PrintBatch, claim=collect, act=repeatable(merge_part), weight=Weight.BULK)
def print_batch(
    command: PrintBatch, _work: Work, outcome: MergedPart | Reason
) -> Iterable[Event | PrintBatch] | Reason:
    """Publish the merged part without storing it. The next part is requested behind all other
    waiting bulk work.
    """
    if isinstance(outcome, Reason):
        return Reason(
            outcome.code,
            outcome.sentence,
            field=outcome.field or None,
            details={"part": command.part},
        )
    part = outcome.part
    printed = BatchPrinted(
        batch_id=command.batch_id,
        document_count=len(part.sheets),
        pages=outcome.pages,
        content=b64encode(outcome.content),
        part=command.part,
        remaining=part.remaining,
    )
    following = command.model_copy(update={"part": command.part + 1, "cursor": part.end})
    return [printed, following] if part.remaining else [printed]
