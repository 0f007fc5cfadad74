"""A group of commands that are loaded one by one, so that a broken one breaks only itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import click

from shared.runtime.errors import AftercartError

MORE_COMMANDS = "aftercart.commands"  # the entry points by which other packages add commands
WRONG_USAGE = 64  # exit code (EX_USAGE); click's own 2 means "refused" here


class Fault(click.ClickException):
    """An error of ours on its way to standard error."""

    def show(self, file: Any = None) -> None:
        click.secho(self.format_message(), fg="red", err=True, file=file)


class LazyGroup(click.Group):
    """`built_in`: name -> `module:attribute`, in the order of the help. Installed packages add
    theirs behind.
    """

    def __init__(self, *args: Any, built_in: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._built_in = built_in

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._loaders())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        load = self._loaders().get(cmd_name)
        return _loaded(cmd_name, load) if load else None

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _wrong_usage():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _wrong_usage():
                return super().invoke(ctx)
        except AftercartError as error:
            raise Fault(str(error)) from error

    def _loaders(self) -> dict[str, Callable[[], Any]]:
        found: dict[str, Callable[[], Any]] = {
            name: partial(_load, path) for name, path in self._built_in.items()
        }
        for point in sorted(entry_points(group=MORE_COMMANDS), key=lambda point: point.name):
            found.setdefault(point.name, point.load)
        return found


@contextmanager
def _wrong_usage() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.show()
        raise click.exceptions.Exit(WRONG_USAGE) from error


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _loaded(name: str, load: Callable[[], Any]) -> click.Command:
    try:
        command = load()
    except Exception as error:  # whatever a package does while it is imported
        return _stand_in(name, f"{type(error).__name__}: {error}")
    if isinstance(command, click.Command):
        return command
    return _stand_in(name, f"it is a {type(command).__name__} and no click command")


def _stand_in(name: str, reason: str) -> click.Command:
    def tell(**_: Any) -> None:
        raise AftercartError(
            f"The command '{name}' cannot be loaded ({reason}); install its package again."
        )

    return click.Command(
        name,
        callback=tell,
        help=f"Cannot be loaded: {reason}",
        context_settings={"ignore_unknown_options": True},
        params=[click.Argument(["ignored"], nargs=-1)],
    )
