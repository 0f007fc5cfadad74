"""WeasyPrint: HTML to PDF, the same bytes for the same snapshot. Reaches no file and no network."""

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from services.documents.adapters.assets import PAY_CODE, AssetFetcher, pay_code
from services.documents.adapters.libraries import font_version, pango_version, use_own_fonts
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.domain.document import Rendered
from services.documents.domain.look import BUILT_IN, Look
from shared.contracts.snapshot import DocumentSnapshot

VARIANT = "pdf/ua-1"  # tagged, with language and title


class Engine:
    """Renders one document at a time."""

    def __init__(self) -> None:
        use_own_fonts()
        templates = read_templates()
        self._templates = Templates(templates, read_languages())
        self._fonts, self._fetcher = FontConfiguration(), AssetFetcher()
        self._style = weasyprint.CSS(string=templates["document.css"], url_fetcher=self._fetcher)
        self._name = f"weasyprint {weasyprint.__version__}, pango {pango_version()}, {font_version()}"

    def render(self, snapshot: DocumentSnapshot, look: Look = BUILT_IN) -> Rendered:
        """The PDF of a document. Raises what Jinja and WeasyPrint raise for a wrong template."""
        paper = self._templates.write(snapshot)
        paying = {PAY_CODE: pay_code(paper.bank)} if paper.bank and paper.bank.code else {}
        self._fetcher.assets = {**look.assets, **paying}
        html = self._templates.fill(paper, look)
        return Rendered(self.print_html(html, snapshot.document_id.hex, look.template.css), self._name)

    def print_html(self, html: str, identifier: str, css: str = "") -> bytes:
        """The PDF of a page; `identifier` stands in the file where WeasyPrint would put chance or nothing."""
        document = weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=self._fetcher)
        styles = [self._style, *([weasyprint.CSS(string=css, url_fetcher=self._fetcher)] if css else [])]
        pdf: bytes = document.write_pdf(
            font_config=self._fonts, stylesheets=styles, pdf_variant=VARIANT, pdf_identifier=identifier.encode()
        )
        return pdf
