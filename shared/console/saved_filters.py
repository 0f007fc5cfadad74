"""Store the filters that users saved, in a JSON file beside that of the users."""

import json
import os
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

MAX_FILTERS = 30  # of each user and area
MAX_NAME, MAX_QUERY = 60, 1000
TRANSIENT = ("cursor", "_save")
Saved = dict[str, dict[str, dict[str, str]]]


class SavedFilters:
    """Filters by user, area and name; a filter is the query of an address."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()

    def of(self, user: str, area: str) -> dict[str, str]:
        """Return the saved filters of a user in an area, by name."""
        return self._read().get(user, {}).get(area, {})

    def save(self, user: str, area: str, name: str, query: str) -> bool:
        """Save a filter, or replace the one with this name. Return whether there was room."""
        name, query = name.strip()[:MAX_NAME], lasting(query)[:MAX_QUERY]
        with self._lock:
            stored = self._read()
            filters = stored.setdefault(user, {}).setdefault(area, {})
            if not name or (name not in filters and len(filters) >= MAX_FILTERS):
                return False
            filters[name] = query
            self._write(stored)
        return True

    def remove(self, user: str, area: str, name: str) -> None:
        """Remove a filter, if it exists."""
        with self._lock:
            stored = self._read()
            if stored.get(user, {}).get(area, {}).pop(name, None) is not None:
                self._write(stored)

    def _read(self) -> Saved:
        try:
            found: Saved = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, stored: Saved) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_text(json.dumps(stored, indent=1, ensure_ascii=False), "utf-8")
        draft.replace(self._path)


def lasting(query: str) -> str:
    """Return a query without the parameters that belong to one page, and without empty ones."""
    pairs = [pair for pair in parse_qsl(query) if pair[0] not in TRANSIENT]
    return urlencode(pairs)
