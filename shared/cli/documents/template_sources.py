"""Options with the parts of a template: files, or one line of text."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from shared.cli.requests import read_data
from shared.cli.shop_client import Data

F = TypeVar("F", bound=Callable[..., Any])
PARTS = ("html", "css", "subject", "text")
service_argument = click.argument("service", type=click.Choice(["documents", "notify"]))
name_argument = click.argument("name", metavar="TEMPLATE")
SOURCES = (
    click.option("--html", type=click.File("r", "utf-8"), help="File with the HTML (Jinja)."),
    click.option("--css", type=click.File("r", "utf-8"), help="File with the styles."),
    click.option("--subject", metavar="TEXT", help="Subject line of a mail (Jinja)."),
    click.option(
        "--text",
        type=click.File("r", "utf-8"),
        help="File with the text of a mail (Jinja), paragraphs separated by empty lines.",
    ),
    click.option(
        "--from",
        "source",
        metavar="FILE",
        help="JSON with these parts, as `template show` prints; `-` reads standard input.",
    ),
)


def source_options(command: F) -> F:
    """Add the options with the parts of a template."""
    for option in reversed(SOURCES):
        command = option(command)
    return command


def parts_of(
    html: Any = None,
    css: Any = None,
    subject: str | None = None,
    text: Any = None,
    source: str | None = None,
) -> Data:
    """Return the given parts of a template."""
    parts: Data = {}
    if source:
        read = read_data(source)
        parts = {name: read[name] for name in PARTS if name in read}
    for name, file in (("html", html), ("css", css), ("text", text)):
        if file:
            parts[name] = file.read()
    if subject is not None:
        parts["subject"] = subject
    return parts
