"""Uploaded files, issued documents and copies that go with an employee's mail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.ingest.domain.attachments import Attachment, attachment, numbered
from shared.contracts.ingest import (
    AddNote,
    FormFile,
    ForwardThread,
    PostOrderMessage,
    ReplyThread,
    ThreadMessage,
)
from shared.contracts.ingest.files import MAX_TOTAL_BYTES
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind, DocumentReference

MailCommand = ReplyThread | PostOrderMessage | ForwardThread
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """An issued document and its order."""

    document_id: UUID
    shop: str
    order_id: UUID
    kind: DocumentKind
    number: str

    def named(self, name: str) -> bool:
        """Return whether a name is the document's number or id, ignoring case."""
        return name.strip().lower() in (self.number.lower(), str(self.document_id))

    def reference(self) -> DocumentReference:
        """Return the document as a message refers to it."""
        return DocumentReference(document_id=self.document_id, kind=self.kind, number=self.number)


@dataclass(frozen=True, slots=True)
class AttachmentsAndCopies:
    """Files, documents and further recipients of one message."""

    files: Sequence[Attachment] = ()
    documents: Sequence[DocumentReference] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()

    def event_fields(self) -> Mapping[str, object]:
        """Return the fields of the event from which `notify` makes the mail."""
        return {
            "attachments": [form_file(file) for file in self.files],
            "documents": [*self.documents],
            "cc": [*self.cc],
            "bcc": [*self.bcc],
        }


NONE_ADDED = AttachmentsAndCopies()


def attachments_and_copies_of(
    command: MailCommand, documents: Sequence[KnownDocument], recipient: str
) -> AttachmentsAndCopies | Reason:
    """Return the attachments and copies, or a refusal; `documents` are the customer's."""
    found = files_of(command)
    if isinstance(found, Reason):
        return found
    references: dict[UUID, DocumentReference] = {}
    for number, name in enumerate(command.attach_documents):
        document = _named(name, documents)
        if document is None:
            reason = f"This customer has no document '{name}'."
            return Reason("unknown_document", reason, field=f"attach_documents[{number}]")
        references[document.document_id] = document.reference()
    taken = {recipient.lower()}
    cc, bcc = _others(command.cc, taken), _others(command.bcc, taken)
    return AttachmentsAndCopies(found, list(references.values()), cc, bcc)


def _named(name: str, documents: Sequence[KnownDocument]) -> KnownDocument | None:
    for document in documents:
        if document.named(name):
            return document
    return None


def files_of(command: MailCommand | AddNote) -> list[Attachment] | Reason:
    """Return the uploaded files of a command, or a refusal."""
    files = attached(command.attachments)
    for number, file in enumerate(files):
        if file.dangerous:
            reason = f"'{file.filename}' may be executable: mail servers would refuse it."
            return Reason("attachment_type", reason, field=f"attachments[{number}]")
    size = size_of(files)
    if size > MAX_TOTAL_BYTES:
        reason = (
            f"The files have {megabytes(size)} together;"
            f" at most {megabytes(MAX_TOTAL_BYTES)} are allowed."
        )
        return Reason(
            "attachment_too_large",
            reason,
            field="attachments",
            details={"largest": MAX_TOTAL_BYTES},
        )
    return files


def forwarded_files(
    messages: Sequence[ThreadMessage],
    before: Sequence[Attachment],
    content: Callable[[UUID], bytes],
) -> tuple[list[Attachment], list[str]]:
    """Return the files of forwarded messages, the latest first, and the names of files left out:
    dangerous ones, and those that do not fit beside the files `before`.
    """
    room = MAX_TOTAL_BYTES - size_of(before)
    files, left_out = [*before], list[str]()
    for message in reversed(messages):
        for shown in message.attachments:
            if shown.dangerous or shown.size > room:
                left_out.append(shown.filename)
                continue
            room -= shown.size
            data = content(shown.attachment_id)
            files.append(Attachment(shown.filename, shown.media_type, data))
    return numbered(files), left_out


def attached(files: Iterable[FormFile]) -> list[Attachment]:
    """Return the files of a message as attachments, with distinct names."""
    return numbered([attachment(file.filename, file.content) for file in files])


def size_of(files: Iterable[Attachment | FormFile]) -> int:
    """Return the size of files together, in bytes."""
    return sum(len(file.content) for file in files)


def form_file(file: Attachment) -> FormFile:
    """Return a file for an event, without validation, which would decode its bytes as base64."""
    return FormFile.model_construct(filename=file.filename, content=file.content)


def megabytes(size: int) -> str:
    """Return a size in bytes as people write it: `10 MB`, `11.5 MB`, `20 kB`."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def _others(addresses: Sequence[str], taken: set[str]) -> list[str]:
    """Return the addresses not yet in `taken`, each once, and add them to it."""
    found = []
    for address in addresses:
        if address.lower() not in taken:
            taken.add(address.lower())
            found.append(address)
    return found
