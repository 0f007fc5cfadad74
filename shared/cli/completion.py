"""`aftercart completion`: complete commands, options and names in the shell."""

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete

from shared.cli.messages.message_names import public_names
from shared.cli.services import Installation
from shared.contracts.message import Message

VARIABLE = "_AFTERCART_COMPLETE"
SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(short_help="Print a script that completes commands in the shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script for a SHELL: it completes commands, options, and names of messages, services
    and files.

    \b
    Examples:
      aftercart completion bash > ~/.local/share/bash-completion/completions/aftercart
      aftercart completion zsh > ~/.zfunc/_aftercart    # a directory of $fpath
      aftercart completion fish > ~/.config/fish/completions/aftercart.fish
    """  # noqa: D301 - click reads \b
    script = SHELLS[shell](ctx.find_root().command, {}, "aftercart", VARIABLE)
    click.echo(script.source())


class ServiceName(click.ParamType[str]):
    """The name of an installed service."""

    name = "service"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the services that begin with these letters."""
        return _beginning(Installation().names, incomplete)


class MessageName(click.ParamType[str]):
    """The name of a message of one kind, such as commands."""

    name = "name"

    def __init__(self, kind: type[Message]) -> None:
        self._kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the messages that begin with these letters."""
        return _beginning(public_names(self._kind), incomplete)


def _beginning(names: list[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
