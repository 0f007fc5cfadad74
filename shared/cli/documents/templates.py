"""`aftercart template`: templates of documents and mails, their versions and previews."""

from collections.abc import Sequence
from typing import Any

import click

from shared.cli.documents.template_preview import preview
from shared.cli.documents.template_sources import (
    PARTS,
    name_argument,
    parts_of,
    service_argument,
    source_options,
)
from shared.cli.options import by_option, json_option, shop_option, wait_option
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import (
    clean,
    minute,
    print_found,
    print_line,
    print_note,
    print_records,
)

language_choice = click.option(
    "--language",
    metavar="CODE",
    help="The template's language; by default the template for all languages.",
)


@click.group(short_help="Handle templates of documents and mails.")
def template() -> None:
    """List, show, preview and replace templates of documents (SERVICE `documents`) and mails
    (`notify`).

    TEMPLATE is a kind of document or a mail, such as invoice or order_conf; the template `layout`
    of `notify` is the frame of all mails.
    """


template.add_command(preview)


@template.command("list", short_help="List the shop's own templates.")
@service_argument
@json_option
@shop_option
@wait_option
def list_templates(service: str, as_json: bool, shop: str, wait: float) -> None:
    """List the templates that the shop has replaced."""
    with open_shop_client(shop, wait, "template") as client:
        found = client.request("template.list", {"service": service})["templates"]
    if as_json:
        print_records(found)
        return
    rows: list[Sequence[Cell]] = []
    for each in found:
        number = str(each["version_number"])
        rows.append((each["template"], each["language"] or "all languages", number))
    titles = ("Template", "Language", Right("Version"))
    print_table(titles, rows, empty="All templates are the built-in ones.")


@template.command(short_help="Show a template.")
@service_argument
@name_argument
@language_choice
@click.option("--version", type=click.IntRange(1), metavar="NUMBER", help="An earlier version.")
@click.option("--built-in", is_flag=True, help="The built-in template instead of the shop's.")
@click.option("--part", type=click.Choice(PARTS), help="Print this part only, as it is.")
@json_option
@shop_option
@wait_option
def show(
    service: str,
    name: str,
    language: str | None,
    version: int | None,
    as_json: bool,
    shop: str,
    wait: float,
    **chosen: Any,
) -> None:
    """Show the shop's TEMPLATE as JSON, or one part of it.

    \b
    Example:
      aftercart template show notify layout --built-in --part html > layout.html
    """  # noqa: D301 - click reads \b
    query = _named(service, name, language) | {"version_number": version}
    with open_shop_client(shop, wait, "template") as client:
        answer = client.request("template.get", query)
    found = answer["built_in_template"] if chosen["built_in"] else answer["shop_template"]
    if found is None:
        print_note("The built-in template is used; --built-in shows it.", style="dim")
    elif chosen["part"]:
        source = found[chosen["part"]]
        click.echo(source, nl=not source.endswith("\n"))
    else:
        print_found({name: found[name] for name in PARTS}, as_json=as_json)


@template.command(short_help="Replace a built-in template.")
@service_argument
@name_argument
@language_choice
@source_options
@by_option
@shop_option
@wait_option
def put(
    service: str, name: str, language: str | None, by: str, shop: str, wait: float, **sources: Any
) -> None:
    """Replace parts of the TEMPLATE; the others stay as they are.

    A template that fails on sample data is refused. `template preview` shows the result before.

    \b
    Examples:
      aftercart template put notify layout --html layout.html --css layout.css
      aftercart template put notify payment --language fa --text payment.fa.txt
    """  # noqa: D301 - click reads \b
    data = _named(service, name, language) | parts_of(**sources) | {"by": by}
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.put", data)
    print_line(f"the template of '{clean(name)}' is stored", style="green")


@template.command(short_help="List who changed a template, and when.")
@service_argument
@name_argument
@language_choice
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    metavar="NUMBER",
    default=20,
    show_default=True,
    help="The maximum number of versions.",
)
@json_option
@shop_option
@wait_option
def versions(
    service: str,
    name: str,
    language: str | None,
    limit: int,
    as_json: bool,
    shop: str,
    wait: float,
) -> None:
    """List the versions of a template, newest first: the first one is used.

    `template show --version` prints one, `template restore` uses one again.
    """
    query = _named(service, name, language) | {"limit": limit}
    with open_shop_client(shop, wait, "template") as client:
        answer = client.request("template.versions", query)
        zone = "UTC" if as_json else client.zone()
    if as_json:
        print_records(answer["versions"])
        return
    rows: list[Sequence[Cell]] = []
    for version in answer["versions"]:
        number = str(version["version_number"])
        rows.append((number, minute(version["at"], zone), version["by"], _origin(version)))
    titles = (Right("Version"), "Changed", "By", "Template")
    print_table(titles, rows, empty="The template was never changed.")


@template.command(short_help="Use an earlier version again.")
@service_argument
@name_argument
@click.argument("version", type=click.IntRange(1))
@language_choice
@by_option
@shop_option
@wait_option
def restore(
    service: str, name: str, version: int, language: str | None, by: str, shop: str, wait: float
) -> None:
    """Use the VERSION of a template again; it becomes the newest one."""
    data = _named(service, name, language) | {"version_number": version, "by": by}
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.restore", data)
    print_line(f"'{clean(name)}' is as in version {version} again", style="green")


@template.command(short_help="Restore a built-in template.")
@service_argument
@name_argument
@language_choice
@by_option
@shop_option
@wait_option
def reset(service: str, name: str, language: str | None, by: str, shop: str, wait: float) -> None:
    """Restore the built-in TEMPLATE. The shop's stays among the versions."""
    data = _named(service, name, language) | {"by": by}
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.reset", data)
    print_line(f"'{clean(name)}' uses its built-in template again", style="green")


def _origin(version: Data) -> str:
    if version["built_in"]:
        return "the built-in one"
    if version["restored"]:
        return f"as in version {version['restored']}"
    return ""


def _named(service: str, name: str, language: str | None) -> Data:
    return {"service": service, "template": name, "language": language}
