"""Faults that WeasyPrint only logs: missing pictures and invalid styles."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.writing.fault import Fault

WARNED = ("Parse error", "Invalid or unsupported selector", "Expected a media type")
IGNORED = re.compile(r"Ignored `(.*)` at (\d+):\d+, invalid value\.", re.DOTALL)


class TemplateFault(ValueError):
    """A template can be printed, but not as it was meant. `part` is the field that holds the
    mistake, None if that is unknown.
    """

    def __init__(self, sentence: str, part: str | None = None) -> None:
        super().__init__(sentence)
        self.part = part


class _Listener(logging.Handler):
    def __init__(self, hear: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(logging.WARNING)
        self.hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self.hear(record)


@contextmanager
def faults() -> Iterator[list[str]]:
    """Collect the faults that WeasyPrint logs inside the `with` block."""
    heard: list[str] = []

    def hear(record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or text.startswith(WARNED):
            heard.append(text)

    with _listening(hear):
        yield heard


@contextmanager
def ignored_values() -> Iterator[list[Fault]]:
    """Collect the values that WeasyPrint ignores while it reads styles inside the `with` block."""
    heard: list[Fault] = []

    def hear(record: logging.LogRecord) -> None:
        found = IGNORED.fullmatch(record.getMessage())
        if found:
            declaration = " ".join(found[1].split())
            sentence = f"documents do not support '{declaration}': check the value"
            heard.append(Fault(int(found[2]), sentence))

    with _listening(hear):
        yield heard


@contextmanager
def _listening(hear: Callable[[logging.LogRecord], None]) -> Iterator[None]:
    listener, log = _Listener(hear), logging.getLogger("weasyprint")
    log.addHandler(listener)
    try:
        yield
    finally:
        log.removeHandler(listener)
