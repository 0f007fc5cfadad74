"""Draw the output of a program as a terminal shows it, for the documentation.

    FORCE_COLOR=1 aftercart order list > list.txt
    python -m deploy.demo.terminal_picture "aftercart order list" list.png < list.txt

Reads text with ANSI colours from standard input; needs Chromium.
"""

import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def svg(title: str, text: str) -> str:
    """Return the picture as SVG."""
    lines = Text.from_ansi(text.rstrip())
    width = max(line.cell_len for line in lines.split())
    console = Console(record=True, width=max(width, len(title)) + 2, file=StringIO())
    console.print(lines, soft_wrap=True)
    return console.export_svg(title=title)


def draw(title: str, text: str, file: Path) -> None:
    """Write the picture as PNG."""
    picture = svg(title, text)
    size = SIZE.search(picture)
    if size is None:
        raise ValueError("the picture has no size")
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "picture.html"
        source.write_text(f"<body style='margin:0'>{picture}</body>", encoding="utf-8")
        width, height = (round(float(number)) for number in size.groups())
        command = ["chromium", "--headless", "--no-sandbox", f"--screenshot={file.resolve()}"]
        command += [f"--window-size={width},{height}", "--hide-scrollbars", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    draw(sys.argv[1], sys.stdin.read(), Path(sys.argv[2]))
