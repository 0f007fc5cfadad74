"""WeasyPrint with the service's changes makes the bytes that it makes as it is installed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.documents.adapters import weasyprint_patches as patches
from services.documents.adapters.engine import Engine
from services.documents.domain.sample import KINDS, sample

# properties that the changed functions treat apart, as a shop's template may have them
PAGE = """<html lang="de"><head><title>t</title><style>
@page { margin: 10mm; @bottom-left { content: counter(page) "/" counter(pages) } }
:root { --wide: 12mm }
body { font: 10pt/1.4 "Noto Sans"; color: #123 }
p { margin-inline-start: var(--wide); padding: calc(1mm + 2%); border-inline-end: 1px solid }
.first::first-line { text-decoration: underline wavy; font-weight: bold }
.first::first-letter { font-size: 30pt; float: left }
.line { text-decoration: line-through } .line b { display: block; text-decoration: overline }
.caps { font-variant: small-caps; letter-spacing: 1px; word-spacing: 2px }
.features { font-feature-settings: "tnum", "kern" 0; font-kerning: none }
.other { font-language-override: "SRB"; text-align: justify; hyphens: auto; width: 40mm }
.none { color: initial; margin: initial } .inherit { padding: inherit; width: inherit }
.own { direction: rtl; page: wide }
table { border-collapse: collapse } td { border: 1px solid; margin: 3px }
.breaks { break-before: page; columns: 2; position: relative; float: inline-start }
</style></head><body dir="ltr">
<p class="first">First line of several words, long enough to be broken into two lines of text on
a page of this size, as the first line has a style of its own, and the second has not.</p>
<p class="line">struck <b>over</b> <u>under</u></p><p class="caps">Small Caps</p>
<p class="features">1234567890 AVAVA</p>
<p class="other">Donaudampfschifffahrtsgesellschaft und Wörter, die getrennt werden müssen</p>
<p class="none">initial</p><p class="inherit">inherited</p>
<p class="own" lang="fa">یک دو سه 1405</p>
<table><tr><td>one<td rowspan="2">two<tr><td>three</table><ul><li>point<li>again</ul>
<p class="breaks">next page <a href="https://shop.test/">link</a></p></body></html>"""


@contextmanager
def unchanged() -> Iterator[None]:
    patches.withdraw()
    try:
        yield
    finally:
        patches.apply()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_documents_have_the_bytes_of_weasyprint_as_installed(language: str, engine: Engine) -> None:
    snapshots = [sample(kind, language) for kind in KINDS]
    ours = list(map(engine.render, snapshots))
    with unchanged():
        assert list(map(Engine.render, [engine] * len(snapshots), snapshots)) == ours


def test_pages_of_shops_have_the_bytes_of_weasyprint_as_installed(engine: Engine) -> None:
    ours = engine.print_html(PAGE, "x")
    with unchanged():
        assert engine.print_html(PAGE, "x") == ours


def test_each_part_of_a_file_is_serialized_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: Counter[int] = Counter()

    def counted(stream: Any) -> bytes:
        written[id(stream)] += 1
        alive.append(stream)  # so that no other stream has the same id
        return bytes(serialize(stream))

    alive, serialize = list[Any](), patches._serialize
    monkeypatch.setattr(patches, "_serialize", counted)
    engine.render(sample("invoice", "en"))
    assert len(written) > 5
    assert set(written.values()) == {1}


def test_texts_of_one_style_share_what_pango_needs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(patches, "_context_of", made.append)
    engine.print_html("<p>one</p><p>two</p><p style='font-size: 7.25pt'>three</p>" * 9, "y")
    assert 1 <= len(made) < 5  # each size once, and that of the page's margin, for 27 texts
