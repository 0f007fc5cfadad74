"""The unit of work of `ingest`: the stores that a handler may use, its locks and its adapters."""

from services.ingest.work.unit import (
    MESSAGE as MESSAGE,
    ORDER as ORDER,
    THREAD as THREAD,
    UNMERGED_THREAD as UNMERGED_THREAD,
    Work as Work,
)
