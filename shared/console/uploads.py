"""Read what employees attach to their messages: files, documents, and addresses of copies."""

import re
from base64 import b64encode

from starlette.datastructures import UploadFile

from shared.console.screen import Data, Screen

ADDRESSES = re.compile(r"[\s,;،؛]+")


async def files(screen: Screen) -> list[Data]:
    """Return the files of a submitted form as the contract wants them."""
    found: list[Data] = []
    for value in screen.form.getlist("attachments"):
        if isinstance(value, UploadFile) and value.filename:
            content = b64encode(await value.read()).decode()
            found.append({"filename": value.filename, "content": content})
    return found


def listed(text: str) -> list[str]:
    """Return addresses or numbers that were typed with commas, semicolons or blanks between."""
    return [part for part in ADDRESSES.split(text.strip()) if part]


async def attached(screen: Screen) -> Data:
    """Return the fields for files, documents and copies."""
    chosen = [str(value) for value in screen.form.getlist("attach_documents")]
    documents = chosen + listed(screen.submitted("_documents"))
    return {
        "attachments": await files(screen),
        "attach_documents": list(dict.fromkeys(documents)),
        "cc": listed(screen.submitted("cc")),
        "bcc": listed(screen.submitted("bcc")),
    }
