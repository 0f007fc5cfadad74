"""Configure structured logs: JSON lines in production, colours on a terminal, for this code and for
libraries alike.
"""

import logging
import sys
from typing import Any, Protocol

import structlog


class LogSettings(Protocol):
    """The settings of logs: `json`, `console` or `auto`; `debug` to `error`."""

    @property
    def log_format(self) -> str: ...

    @property
    def log_level(self) -> str: ...


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]

# Without local variables, since they hold personal data.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(settings: LogSettings, **always: Any) -> None:
    """Configure logging of the process; `always` is added to every line, as `service="orders"`."""
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    level = getattr(logging, settings.log_level.upper())
    ending: list[Any]
    if as_json:
        ending = [TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    else:
        plain = structlog.dev.plain_traceback
        ending = [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    structlog.configure(
        processors=[*SHARED, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(**always)
    _adopt_stdlib(ending, level, always)


def _adopt_stdlib(ending: list[Any], level: int, always: dict[str, Any]) -> None:
    def stamp(_logger: Any, _name: str, event: Any) -> dict[str, Any]:
        return {**always, **event}  # libraries' threads have no context variables

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, stamp, *ending],
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    # pika logs a lost connection several times; consumer and publisher log it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
