"""`aftercart gallery`: write samples of all mails and documents, without sending any."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import click

from shared.cli.terminal import print_line

GALLERIES = "aftercart.galleries"
"""Entry points `<service> = module:function`. The function writes its pages into a directory and
returns the first.
"""


@click.command(short_help="Write samples of all mails and documents.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("gallery"))
def gallery(folder: Path) -> None:
    """Write pages with every mail and document in every language into FOLDER (`gallery` by
    default), to open in a browser.
    """
    for point in sorted(entry_points(group=GALLERIES), key=lambda point: point.name):
        write: Callable[[Path], Path] = point.load()
        directory = folder / point.name
        directory.mkdir(parents=True, exist_ok=True)
        print_line(str(write(directory)))
