"""Find the installed services by their entry points, and load them when they are needed."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import click

from shared.clients.phrases import suggestion
from shared.runtime.errors import AftercartError

if TYPE_CHECKING:  # imports the database layer, which most commands never use
    from shared.runtime.service import Service


def _installed() -> "dict[str, Callable[[], Service]]":
    points = sorted(entry_points(group="aftercart.services"), key=lambda point: point.name)
    return {point.name: point.load for point in points}


@dataclass(frozen=True)
class Installation:
    """The services of this installation; `loaders` load each by its name."""

    loaders: "Mapping[str, Callable[[], Service]]" = field(default_factory=_installed)

    @property
    def names(self) -> list[str]:
        """The services' names."""
        return list(self.loaders)

    def service(self, name: str) -> "Service":
        """Load a service. Raises `AftercartError` if it is not installed or cannot be imported."""
        self.require([name])
        try:
            with _collector_paused():
                return self.loaders[name]()
        except Exception as error:  # any error of the modules that are imported
            raise AftercartError(
                f"The service '{name}' cannot be loaded ({type(error).__name__}: {error}); install"
                " it again."
            ) from error

    def services(self, names: Iterable[str] = ()) -> "list[Service]":
        """Load the named services, or all."""
        return [self.service(name) for name in names or self.names]

    def require(self, names: Iterable[str]) -> None:
        """Raise `AftercartError` for the first name that no service has."""
        for name in names:
            if name not in self.loaders:
                raise AftercartError(f"There is no service '{name}'{suggestion(name, self.names)}")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector while modules are imported: it frees nothing, and takes a fifth
    of the time in which a worker starts. If it is paused already, it remains so.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


pass_installation = click.make_pass_decorator(Installation, ensure=True)
