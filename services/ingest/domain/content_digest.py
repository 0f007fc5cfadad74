"""Which mail is a copy of another: the same Message-ID, sender and content, on whatever way it
came.
"""

from collections.abc import Iterable
from hashlib import sha256


def content_digest(text: str, page: str, files: Iterable[bytes]) -> str:
    """Return a SHA-256 of what a mail says and carries, as it is read: fields that mail servers
    add, transfer encodings and the ends of lines, which they change, do not count; nor does the
    subject, into which lists put their name.
    """
    digest = sha256()
    for content in (_normal(text), _normal(page), *files):
        digest.update(sha256(content).digest())
    return digest.hexdigest()


def _normal(text: str) -> bytes:
    return " ".join(text.split()).encode("utf-8", "replace")
