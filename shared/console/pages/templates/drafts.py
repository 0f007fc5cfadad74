"""Previews: a real PDF, a real mail, of the shop's templates or of the draft in the editor.

A draft is the answer to a form whose target is a frame of the editor, so that it needs no script.
"""

from html import escape

from starlette.responses import Response

from shared.clients.client import NoReply, Refusal
from shared.console import files
from shared.console.pages.templates.editor import HERE, typed
from shared.console.pages.templates.names import LAYOUT, Place, place_of
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
PREVIEW_SECONDS = 20.0  # bulk work may wait
UNPROCESSABLE = 422


@screens.get(HERE + "/sample", needs=DEFINE)
async def show_sample(screen: Screen) -> Response:
    """Show the template as the shop uses it, with sample data."""
    return await _draft(screen, place_of(screen), {})


@screens.post(HERE + "/draft", needs=DEFINE)
async def show_draft(screen: Screen) -> Response:
    """Show the draft in the editor, with sample data or those of an order or document."""
    place = place_of(screen)
    parts: Data = {}
    for name, text in typed(screen, place).items():
        if text:
            parts[name] = text
    for name in ("order_id", "document_id"):
        if screen.submitted(f"_{name}").strip():
            parts[name] = screen.submitted(f"_{name}").strip()
    if place.template == LAYOUT and screen.submitted("_shown_mail"):
        parts["shown_mail"] = screen.submitted("_shown_mail")
    return await _draft(screen, place, parts)


async def _draft(screen: Screen, place: Place, parts: Data) -> Response:
    language = place.language or screen.submitted("_sample") or screen.language.tag
    query, name = {"template": place.template, "language": language}, "mail.preview"
    if place.is_document:
        query, name = {"kind": place.template, "language": language}, "document.preview"
    try:
        found = await screen.ask_if_possible(name, query | parts, timeout=PREVIEW_SECONDS)
    except NoReply:
        return _sentence(screen, screen.language.text("templates.no_preview"))
    if isinstance(found, Refusal):
        return _sentence(screen, found.sentence or found.reason)
    if place.is_document:
        return files.pdf(found["content"], f"{place.template}.pdf")
    if screen.submitted("_part") == "text":
        return files.html(
            f"<pre dir=auto>{escape(found['subject'])}\n\n{escape(found['text'])}</pre>"
        )
    return files.html(found["html"])


def _sentence(screen: Screen, sentence: str) -> Response:
    """Return a page with one sentence, for the frame."""
    tag, direction = screen.language.tag, screen.language.direction
    page = f"<!doctype html><html lang={tag} dir={direction}><title>{escape(sentence)}</title>"
    return files.html(f"{page}<p dir=auto>{escape(sentence)}</p></html>", UNPROCESSABLE)
