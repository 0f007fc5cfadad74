"""The lint finds faults: a valid file is broken, one thing at a time."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from services.documents.adapters.engine import Engine
from services.documents.domain.sample import sample
from tests.documents.lint import faults


def _elements(pdf: pikepdf.Pdf, kind: str) -> pikepdf.Dictionary:
    return next(
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == kind
    )


def _drop_fonts(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
            del item["/FontFile2"]


BREAKS: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "it has no language": lambda pdf: pdf.Root.__delitem__("/Lang"),
    "it is not tagged": lambda pdf: pdf.Root.__delitem__("/StructTreeRoot"),
    "its title is not shown": lambda pdf: pdf.Root.__delitem__("/ViewerPreferences"),
    "it has no title": lambda pdf: pdf.docinfo.__delitem__("/Title"),
    "a page's content is outside": lambda pdf: pdf.pages[0].obj.__delitem__("/StructParents"),
    "something happens": lambda pdf: pdf.Root.__setitem__(
        "/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript)
    ),
    "a figure has no text": lambda pdf: _elements(pdf, "/Figure").__delitem__("/Alt"),
    "a cell does not say": lambda pdf: _elements(pdf, "/TD").__delitem__("/A"),
    "is not embedded": _drop_fonts,
}


@pytest.mark.parametrize("fault", BREAKS)
def test_what_is_broken_is_found(fault: str, engine: Engine) -> None:
    content = engine.render(sample("invoice")).content
    assert faults(content) == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        BREAKS[fault](pdf)
        out = io.BytesIO()
        pdf.save(out)
    assert any(fault in found for found in faults(out.getvalue()))
