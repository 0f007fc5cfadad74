"""Return files that services stored, so that a browser opens them and runs nothing in them."""

import base64
from urllib.parse import quote

from starlette.responses import Response

PDF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)
"""Browsers show a PDF with a page of their own, which has styles."""
SANDBOX_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""For texts of others: no script, no form, no request, and an origin of its own."""


def pdf(content: str, filename: str) -> Response:
    """Return a PDF, in base64, to be shown in the browser."""
    return _file(base64.b64decode(content), "application/pdf", filename, PDF_POLICY)


def xml(content: str, filename: str) -> Response:
    """Return an XML file, in base64, to be shown in the browser."""
    return _file(
        base64.b64decode(content), "application/xml; charset=utf-8", filename, SANDBOX_POLICY
    )


def picture(content: str, media_type: str) -> Response:
    """Return a picture, in base64. Other types than PNG and JPEG are only downloaded."""
    if media_type not in ("image/png", "image/jpeg"):
        media_type = "application/octet-stream"
    return Response(
        base64.b64decode(content),
        media_type=media_type,
        headers={"Content-Security-Policy": SANDBOX_POLICY},
    )


def html(content: str, status: int = 200) -> Response:
    """Return HTML of others, for a sandboxed frame."""
    return Response(
        content,
        status,
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": SANDBOX_POLICY},
    )


def _file(content: bytes, media_type: str, filename: str, policy: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(filename, safe='')}",
            "Content-Security-Policy": policy,
        },
    )
