"""Recognise copies of a mail that arrived by different routes: same Message-ID, sender and
content.
"""

from collections.abc import Iterable
from hashlib import sha256


def content_digest(text: str, page: str, files: Iterable[bytes]) -> str:
    """Return a SHA-256 of the decoded content of a mail.

    Header fields that servers add, transfer encodings and line ends do not count; nor does the
    subject, where mailing lists insert their name.
    """
    digest = sha256()
    for content in (_normal(text), _normal(page), *files):
        digest.update(sha256(content).digest())
    return digest.hexdigest()


def _normal(text: str) -> bytes:
    return " ".join(text.split()).encode("utf-8", "replace")
