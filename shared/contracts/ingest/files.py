"""Files that travel in messages, in base64, and what an employee's mail takes along."""

from base64 import b64decode, b64encode
from typing import Annotated

from pydantic import EncodedBytes, EncoderProtocol, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.contracts.message import Value
from shared.contracts.values import DocumentReference, Email, Text

LARGEST_FILE = 10 * 1024 * 1024  # bytes
MOST_FILES = 10
LARGEST_TOGETHER = 11 * 1024 * 1024
"""Bytes of the files of one message: in base64 they fit below the 16 MiB that RabbitMQ takes by
default.
"""


class Base64(EncoderProtocol):
    """RFC 4648; the library's own takes anything, and leaves out what it does not know."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return b64decode(b"".join(data.split()), validate=True)
        except ValueError as error:
            raise PydanticCustomError(
                "base64", "It is no base64: {error}", {"error": str(error)}
            ) from None

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return b64encode(value)

    @classmethod
    def get_json_format(cls) -> str:
        return "base64"


FileContent = Annotated[
    bytes,
    EncodedBytes(encoder=Base64),
    Field(max_length=LARGEST_FILE),
    WithJsonSchema(
        {"type": "string", "format": "base64", "maxLength": (LARGEST_FILE + 2) // 3 * 4}
    ),
]
"""Bytes, on the wire in base64."""
DocumentName = Annotated[
    str, Field(min_length=1, max_length=40, description="Number or id of an issued document")
]


class FormFile(Value):
    """A file that was attached, in base64."""

    filename: Text
    content: FileContent


class Enclosed(Value):
    """What a mail of an employee takes along, as the command asks for it."""

    attachments: list[FormFile] = Field(
        default=[],
        max_length=MOST_FILES,
        description=(
            f"Files to send, together at most {LARGEST_TOGETHER // 2**20} MB; programs are refused"
        ),
    )
    documents: list[DocumentName] = Field(
        default=[],
        max_length=MOST_FILES,
        description="Issued documents of this customer, by number (`IN000001`) or id",
    )
    cc: list[Email] = Field(
        default=[],
        max_length=20,
        description="Who gets a copy that everybody sees; they may write in the thread then",
    )
    bcc: list[Email] = Field(
        default=[], max_length=20, description="Who gets a copy that nobody else sees"
    )


class Carried(Value):
    """What a mail of an employee takes along, with the bytes of its files."""

    attachments: list[FormFile] = Field(default=[], description="Files with their bytes")
    documents: list[DocumentReference] = Field(default=[], description="Issued documents")
    cc: list[Email] = Field(default=[], description="Who gets a copy that everybody sees")
    bcc: list[Email] = Field(default=[], description="Who gets a copy that nobody else sees")
