"""Run services: broker, pipeline, outbox, database, settings, logs. Knows no service by name."""

import sys

UNUSED = ("colorama", "greenlet", "rich")


def _import_structlog() -> None:
    """Import structlog without libraries that it would load where they are installed, and that logs
    here do not use: rich, for tracebacks in colour, with pygments for their source (5 MB of every
    process), greenlet, and colorama, for Windows, with ctypes (2 MB).
    """
    if "structlog" in sys.modules:
        return
    hidden = [name for name in UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import structlog  # noqa: F401, PLC0415
    finally:
        for name in hidden:
            del sys.modules[name]


_import_structlog()
