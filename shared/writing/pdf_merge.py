"""PDFs bound into one, to be printed: each begins on a page of its own and has an entry in the
outline.
"""

import io
from collections.abc import Iterable

import pikepdf


class PdfMerger:
    """Takes PDFs one after another. It is for paper: the tags that screen readers use stay in the
    single documents.
    """

    def __init__(self) -> None:
        self._pdf = pikepdf.new()
        self._titles: list[tuple[str, int]] = []

    @property
    def pages(self) -> int:
        """How many there are so far."""
        return len(self._pdf.pages)

    def add(self, title: str, content: bytes) -> None:
        """Binds a PDF behind the others. Raises `pikepdf.PdfError` for what is none."""
        self._titles.append((title, self.pages))
        with pikepdf.open(io.BytesIO(content)) as pdf:
            self._pdf.pages.extend(pdf.pages)

    def finish(self) -> bytes:
        """The whole. The same documents give the same bytes."""
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
    """Titles and PDFs as one PDF, and its number of pages."""
    merger = PdfMerger()
    for title, content in documents:
        merger.add(title, content)
    return merger.finish(), merger.pages
