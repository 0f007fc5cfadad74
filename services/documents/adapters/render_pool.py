"""Rendering in child processes: a template that hangs or takes all memory affects no other
document.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from services.documents.adapters.render_job import TemplateFailed, do
from services.documents.adapters.requirements import Requirements, check_apart
from services.documents.domain.branding import BUILT_IN, LOGO, Asset, Branding, Template
from services.documents.domain.rendered import Rendered
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind
from shared.runtime import metrics
from shared.runtime.errors import AftercartError
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool
from shared.writing.suggestions import sentence

PRELOAD = "services.documents.adapters.preload"
RENDERS = metrics.counter(
    "renders",
    "Documents by outcome: done, fallback (by the built-in template, since the shop's failed),"
    " failed",
    "kind",
    "outcome",
)
RENDER_SECONDS = metrics.histogram("render_seconds", "Seconds to render a document", "kind")
DEFAULT_LIMITS = Limits(seconds=60, busy=60, memory=1024, jobs=200)


class RenderingFailed(AftercartError):
    """A document was not rendered; the message says why. `part` is the field of the template that
    holds the mistake.
    """

    part: str | None = None


class RenderPool:
    """Renders in as many child processes as threads ask at the same time."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.pool = ProcessPool(limits, PRELOAD, "renderer")
        for kind in get_args(DocumentKind):
            for outcome in ("done", "fallback", "failed"):
                RENDERS.labels(kind, outcome)  # begin at 0, so that the first failure is a rise

    def open(self) -> None:
        """Begin to load WeasyPrint beside this process, so that the first document waits less."""
        self.pool.open()

    def check(self) -> Requirements:
        """Check whether documents can be rendered here."""
        return check_apart()

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        """Return the PDF of a document. If the shop's template fails, use the built-in one and
        return the error in `fallback`. Raise `RenderingFailed`.
        """
        with RENDER_SECONDS.labels(snapshot.kind).time():
            try:
                rendered = self._render_or_fall_back(snapshot, branding)
            except RenderingFailed:
                RENDERS.labels(snapshot.kind, "failed").inc()
                raise
        RENDERS.labels(snapshot.kind, "fallback" if rendered.fallback else "done").inc()
        return rendered

    def _render_or_fall_back(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered:
        try:
            return self._render(snapshot, branding)
        except RenderingFailed as error:
            if branding.template == Template():
                raise
            return replace(
                self._render(snapshot, replace(branding, template=Template())), fallback=str(error)
            )

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered | Reason:
        """Return the PDF rendered with exactly this template, or why that is not possible."""
        try:
            rendered: Rendered = self._ask("render_strictly", snapshot, branding)
            return rendered
        except RenderingFailed as error:
            written = sentence(f"The template was tried and failed: {error}")
            return Reason("template_failed", written, error.part)

    def shrink(self, picture: bytes, description: str, name: str = LOGO) -> Asset | Reason:
        """Return a picture that is checked and small enough to print, or why it cannot be used."""
        try:
            asset: Asset = self._ask("shrink", picture, description, name)
            return asset
        except RenderingFailed as error:
            return Reason("no_picture", f"The picture cannot be used: {error}.")

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Merge PDFs, given with their titles, into one with an outline; return it with its number
        of pages. Raise `RenderingFailed`.
        """
        bound: tuple[bytes, int] = self._ask("merge", documents)
        return bound

    def close(self) -> None:
        """End the child processes."""
        self.pool.close()

    def _render(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered:
        rendered: Rendered = self._ask("render", snapshot, branding)
        return rendered

    def _ask(self, method: str, *arguments: Any) -> Any:
        """Return the result of a method of the engine. Raise `RenderingFailed`."""
        outcome = self.pool.run(do, method, *arguments)
        if isinstance(outcome, Failed):
            error = RenderingFailed(outcome.reason)
            if isinstance(outcome, TemplateFailed):
                error.part = outcome.part
            raise error
        return outcome
