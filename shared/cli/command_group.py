"""Load commands one by one when they are used, so that a broken one does not break others."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import click

from shared.runtime.errors import AftercartError

ENTRY_POINTS = "aftercart.commands"  # by which other packages add commands
USAGE_ERROR = 64  # exit code (EX_USAGE); click's own 2 means "refused" here


class Fault(click.ClickException):
    """Print an `AftercartError` on standard error, with exit code 1."""

    def show(self, file: Any = None) -> None:
        click.secho(self.format_message(), fg="red", err=True, file=file)


class LazyGroup(click.Group):
    """A group with commands given as `module:attribute`, by name and in the order of the help.

    Commands of other installed packages follow.
    """

    def __init__(self, *args: Any, built_in: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._built_in = built_in

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._loaders())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        load = self._loaders().get(cmd_name)
        return _command(cmd_name, load) if load else None

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _usage_exit_code():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _usage_exit_code():
                return super().invoke(ctx)
        except AftercartError as error:
            raise Fault(str(error)) from error

    def _loaders(self) -> dict[str, Callable[[], Any]]:
        found: dict[str, Callable[[], Any]] = {
            name: partial(_import, path) for name, path in self._built_in.items()
        }
        for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
            if not point.extras or _is_installed(point.module):
                found.setdefault(point.name, point.load)
        return found


def _is_installed(module: str) -> bool:
    """Return whether the package of a command that belongs to an extra is here: the container image
    lacks `deploy`.
    """
    return find_spec(module.partition(".")[0]) is not None


@contextmanager
def _usage_exit_code() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.show()
        raise click.exceptions.Exit(USAGE_ERROR) from error


def _import(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _command(name: str, load: Callable[[], Any]) -> click.Command:
    try:
        command = load()
    except Exception as error:  # any error of the modules that are imported
        return _placeholder(name, f"{type(error).__name__}: {error}")
    if isinstance(command, click.Command):
        return command
    return _placeholder(name, f"it is of type {type(command).__name__}, not a click command")


def _placeholder(name: str, reason: str) -> click.Command:
    def fail(**_: Any) -> None:
        raise AftercartError(
            f"The command '{name}' cannot be loaded ({reason}); install its package again."
        )

    return click.Command(
        name,
        callback=fail,
        help=f"Cannot be loaded: {reason}",
        context_settings={"ignore_unknown_options": True},
        params=[click.Argument(["ignored"], nargs=-1)],
    )
