"""WeasyPrint: HTML to PDF, the same bytes for the same snapshot. Reaches no file and no network."""

from threading import Lock
from typing import Any

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from services.documents.adapters.libraries import pango_version
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.domain.document import Rendered
from shared.contracts.snapshot import DocumentSnapshot

VARIANT = "pdf/ua-1"  # tagged, with language and title


class NothingFetcher(URLFetcher):  # type: ignore[misc]
    """Given to WeasyPrint everywhere, so that no template, style or text of a stranger fetches anything."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise ValueError(f"documents fetch nothing, so not {url[:200]}")


class Engine:
    """Renders one document at a time. Threads wait for each other, which Python's own lock would make them do."""

    def __init__(self) -> None:
        templates = read_templates()
        self._templates = Templates(templates, read_languages())
        self._fetcher, self._fonts, self._lock = NothingFetcher(), FontConfiguration(), Lock()
        self._style = weasyprint.CSS(string=templates["document.css"], url_fetcher=self._fetcher)
        self._name = f"weasyprint {weasyprint.__version__}, pango {pango_version()}"

    def render(self, snapshot: DocumentSnapshot) -> Rendered:
        """The PDF of a document. Raises `jinja2.TemplateError` where there is no template of its kind."""
        html = self._templates.fill(snapshot)
        with self._lock:
            return Rendered(self.print_html(html, snapshot.document_id.hex), self._name)

    def print_html(self, html: str, identifier: str) -> bytes:
        """The PDF of a page; `identifier` stands in the file where WeasyPrint would put chance or nothing."""
        document = weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=self._fetcher)
        pdf: bytes = document.write_pdf(
            font_config=self._fonts, stylesheets=[self._style], pdf_variant=VARIANT,
            pdf_identifier=identifier.encode(),
        )
        return pdf
