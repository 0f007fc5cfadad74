"""What an employee's mail takes along: uploaded files, issued documents, and copies for others."""

from collections.abc import Callable, Mapping, Sequence
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
from shared.contracts.ingest.files import LARGEST_TOGETHER
from shared.contracts.message import Refusal
from shared.contracts.values import DocumentKind, DocumentReference

Enclosing = ReplyThread | PostOrderMessage | ForwardThread
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
        """Return whether a name is its number or its id, in capitals or not."""
        return name.strip().lower() in (self.number.lower(), str(self.document_id))

    def reference(self) -> DocumentReference:
        """Return the document as a mail names it."""
        return DocumentReference(document_id=self.document_id, kind=self.kind, number=self.number)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Files, documents and further recipients of one message."""

    files: Sequence[Attachment] = ()
    documents: Sequence[DocumentReference] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()

    def carried(self) -> Mapping[str, object]:
        """Return the fields of the event that `notify` mails."""
        return {
            "attachments": [form_file(file) for file in self.files],
            "documents": [*self.documents],
            "cc": [*self.cc],
            "bcc": [*self.bcc],
        }


EMPTY = Enclosure()


def enclosure_of(
    command: Enclosing, documents: Sequence[KnownDocument], recipient: str
) -> Enclosure | Refusal:
    """Return what a command encloses, or why not; `documents` are those of the customer."""
    found = files_of(command)
    if isinstance(found, Refusal):
        return found
    references = []
    for number, name in enumerate(command.documents):
        document = next((known for known in documents if known.named(name)), None)
        if document is None:
            reason = f"This customer has no document '{name}'."
            return command.refuse("unknown_document", reason, field=f"documents.{number}")
        references.append(document.reference())
    taken = {recipient.lower()}
    cc, bcc = _others(command.cc, taken), _others(command.bcc, taken)
    return Enclosure(found, _distinct(references), cc, bcc)


def files_of(command: Enclosing | AddNote) -> list[Attachment] | Refusal:
    """Return the uploaded files of a command, or why they are not taken."""
    files = numbered([attachment(file.filename, file.content) for file in command.attachments])
    for number, file in enumerate(files):
        if file.dangerous:
            reason = f"'{file.filename}' could run something: mail servers would refuse it."
            return command.refuse("attachment_type", reason, field=f"attachments.{number}")
    size = sum(len(file.content) for file in files)
    if size > LARGEST_TOGETHER:
        reason = (
            f"Together the files have {megabytes(size)}; at most {megabytes(LARGEST_TOGETHER)} are"
            " allowed."
        )
        return command.refuse(
            "attachment_too_large", reason, field="attachments", largest=LARGEST_TOGETHER
        )
    return files


def kept_of(
    messages: Sequence[ThreadMessage],
    before: Sequence[Attachment],
    content: Callable[[UUID], bytes],
) -> tuple[list[Attachment], list[str]]:
    """Return the files of forwarded messages, the latest first, and the names of those that are
    left out: they could run something, or do not fit beside the files `before`.
    """
    room = LARGEST_TOGETHER - sum(len(file.content) for file in before)
    files, left_out = list[Attachment](), list[str]()
    for shown in (file for message in reversed(messages) for file in message.attachments):
        if shown.dangerous or shown.size > room:
            left_out.append(shown.filename)
            continue
        room -= shown.size
        files.append(Attachment(shown.filename, shown.media_type, content(shown.attachment_id)))
    return numbered([*before, *files]), left_out


def form_file(file: Attachment) -> FormFile:
    """Return a file as an event carries it; validating it would take its bytes for base64."""
    return FormFile.model_construct(filename=file.filename, content=file.content)


def megabytes(size: int) -> str:
    """Return bytes as people read them: `10 MB`, `11.5 MB`, `20 kB`."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def _others(addresses: Sequence[str], taken: set[str]) -> list[str]:
    """Return the addresses that get no mail yet, each once; they are `taken` then."""
    found = []
    for address in addresses:
        if address.lower() not in taken:
            taken.add(address.lower())
            found.append(address)
    return found


def _distinct(references: Sequence[DocumentReference]) -> list[DocumentReference]:
    return list({reference.document_id: reference for reference in references}.values())
