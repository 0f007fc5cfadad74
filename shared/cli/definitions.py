"""Create groups of commands for JSON definitions of a shop: list, show, put and remove them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from shared.cli.files import file_argument
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.table import Cell, print_table
from shared.cli.terminal import clean, print_found, print_line, print_records


@dataclass(frozen=True)
class Definitions:
    """A kind of definition, with its messages, key field, and place in answers."""

    noun: str  # the first part of its messages' names: `contact` of `contact.put`
    key: str
    title: str  # its name in sentences
    listed: str = ""  # the field of the answer to `noun.list`; empty if there is no list
    inner: str = ""  # the field of a listed entry with the definition; empty for the entry itself
    removed_by: str = ""  # `remove` or `disable`; empty if it cannot be removed

    def group(self, name: str) -> click.Group:
        """Return the group of commands."""
        found = click.Group(
            name,
            help=f"List, show and put the {self.title}s of the shop, as JSON.",
            short_help=f"List, show and put {self.title}s.",
        )
        for command in self._commands():
            found.add_command(command)
        return found

    def _commands(self) -> Iterator[click.Command]:
        if self.listed:
            yield self._list()
        yield self._show()
        yield self._put()
        if self.removed_by:
            yield self._remove()

    def _list(self) -> click.Command:
        @click.command("list", short_help="List all.")
        @json_option
        @shop_option
        @wait_option
        def list_all(as_json: bool, shop: str, wait: float) -> None:
            with open_shop_client(shop, wait, self.noun) as client:
                found = list(client.pages(f"{self.noun}.list", {}, self.listed))
            if as_json:
                print_records(found)
                return
            print_table(
                (self.key.replace("_", " ").capitalize(), "Name", "State"),
                map(self._row, found),
                empty=f"The shop has no {self.title}.",
            )

        return _with_help(list_all, f"List every {self.title} of the shop.")

    def _show(self) -> click.Command:
        @click.command("show", short_help="Show one as JSON.")
        @click.argument("key")
        @json_option
        @shop_option
        @wait_option
        def show(key: str, as_json: bool, shop: str, wait: float) -> None:
            with open_shop_client(shop, wait, self.noun) as client:
                found = client.request(f"{self.noun}.get", {self.key: key})
            print_found(found, as_json=as_json)

        return _with_help(show, f"Show the {self.title} KEY as JSON.")

    def _put(self) -> click.Command:
        @click.command("put", short_help="Add or change one.")
        @file_argument
        @shop_option
        @wait_option
        def put(file: str, shop: str, wait: float) -> None:
            data = read_data(file)
            with open_shop_client(shop, wait, self.noun) as client:
                client.request(f"{self.noun}.put", data)
            print_line(f"{self.title} '{clean(str(data.get(self.key)))}' is stored", style="green")

        return _with_help(
            put,
            f"Add the {self.title} in FILE (JSON; `-` reads standard input), or change the one with"
            " its key. Fields that are not in FILE do not change.",
        )

    def _remove(self) -> click.Command:
        ended = "disabled"
        if self.removed_by == "remove":
            ended = "removed"

        @click.command(self.removed_by, short_help=f"{self.removed_by.capitalize()} one.")
        @click.argument("key")
        @shop_option
        @wait_option
        def remove(key: str, shop: str, wait: float) -> None:
            with open_shop_client(shop, wait, self.noun) as client:
                client.request(f"{self.noun}.{self.removed_by}", {self.key: key})
            print_line(f"{self.title} '{clean(key)}' is {ended}", style="green")

        return _with_help(remove, f"{self.removed_by.capitalize()} the {self.title} KEY.")

    def _row(self, entry: Data) -> Sequence[Cell]:
        definition = entry
        if self.inner:
            definition = entry[self.inner]
        return definition[self.key], _name(definition), _usable(entry)


def _with_help(command: click.Command, text: str) -> click.Command:
    command.help = text
    return command


def _name(definition: Data) -> str:
    names = definition.get("names") or definition.get("labels") or {}
    if names:
        return str(names.get("en") or next(iter(names.values())))
    return str(definition.get("title") or definition.get("email") or "")


def _usable(entry: Data) -> str:
    if "usable" not in entry:
        return ""
    if entry["usable"]:
        return "usable"
    return str(entry["reason"])
