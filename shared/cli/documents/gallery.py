"""`aftercart gallery`: how everything looks that is sent to customers, without sending it."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import click

from shared.cli.terminal import print_line

GALLERIES = "aftercart.galleries"
"""Entry points: `<service> = module:function`; the function writes its pages into a folder and
returns the first.
"""


@click.command(short_help="How mails and documents look.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("gallery"))
def gallery(folder: Path) -> None:
    """Writes pages into FOLDER that show every mail and document in every language. Open them in a
    browser.
    """
    for point in sorted(entry_points(group=GALLERIES), key=lambda point: point.name):
        write: Callable[[Path], Path] = point.load()
        directory = folder / point.name
        directory.mkdir(parents=True, exist_ok=True)
        print_line(str(write(directory)))
