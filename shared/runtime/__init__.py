"""Run services: broker, pipeline, outbox, database, settings, logs. Knows no service by name."""

import sys


def _import_structlog() -> None:
    """Import structlog without rich, which it would load for tracebacks in colour, with pygments
    for their source. Logs here have plain ones, and every process would take 5 MB more.
    """
    if "structlog" in sys.modules or "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog  # noqa: F401, PLC0415
    finally:
        del sys.modules["rich"]


_import_structlog()
