"""Documents rendered in child processes: what a template does there, it does to nobody else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.documents.adapters.render_process import do
from services.documents.domain.branding import BUILT_IN, Asset, Branding, Template
from services.documents.domain.document import Rendered
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.errors import AftercartError
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool

PRELOAD = "services.documents.adapters.preload"
USUAL = Limits(seconds=60, busy=60, memory=1024, jobs=200)


class RenderingFailed(AftercartError):
    """A document was not rendered; the sentence says why."""


class RenderPool:
    """Renders in as many children as threads ask at the same time."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self.pool = ProcessPool(limits, PRELOAD)

    def open(self) -> None:
        """Has the first child forked, so that the first document does not wait until all is
        loaded.
        """
        self.pool.open()

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        """The PDF of a document; with the built-in template where the shop's fails, which
        `fallback` then tells. Raises `RenderingFailed`.
        """
        try:
            return self._render(snapshot, branding)
        except RenderingFailed as error:
            if branding.template == Template():
                raise
            return replace(
                self._render(snapshot, replace(branding, template=Template())), fallback=str(error)
            )

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered | Reason:
        """The document with this very template, or why there is none."""
        try:
            rendered: Rendered = self._ask("render_strictly", snapshot, branding)
            return rendered
        except RenderingFailed as error:
            return Reason("template_failed", f"The template was tried and failed: {error}.")

    def shrink(self, picture: bytes, description: str) -> Asset | Reason:
        """A picture, checked and small enough to print, or why there is none."""
        try:
            asset: Asset = self._ask("shrink", picture, description)
            return asset
        except RenderingFailed as error:
            return Reason("no_picture", f"The picture cannot be used: {error}.")

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Titles and PDFs as one PDF with an outline, and its number of pages. Raises
        `RenderingFailed`.
        """
        bound: tuple[bytes, int] = self._ask("merge", documents)
        return bound

    def close(self) -> None:
        """Lets the children end."""
        self.pool.close()

    def _render(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered:
        rendered: Rendered = self._ask("render", snapshot, branding)
        return rendered

    def _ask(self, method: str, *arguments: Any) -> Any:
        """What the engine's method returns. Raises `RenderingFailed`."""
        outcome = self.pool.run(do, method, *arguments)
        if isinstance(outcome, Failed):
            raise RenderingFailed(outcome.reason)
        return outcome
