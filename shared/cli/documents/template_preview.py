"""`aftercart template preview`: write drafts of documents and mails into files."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import click

from shared.cli.documents.identify import document_id
from shared.cli.documents.template_sources import (
    name_argument,
    parts_of,
    service_argument,
    source_options,
)
from shared.cli.files import open_file, write_file
from shared.cli.options import shop_option, wait_option, without_empty
from shared.cli.shop_client import ShopClient, open_shop_client
from shared.cli.terminal import clean, print_note


@click.command(short_help="Draw a document or mail before a template is used.")
@service_argument
@name_argument
@click.option("--language", metavar="CODE", help="The language of the sample; en by default.")
@source_options
@click.option("--order", metavar="REF-OR-ID", help="For mails: show the data of this order.")
@click.option("--document", metavar="NUMBER-OR-ID", help="For documents: show its data.")
@click.option(
    "--mail",
    metavar="TEMPLATE",
    help="For the template layout: the mail in it; order_conf by default.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write, for mails .html or .eml; by default named after TEMPLATE.",
)
@click.option("--open", "opens", is_flag=True, help="Open the file in the program for its type.")
@shop_option
@wait_option
def preview(
    service: str, name: str, output: Path | None, opens: bool, shop: str, wait: float, **chosen: Any
) -> None:
    """Write a draft of a document (PDF) or a mail (HTML) into a file, with the shop's template or
    the given parts. Nothing is stored or sent.

    \b
    Examples:
      aftercart template preview documents invoice --css brand.css --language fa --open
      aftercart template preview notify layout --html layout.html --order XKBKNABJK
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "template") as client:
        if service == "documents":
            file, content = _document(client, name, **chosen)
        else:
            file, content = _mail(client, name, output, **chosen)
    path = output or Path(file)
    write_file(path, content)
    if opens:
        open_file(path)


def _document(
    client: ShopClient,
    name: str,
    *,
    language: str | None,
    document: str | None,
    order: str | None,
    mail: str | None,
    **sources: Any,
) -> tuple[str, bytes]:
    if order or mail:
        raise click.UsageError("--order and --mail are for mails: name a --document.")
    query = without_empty({"kind": name, "language": language})
    for each, part in parts_of(**sources).items():
        if part:  # JSON of `template show` has the parts of mails, too, which are empty
            query[each] = part
    if document:
        query["document_id"] = document_id(client, document)
    answer = client.request("document.preview", query)
    return f"{name}-{answer['language']}.pdf", b64decode(answer["content"])


def _mail(
    client: ShopClient,
    name: str,
    output: Path | None,
    *,
    language: str | None,
    document: str | None,
    order: str | None,
    mail: str | None,
    **sources: Any,
) -> tuple[str, bytes]:
    if document:
        raise click.UsageError("--document is for documents: name an --order.")
    wanted = {"template": name, "language": language, "order_id": order, "shown_mail": mail}
    answer = client.request("mail.preview", without_empty(wanted | parts_of(**sources)))
    print_note(clean(answer["subject"]))
    if output and output.suffix == ".eml":
        return str(output), b64decode(answer["content"])
    return f"{answer['template']}-{answer['language']}.html", answer["html"].encode()
