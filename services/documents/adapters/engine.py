"""WeasyPrint: HTML to PDF, the same bytes for the same snapshot, without access to files or the
network.
"""

from collections.abc import Sequence
from contextlib import suppress
from xml.etree.ElementTree import ParseError

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from services.documents.adapters import pdf_a, weasyprint_patches
from services.documents.adapters.asset_fetcher import PAY_CODE, AssetFetcher, pay_code
from services.documents.adapters.engine_name import engine_name
from services.documents.adapters.font_checks import use_own_fonts
from services.documents.adapters.images import shrink
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.adapters.weasyprint_log import TemplateFault, faults, ignored_values
from services.documents.adapters.weasyprint_shortcuts import (
    NOWHERE,
    BuiltInPage,
    pack_pictures_once,
)
from services.documents.domain.branding import BUILT_IN, LOGO, Asset, Branding, Template
from services.documents.domain.einvoice import cii
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.rendered import Rendered
from shared.contracts.snapshot import DocumentSnapshot
from shared.writing.css_check import css_fault
from shared.writing.pdf_merge import merge

VARIANT = "pdf/ua-1"  # tagged, with language and title


class Engine:
    """Renders one document at a time."""

    def __init__(self) -> None:
        use_own_fonts()
        pack_pictures_once()
        weasyprint_patches.apply()
        templates = read_templates()
        self._templates = Templates(templates, read_languages())
        self._fonts, self._fetcher = FontConfiguration(), AssetFetcher()
        self._style = self._css(templates["document.css"])
        self._browser = self._css(templates["browser.css"])
        self._name = engine_name()

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        """Return the PDF of a document. Raise the errors of Jinja and WeasyPrint for a faulty
        template.
        """
        text = self._templates.write(snapshot)
        paying = {PAY_CODE: pay_code(text.bank)} if text.bank and text.bank.code else {}
        self._fetcher.assets = {**branding.assets, **paying}
        html, key, css = (
            self._templates.fill(text, branding),
            snapshot.document_id.hex,
            branding.template.css,
        )
        page = self._read(html, built_in=not branding.template.html)
        data = None
        if not branding.draft:
            data = einvoice_of(snapshot)
        if data is None:
            return Rendered(self._print(page, key, css), self._name)
        return Rendered(
            self._archive(
                page, key, css, pdf_a.attachment(data, snapshot.issued_at, self._fetcher)
            ),
            f"{self._name}, {pdf_a.NAME}",
        )

    def fill(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> str:
        """Return the HTML of a document."""
        return self._templates.fill(self._templates.write(snapshot), branding)

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered:
        """Return the PDF, or raise `TemplateFault` also for faults that WeasyPrint only logs: an
        invalid style or a missing picture.
        """
        self._templates.check(self._templates.write(snapshot), branding)
        self._check_css(branding.template.css)
        with faults() as found:
            rendered = self.render(snapshot, branding)
        if found:
            raise TemplateFault(found[0], _only_part(branding.template))
        return rendered

    def _check_css(self, css: str) -> None:
        """Raise `TemplateFault` for a mistake, or for a value that has no effect on documents."""
        found = css_fault(css)
        if found:
            raise TemplateFault(f"line {found.line} of the CSS: {found.sentence}", "css")
        with ignored_values() as ignored:
            self._css(css)
        for fault in ignored:
            raise TemplateFault(f"line {fault.line} of the CSS: {fault.sentence}", "css")

    def shrink(self, picture: bytes, description: str, name: str = LOGO) -> Asset:
        """Return a picture as it is stored. Raise `UnusablePicture`."""
        return shrink(picture, description, name)

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Merge PDFs, given with their titles, into one; return it with its number of pages."""
        return merge(documents)

    def print_html(self, html: str, identifier: str, *, built_in: bool = False) -> bytes:
        """Return the PDF of a page. `identifier` replaces the random file identifier of
        WeasyPrint.
        """
        return self._print(self._read(html, built_in=built_in), identifier, "")

    def _print(self, page: weasyprint.HTML, identifier: str, css: str) -> bytes:
        pdf: bytes = page.write_pdf(
            font_config=self._fonts,
            stylesheets=self._styles(css),
            pdf_variant=VARIANT,
            pdf_identifier=identifier.encode(),
        )
        return pdf

    def _archive(
        self, page: weasyprint.HTML, identifier: str, css: str, attachment: weasyprint.Attachment
    ) -> bytes:
        """Return the PDF of a page as PDF/A-3 with an embedded e-invoice."""
        document = page.render(
            font_config=self._fonts,
            stylesheets=self._styles(css),
            pdf_variant=pdf_a.VARIANT,
        )
        pdf_a.describe(document)
        pdf: bytes = document.write_pdf(
            pdf_variant=pdf_a.VARIANT,
            pdf_identifier=identifier.encode(),
            attachments=[attachment],
            finisher=pdf_a.finish,
        )
        return pdf

    def _read(self, html: str, *, built_in: bool) -> weasyprint.HTML:
        if built_in:
            with suppress(ParseError):
                return BuiltInPage(html, self._browser, self._fetcher)
        return weasyprint.HTML(string=html, base_url=NOWHERE, url_fetcher=self._fetcher)

    def _styles(self, css: str) -> list[weasyprint.CSS]:
        if not css:
            return [self._style]
        return [self._style, self._css(css)]

    def _css(self, text: str) -> weasyprint.CSS:
        return weasyprint.CSS(string=text, url_fetcher=self._fetcher)


def _only_part(template: Template) -> str | None:
    """Return the part that a template replaces, None for both: WeasyPrint logs no place."""
    if template.html and template.css:
        return None
    return "html" if template.html else "css"


def einvoice_of(snapshot: DocumentSnapshot) -> bytes | None:
    """Return an invoice or credit slip as XML; None if the shop wants none, or the document breaks
    a rule.
    """
    if not snapshot.shop.e_invoice:
        return None
    made = einvoice(snapshot)
    if isinstance(made, Invoice):
        return cii.write(made)
    return None
