"""An object store for PDFs, named by their hash: a file system or S3, by the scheme of the URL."""

import hashlib
import os
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet, SettingsError

PATIENCE: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
SCHEMES = ("file", "s3")


class ObjectStore:
    """An object store at the URL of a folder, `file:///srv/documents` or `s3://bucket/documents`.
    Documents stored at another URL before are read from there.
    """

    def __init__(self, place: str) -> None:
        """Open the store. Raise `SettingsError` if that fails."""
        self.place = place.rstrip("/")
        try:
            _opened(self.place)
        except (BaseError, ValueError, OSError) as error:
            raise SettingsError(
                f"Documents cannot be kept at {self.place}: {_sentence(error)}"
            ) from None

    def put(self, content: bytes) -> str:
        """Store the bytes and return their place; repeating this changes nothing. Raise
        `NotYet`.
        """
        key = _key(hashlib.sha256(content).hexdigest())
        try:
            obstore.put(_opened(self.place), key, content)
            if self.place.startswith("file:"):
                _sync(Path(unquote(urlsplit(self.place).path)) / key)
        except (BaseError, OSError) as error:
            raise NotYet(
                f"a document cannot be kept at {self.place}: {_sentence(error)}"
            ) from error
        return self.place

    def read(self, place: str, sha256: str) -> bytes | Reason:
        """Return the bytes with this hash, or why they are missing or changed. Raise `NotYet`."""
        return read(place, sha256)

    def problems(self) -> list[str]:
        """Return why the store cannot be used now, or nothing."""
        try:
            obstore.head(_opened(self.place), "whether-it-answers")
        except FileNotFoundError:
            return []
        except (BaseError, OSError) as error:
            return [f"The object store {self.place} cannot be reached: {_sentence(error)}"]
        return []


def read(place: str, sha256: str) -> bytes | Reason:
    """Return the bytes with this hash, or why they are missing or changed. Raise `NotYet`."""
    try:
        content = obstore.get(_opened(place), _key(sha256)).bytes().to_bytes()
    except FileNotFoundError:
        return Reason(
            "content_lost",
            f"The object {_key(sha256)} is not in {place}: restore it from a backup.",
        )
    except (BaseError, OSError) as error:
        raise NotYet(f"{place} cannot be read: {_sentence(error)}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        reason = f"The object {_key(sha256)} in {place} has changed: restore it from a backup."
        return Reason("content_changed", reason)
    return content


@cache
def _opened(place: str) -> Any:
    scheme = urlsplit(place).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"its URL begins with none of {', '.join(SCHEMES)}")
    return (
        from_url(place, mkdir=True) if scheme == "file" else from_url(place, retry_config=PATIENCE)
    )


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}.pdf"


def _sync(path: Path) -> None:
    """Flush the file and the folders that name it to disk: the database row must not exist without
    the file.
    """
    for entry in (path, path.parent, path.parent.parent):
        descriptor = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sentence(error: Exception) -> str:
    return " ".join(str(error).partition("Debug source:")[0].split())
