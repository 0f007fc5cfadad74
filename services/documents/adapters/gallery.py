"""The gallery: every kind of document in every language, side by side, as static HTML
and pictures.
"""

import subprocess
from html import escape
from pathlib import Path

from services.documents.adapters.engine import Engine
from services.documents.adapters.templates import read_languages
from services.documents.domain.sample import KINDS, sample
from shared.runtime.errors import AftercartError

RESOLUTION = 60  # dots per inch of the pictures
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Aftercart: documents</title>
<style>
body {{ margin: 2rem; font: 15px/1.4 system-ui, sans-serif; color: #222; background: #eee }}
table {{ border-spacing: 1rem }}
th {{ text-align: start; vertical-align: top; padding: .3rem }}
img {{ display: block; width: 20rem; background: #fff; box-shadow: 0 1px 6px #0004 }}
</style>
</head>
<body>
<h1>Documents</h1>
<p>Samples with the built-in templates. A picture shows the first page and leads to the PDF.</p>
<table>
<thead><tr><th scope="col">Kind</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def write(folder: Path) -> Path:
    """Write `index.html`, PDFs and pictures into a folder; return the path of the page."""
    engine, languages = Engine(), sorted(read_languages())
    for kind in KINDS:
        for language in languages:
            name = f"{kind}-{language}"
            (folder / f"{name}.pdf").write_bytes(engine.render(sample(kind, language)).content)
            _take_picture(folder / f"{name}.pdf")
    page = folder / "index.html"
    page.write_text(_page(languages), "utf-8")
    return page


def _page(languages: list[str]) -> str:
    heads = "".join(f'<th scope="col">{language}</th>' for language in languages)
    rows = []
    for kind in KINDS:
        row = f'<tr><th scope="row">{kind.replace("_", " ")}</th>'
        for language in languages:
            row += _cell(kind, language)
        rows.append(f"{row}</tr>")
    return PAGE.format(heads=heads, rows="\n".join(rows))


def _cell(kind: str, language: str) -> str:
    name = escape(f"{kind}-{language}")
    return f'<td><a href="{name}.pdf"><img src="{name}.png" alt="{name}"></a></td>'


def _take_picture(pdf: Path) -> None:
    """Write a picture of the first page beside the PDF."""
    command = [
        "pdftoppm",
        "-r",
        str(RESOLUTION),
        "-png",
        "-singlefile",
        str(pdf),
        str(pdf.with_suffix("")),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        raise AftercartError(
            "pdftoppm is missing: install the Debian package poppler-utils."
        ) from None
