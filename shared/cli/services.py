"""What is installed here: the services, loaded only when they are wanted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import click

from shared.runtime.errors import AftercartError

if TYPE_CHECKING:  # it brings the database along, which most commands never touch
    from shared.runtime.service import Service


def _found() -> "dict[str, Callable[[], Service]]":
    points = sorted(entry_points(group="aftercart.services"), key=lambda point: point.name)
    return {point.name: point.load for point in points}


@dataclass(frozen=True)
class Installation:
    """`loaders`: how each service is loaded, by name; all that are installed unless given."""

    loaders: "Mapping[str, Callable[[], Service]]" = field(default_factory=_found)

    @property
    def names(self) -> list[str]:
        """The services' names."""
        return list(self.loaders)

    def service(self, name: str) -> "Service":
        """Loads one. Raises `AftercartError` where there is none of that name, or its code cannot
        be imported.
        """
        self.require([name])
        try:
            return self.loaders[name]()
        except Exception as error:  # whatever its modules do while they are imported
            raise AftercartError(
                f"The service '{name}' cannot be loaded ({type(error).__name__}: {error}); install"
                " it again."
            ) from error

    def services(self, names: Iterable[str] = ()) -> "list[Service]":
        """Loads those named, or all."""
        return [self.service(name) for name in names or self.names]

    def require(self, names: Iterable[str]) -> None:
        """Raises `AftercartError` for the first name that no service has."""
        for name in names:
            if name not in self.loaders:
                raise AftercartError(f"There is no service '{name}'{suggestion(name, self.names)}")


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The end of a sentence about a wrong name: `; did you mean 'order.place'?`, or what there
    is.
    """
    known = list(known)
    close = get_close_matches(wrong, known, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(repr(name) for name in close)}?"
    return f"; there are {', '.join(known)}." if known else "; none is installed."


pass_installation = click.make_pass_decorator(Installation, ensure=True)
