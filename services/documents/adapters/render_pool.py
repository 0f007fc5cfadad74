"""Documents rendered in child processes: what a template does there, it does to nobody else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.documents.adapters.render_process import do
from services.documents.domain.branding import BUILT_IN, Asset, Look, Template
from services.documents.domain.document import Rendered
from services.documents.domain.objections import Objection
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.errors import AftercartError
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool

PRELOAD = "services.documents.adapters.preload"
USUAL = Limits(seconds=60, busy=60, memory=1024, jobs=200)


class RenderingFailed(AftercartError):
    """A document was not rendered; the sentence says why."""


class Press:
    """Renders in as many children as threads ask at the same time."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self.pool = ProcessPool(limits, PRELOAD)

    def open(self) -> None:
        """Has the first child forked, so that the first document does not wait until all is
        loaded.
        """
        self.pool.open()

    def render(self, snapshot: DocumentSnapshot, look: Look = BUILT_IN) -> Rendered:
        """The PDF of a document; with the built-in template where the shop's fails, which
        `fallback` then tells. Raises `RenderingFailed`.
        """
        try:
            return self._render(snapshot, look)
        except RenderingFailed as error:
            if look.template == Template():
                raise
            return replace(
                self._render(snapshot, replace(look, template=Template())), fallback=str(error)
            )

    def attempt(self, snapshot: DocumentSnapshot, look: Look) -> Rendered | Objection:
        """The document with this very template, or why there is none."""
        try:
            rendered: Rendered = self._ask("attempt", snapshot, look)
            return rendered
        except RenderingFailed as error:
            return Objection("template_failed", f"The template was tried and failed: {error}.")

    def shrink(self, picture: bytes, description: str) -> Asset | Objection:
        """A picture, checked and small enough to print, or why there is none."""
        try:
            asset: Asset = self._ask("shrink", picture, description)
            return asset
        except RenderingFailed as error:
            return Objection("no_picture", f"The picture cannot be used: {error}.")

    def bind(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Titles and PDFs as one PDF with an outline, and its number of pages. Raises
        `RenderingFailed`.
        """
        bound: tuple[bytes, int] = self._ask("bind", documents)
        return bound

    def close(self) -> None:
        """Lets the children end."""
        self.pool.close()

    def _render(self, snapshot: DocumentSnapshot, look: Look) -> Rendered:
        rendered: Rendered = self._ask("render", snapshot, look)
        return rendered

    def _ask(self, method: str, *arguments: Any) -> Any:
        """What the engine's method returns. Raises `RenderingFailed`."""
        outcome = self.pool.run(do, method, *arguments)
        if isinstance(outcome, Failed):
            raise RenderingFailed(outcome.reason)
        return outcome
