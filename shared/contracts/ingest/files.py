"""Define files in messages, in base64, and the attachments of employees' mails."""

from typing import Annotated

from pydantic import EncodedBytes, Field, WithJsonSchema

from shared.contracts.message import Value
from shared.contracts.strict_base64 import Base64
from shared.contracts.values import DocumentReference, Email, Text

MAX_FILE_BYTES = 10 * 1024 * 1024  # bytes
MAX_FILES = 10
MAX_TOTAL_BYTES = 11 * 1024 * 1024
"""Maximum size of the files of one message, in bytes: in base64 they stay below the 16 MiB that
RabbitMQ accepts by default.
"""


FileContent = Annotated[
    bytes,
    EncodedBytes(encoder=Base64),
    Field(max_length=MAX_FILE_BYTES),
    WithJsonSchema(
        {"type": "string", "format": "base64", "maxLength": (MAX_FILE_BYTES + 2) // 3 * 4}
    ),
]
"""Bytes; on the wire in base64."""
DocumentName = Annotated[
    str, Field(min_length=1, max_length=40, description="Number or id of an issued document")
]


class FormFile(Value):
    """An attached file."""

    filename: Text = Field(description="Name of the file")
    content: FileContent = Field(description="The file, in base64")


class RequestedAttachmentsAndCopies(Value):
    """Attachments, documents and copies of an employee's mail, as requested."""

    attachments: list[FormFile] = Field(
        default=[],
        max_length=MAX_FILES,
        description=(
            f"Files to attach, at most {MAX_TOTAL_BYTES // 2**20} MB together; executable"
            " files are refused"
        ),
    )
    attach_documents: list[DocumentName] = Field(
        default=[],
        max_length=MAX_FILES,
        description="Issued documents of this customer, by number (`IN000001`) or id",
    )
    cc: list[Email] = Field(
        default=[],
        max_length=20,
        description="Addresses of visible copies; they may post to the thread afterwards",
    )
    bcc: list[Email] = Field(default=[], max_length=20, description="Addresses of hidden copies")


class AttachmentsAndCopies(Value):
    """Attachments, documents and copies of an employee's mail, with the content of the files."""

    attachments: list[FormFile] = Field(default=[], description="Files with their content")
    documents: list[DocumentReference] = Field(default=[], description="Issued documents")
    cc: list[Email] = Field(default=[], description="Addresses of visible copies")
    bcc: list[Email] = Field(default=[], description="Addresses of hidden copies")
