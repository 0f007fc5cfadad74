"""Documents rendered in child processes, forked beforehand, with limits of time and memory."""

import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Any

from services.documents.adapters.child import Failure, Limits, serve
from services.documents.domain.document import Rendered
from services.documents.domain.look import BUILT_IN, Asset, Look, Template
from services.documents.domain.objections import Objection
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.errors import AftercartError

WARM = "services.documents.adapters.warm"


class RenderingFailed(AftercartError):
    """A document was not rendered; the sentence says why."""


class Press:
    """As many children as threads ask at the same time. A child that failed is never asked again."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._idle, self._lock = limits, list[_Child](), Lock()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([WARM])

    def open(self) -> None:
        """Has the first child forked, so that the first document does not wait until all is loaded."""
        with self._lock:
            self._idle.append(_Child(self._context, self._limits))

    def render(self, snapshot: DocumentSnapshot, look: Look = BUILT_IN) -> Rendered:
        """The PDF of a document; with the built-in template where the shop's fails, which `fallback` then tells.
        Raises `RenderingFailed`.
        """
        try:
            return self._ask(snapshot, look)
        except RenderingFailed as error:
            if look.template == Template():
                raise
            return replace(self._ask(snapshot, replace(look, template=Template())), fallback=str(error))

    def attempt(self, snapshot: DocumentSnapshot, look: Look) -> Rendered | Objection:
        """The document with this very template, or why there is none."""
        try:
            with self._child() as child:
                rendered: Rendered = child.ask("attempt", snapshot, look)
            return rendered
        except RenderingFailed as error:
            return Objection("template_failed", f"The template was tried and failed: {error}.")

    def shrink(self, picture: bytes, description: str) -> Asset | Objection:
        """A picture, checked and small enough to print, or why there is none."""
        try:
            with self._child() as child:
                asset: Asset = child.ask("shrink", picture, description)
            return asset
        except RenderingFailed as error:
            return Objection("no_picture", f"The picture cannot be used: {error}.")

    def bind(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Titles and PDFs as one PDF with an outline, and its number of pages. Raises `RenderingFailed`."""
        with self._child() as child:
            bound: tuple[bytes, int] = child.ask("bind", documents)
        return bound

    def close(self) -> None:
        """Lets the children end."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.end()

    def _ask(self, *arguments: Any) -> Rendered:
        with self._child() as child:
            rendered: Rendered = child.ask("render", *arguments)
        return rendered

    @contextmanager
    def _child(self) -> Iterator["_Child"]:
        child = self._take()
        try:
            yield child
        except BaseException:
            child.end()
            raise
        if child.asked >= self._limits.documents:
            child.end()
            return
        with self._lock:
            self._idle.append(child)

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.process.is_alive():
                    return child
                child.end()
        return _Child(self._context, self._limits)


class _Child:
    """One process and the way to it."""

    def __init__(self, context: Any, limits: Limits) -> None:
        self._limits, self.asked = limits, 0
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, limits), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        """What the engine's method returns. Raises `RenderingFailed`."""
        self.asked += 1
        try:
            self._connection.send((method, arguments))
            if not self._connection.poll(self._limits.seconds):
                raise RenderingFailed(f"it took longer than {self._limits.seconds} s")
            outcome = self._connection.recv()
        except (EOFError, ConnectionError):
            raise RenderingFailed(self._why_dead()) from None
        if isinstance(outcome, Failure):
            raise RenderingFailed(outcome.reason)
        return outcome

    def end(self) -> None:
        """At once, whatever it does."""
        with contextlib.suppress(ValueError):
            self.process.kill()
            self.process.join()
            self.process.close()
        self._connection.close()

    def _why_dead(self) -> str:
        self.process.join()
        return f"its process ended with {self.process.exitcode} (a negative number is the signal)"
