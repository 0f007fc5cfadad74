"""Rendering in children: what a document does there, it does to nobody else."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from PIL import Image

from services.documents.adapters import render_process
from services.documents.adapters.engine import Engine
from services.documents.adapters.images import shrink
from services.documents.adapters.render_pool import DEFAULT_LIMITS, RenderingFailed, RenderPool
from services.documents.domain.branding import Asset, Branding, Template
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import sample
from shared.contracts.reason import Reason
from shared.runtime.process.process_pool import Failed, Limits
from tests.conditions import patient
from tests.documents.builders import an_invoice, read

pytestmark = pytest.mark.slow

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GREEDY = "{{ 'x' * 3000000000 }}"
BROKEN = "<p>one\n{{ document.nothing_such }}"


@pytest.fixture(scope="module")
def press() -> Iterator[RenderPool]:
    opened = RenderPool(limited(seconds=30))
    yield opened
    opened.close()


def limited(seconds: int) -> Limits:
    return replace(DEFAULT_LIMITS, seconds=seconds, busy=DEFAULT_LIMITS.busy + seconds, jobs=4)


def looking(html: str) -> Branding:
    return Branding(template=Template(html=html))


def test_a_child_prints_the_same_bytes_as_any_other_process(
    press: RenderPool, engine: Engine
) -> None:
    for invoice in (an_invoice(), sample("invoice", "fa"), sample("credit_slip", "de")):
        assert press.render(invoice) == engine.render(invoice)


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (GREEDY, "it needed more than 1024 MiB of memory"),
        ("<div>" * 2000, "its elements are nested too deeply"),
        (BROKEN, "nothing_such"),
        ("{% for %}", "line 1 of the template"),
    ],
    ids=["memory", "depth", "fault", "syntax"],
)
def test_a_template_that_fails_harms_nobody_and_the_document_is_printed(
    bomb: str, reason: str, press: RenderPool
) -> None:
    with ThreadPoolExecutor(2) as threads:
        bombed = threads.submit(press.render, an_invoice(), looking(bomb))
        neighbour = press.render(an_invoice(number="IN000002", document_id=uuid4()))
        rendered = bombed.result()
    assert "IN000002" in read(neighbour.content)
    assert reason in rendered.fallback
    assert rendered.content == press.render(an_invoice()).content


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (Template("<p>one\n{% if %}"), "line 2 of the template: Expected an expression"),
        (
            Template(
                '{% extends "invoice.html" %}\n{% block closing %}\n{{ document.no }}{% endblock %}'
            ),
            "line 3 of",
        ),
        (
            Template("\n\n{{ ''.__class__ }}"),
            "line 3 of the template: access to attribute '__class__'",
        ),
        (Template("<img src='file:///etc/passwd' alt='x'>"), "documents can fetch only assets"),
        (Template(css="h1 { color: red }"), ""),
        (Template(css="h1 { color: red"), "line 1 of the CSS: '{' is not closed"),
        (Template(css="h1 ( { color: red }"), "line 1 of the CSS: '(' is not closed"),
        (
            Template(css="h1 {\n color: bleu }"),
            "line 2 of the CSS: documents do not support 'color",
        ),
        (Template(css="h1::before-all { color: red }"), "Invalid or unsupported selector"),
        (Template("<p>one\n<b>{{ document.number }}"), "line 2 of the template: <b> is not closed"),
        (Template("<p> </p>"), "the document would be empty"),
        (
            Template(css="h1 { background: url(http://169.254.169.254/) }"),
            "documents can fetch only assets",
        ),
        (Template('{% include "/etc/passwd" %}'), "line 1 of the template: /etc/passwd"),
        (Template(GREEDY), "1024 MiB"),
    ],
)
def test_a_template_is_tried_as_it_stands(
    template: Template, reason: str, press: RenderPool
) -> None:
    outcome = press.render_strictly(sample("invoice"), Branding(template))
    if reason:
        assert isinstance(outcome, Reason)
        assert outcome.code == "template_failed"
        assert reason in outcome.sentence
        part = "html" if template.html else "css"
        assert outcome.field == (None if template.html == GREEDY else part)
    else:
        assert isinstance(outcome, Rendered)


def a_picture(form: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, form)
    return out.getvalue()


def test_pictures_are_made_small_enough_to_print(press: RenderPool) -> None:
    for form, mode in (("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK")):
        asset = press.shrink(a_picture(form, (4000, 1000), mode), "A logo")
        assert isinstance(asset, Asset)
        assert Image.open(io.BytesIO(asset.content)).size == (1200, 300)
        assert (asset.media_type, asset.description) == (f"image/{form.lower()}", "A logo")
        assert press.render(an_invoice(), Branding(assets={"logo": asset})).fallback == ""
        assert asset.thumbnail is not None
        assert (
            (asset.thumbnail.width, asset.thumbnail.height)
            == Image.open(io.BytesIO(asset.thumbnail.content)).size
            == (480, 120)
        )


def test_a_logo_that_is_heavy_is_made_lighter_for_mails() -> None:
    noise = io.BytesIO()
    Image.effect_noise((1200, 400), 90).convert("RGB").save(noise, "PNG")
    small = shrink(noise.getvalue(), "A logo").thumbnail
    assert small is not None
    assert (small.width, small.height) == (318, 106)
    assert len(small.content) < 60_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read as PNG or JPEG"),
        (b"<svg/>", "cannot be read"),
        (a_picture("GIF", (9, 9)), "cannot be read"),
        (a_picture("PNG", (9000, 9000), "1"), "more than 40,000,000 pixels"),
        (a_picture("PNG", (99, 99))[:90], "cannot be read"),
        (a_picture("JPEG", (99, 99))[:400], "cannot be read"),
    ],
    ids=["nothing", "svg", "gif", "huge", "half a png", "half a jpeg"],
)
def test_what_is_no_usable_picture_is_refused(
    content: bytes, reason: str, press: RenderPool
) -> None:
    outcome = press.shrink(content, "A logo")
    assert isinstance(outcome, Reason)
    assert (outcome.code, reason in outcome.sentence) == ("no_picture", True), outcome.sentence


def test_a_template_that_never_ends_is_ended() -> None:
    seconds = round(patient(4))  # enough to print with the built-in template afterwards
    pool = RenderPool(limited(seconds=seconds))
    rendered = pool.render(an_invoice(), looking(ENDLESS))
    pool.close()
    assert rendered.fallback == f"it took longer than {seconds} s"
    assert "IN000001" in read(rendered.content)


def test_what_the_built_in_template_cannot_print_is_told(press: RenderPool) -> None:
    quick = RenderPool(limited(seconds=1))
    with pytest.raises(RenderingFailed, match="it took longer than 1 s"):
        quick.render(an_invoice(an_invoice().lines * 2000))
    quick.close()


def test_a_pdf_that_no_mail_could_carry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Printer:
        def render(self) -> Rendered:
            return Rendered(bytes(render_process.MAX_PDF + 1), "press 1", "")

    monkeypatch.setattr(render_process, "engine", Printer)
    refused = render_process.do("render")
    assert isinstance(refused, Failed)
    assert refused.reason == "the PDF has 20.0 MB; 20 MB are allowed at most"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n1 0 obj" + b"<</A" * 20_000 + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        b"%PDF-1.7\n1 0 obj" + b"[" * 100_000 + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    ],
    ids=["cut", "dictionaries", "arrays"],
)
def test_a_pdf_that_cannot_be_merged_ends_no_worker(press: RenderPool, content: bytes) -> None:
    """Documents are our own, but a store may return other bytes."""
    with pytest.raises(RenderingFailed):
        press.merge([("IN000001", content)])
