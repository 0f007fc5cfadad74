"""Merge PDFs into one for printing. Each starts on a new page and has an entry in the outline."""

import io
from collections.abc import Iterable

import pikepdf


class PdfMerger:
    """Merges PDFs one by one. The result lacks the tags for screen readers, since it is printed."""

    def __init__(self) -> None:
        self._pdf = pikepdf.new()
        self._titles: list[tuple[str, int]] = []

    @property
    def pages(self) -> int:
        """Return the number of pages so far."""
        return len(self._pdf.pages)

    def add(self, title: str, content: bytes) -> None:
        """Append a PDF. Raises `pikepdf.PdfError` if the content is not a PDF."""
        self._titles.append((title, self.pages))
        with pikepdf.open(io.BytesIO(content)) as pdf:
            self._pdf.pages.extend(pdf.pages)

    def finish(self) -> bytes:
        """Return the merged PDF. The same documents give the same bytes."""
        for page in self._pdf.pages:
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
        with self._pdf.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(title, page) for title, page in self._titles)
        out = io.BytesIO()
        self._pdf.save(
            out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return out.getvalue()


def merge(documents: Iterable[tuple[str, bytes]]) -> tuple[bytes, int]:
    """Merge PDFs, given with their titles. Return the PDF and its number of pages."""
    merger = PdfMerger()
    for title, content in documents:
        merger.add(title, content)
    return merger.finish(), merger.pages
