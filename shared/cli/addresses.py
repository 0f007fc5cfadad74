"""Define the options for the parts of a postal address."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
PARTS = {
    "name": "The name of the recipient.",
    "company": "The company.",
    "line1": "Street and house number.",
    "line2": "A second line, such as a building or floor.",
    "postcode": "The postcode.",
    "city": "The city.",
    "region": "The region or state.",
    "country": "The country's two-letter code, such as DE.",
    "phone": "The phone number.",
    "vat_number": "The VAT number.",
}
"""The parts of an address, with the help of their options."""


def address_options(parts: Iterable[str] = PARTS) -> Callable[[F], F]:
    """Return a decorator that adds an option for each part: `--vat-number` for `vat_number`."""

    def add(command: F) -> F:
        for part in reversed(list(parts)):
            flag = f"--{part.replace('_', '-')}"
            command = click.option(flag, part, metavar="TEXT", help=PARTS[part])(command)
        return command

    return add


def address_line(address: Mapping[str, Any]) -> str:
    """Return the parts of an address on one line."""
    return ", ".join(str(address[part]) for part in PARTS if address.get(part))
