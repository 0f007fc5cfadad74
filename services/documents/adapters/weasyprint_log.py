"""Faults that WeasyPrint only logs: missing pictures and invalid styles."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

WARNED = ("Parse error", "Invalid or unsupported selector", "Expected a media type")


class TemplateFault(ValueError):
    """A template can be printed, but not as it was meant."""


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or text.startswith(WARNED):
            self.heard.append(text)


@contextmanager
def faults() -> Iterator[list[str]]:
    """Collect the faults that WeasyPrint logs inside the `with` block."""
    listener, log = _Listener(), logging.getLogger("weasyprint")
    log.addHandler(listener)
    try:
        yield listener.heard
    finally:
        log.removeHandler(listener)
