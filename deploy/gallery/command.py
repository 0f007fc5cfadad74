"""`aftercart gallery`: what documents look like, without sending or issuing any."""

from pathlib import Path

import click

from services.documents.adapters.gallery import write_gallery
from shared.cli.screen import note


@click.command(short_help="Pages that show what documents look like.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default="var/gallery", show_default=True,
              metavar="FOLDER", help="Where to write the page, the PDFs and their pictures.")
def gallery(output: Path) -> None:
    """Writes a page with every kind of document in every language side by side, from samples. Open it in a browser.

    \b
    Example:
      aftercart gallery --output gallery
    """  # noqa: D301 - click reads \b
    page = write_gallery(output, note)
    note(f"Open {page.resolve().as_uri()}", style="green")
