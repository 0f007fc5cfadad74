"""The documents of orders, as files."""

import base64
from urllib.parse import quote

from starlette.responses import Response

from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()
OPENED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
"""The policy of a PDF: browsers show it with a page of their own."""


@screens.get("/orders/{order}/documents/{document}")
async def open_document(screen: Screen) -> Response:
    """Return the PDF of a document, to be shown in the browser."""
    found = await screen.ask("document.get", {"document_id": screen.path("document")})
    name = quote(found["document"]["filename"], safe="")
    return Response(
        base64.b64decode(found["content"]),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{name}",
            "Content-Security-Policy": OPENED,
        },
    )
