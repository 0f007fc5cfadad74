"""What PDF/UA wants and a program can see. A screen reader and a certified validator see more:
neither is here.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

FORBIDDEN = ("/JavaScript", "/JS", "/Launch", "/GoToR", "/SubmitForm", "/EmbeddedFile")


def faults(content: bytes) -> list[str]:
    """One sentence for each thing that is missing or must not be there."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        dictionaries = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        found = [sentence for sentence, holds in RULES.items() if not holds(pdf)]
        return [*found, *_of_elements(dictionaries), *_of_fonts(dictionaries)]


RULES: dict[str, Callable[[pikepdf.Pdf], Any]] = {
    "it is encrypted": lambda pdf: not pdf.is_encrypted,
    "it has no language": lambda pdf: str(pdf.Root.get("/Lang", "")),
    "it is not tagged": (
        lambda pdf: "/StructTreeRoot" in pdf.Root and pdf.Root.get("/MarkInfo", {}).get("/Marked")  # type: ignore[call-overload]
    ),
    "its title is not shown": (
        lambda pdf: pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")  # type: ignore[call-overload]
    ),
    "it has no title": lambda pdf: str(pdf.docinfo.get("/Title", "")).strip(),
    "it does not have one RDF block": (
        lambda pdf: pdf.Root.Metadata.read_bytes().count(b"<rdf:RDF") == 1
    ),
    "it does not say that it is PDF/UA": (
        lambda pdf: b'pdfuaid:part="1"' in pdf.Root.Metadata.read_bytes()
    ),
    "a page's content is outside of the tags": lambda pdf: all(
        "/StructParents" in page.obj for page in pdf.pages
    ),
    "something happens when it is opened": (
        lambda pdf: "/OpenAction" not in pdf.Root and "/AA" not in pdf.Root
    ),
}


def _of_elements(dictionaries: list[pikepdf.Dictionary]) -> Iterator[str]:
    for item in dictionaries:
        if item.get("/S") == "/Figure" and not str(item.get("/Alt", "")):
            yield "a figure has no text for those who do not see it"
        if item.get("/S") == "/TD" and not list(item.get("/A", {}).get("/Headers", [])):  # type: ignore[call-overload]
            yield "a cell does not say what heads it"
        for name in FORBIDDEN:
            if item.get("/S") == name or item.get("/Type") == name:
                yield f"it holds {name}"


def _of_fonts(dictionaries: list[pikepdf.Dictionary]) -> Iterator[str]:
    described = [item for item in dictionaries if "/FontName" in item]
    if not described:
        yield "it has no fonts"
    for item in described:
        if not {"/FontFile2", "/FontFile3"} & set(item.keys()):
            yield f"the font {item.FontName} is not embedded"
