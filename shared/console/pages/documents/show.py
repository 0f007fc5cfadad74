"""A document: its facts, the PDF and the XML, and publishing it again."""

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console import choices, files
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
STANDARDS = ("en16931", "peppol", "xrechnung")
WITH_DATA = ("invoice", "credit_slip")
HERE = "/documents/{document}"


@screens.get(HERE)
async def show_document(screen: Screen) -> Response:
    """Show the facts of a document, with links to its files."""
    found = await _load(screen)
    return screen.page(
        "documents/show.html",
        document=found["document"],
        with_data=found["document"]["kind"] in WITH_DATA,
        standards=choices.named("standard", STANDARDS[1:], screen.language),
    )


@screens.get(HERE + "/pdf")
async def open_pdf(screen: Screen) -> Response:
    """Return the PDF, to be shown in the browser."""
    found = await _load(screen)
    return files.pdf(found["content"], found["document"]["filename"])


@screens.get(HERE + "/xml")
async def open_xml(screen: Screen) -> Response:
    """Return an invoice or credit slip as XML; if it violates the profile, show why."""
    standard = screen.query("standard")
    if standard not in STANDARDS:
        standard = STANDARDS[0]
    data = {"document_id": screen.path("document"), "standard": standard}
    found = await screen.ask_if_possible("document.e_invoice", data)
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        return await show_document(screen)
    name = found["document"]["filename"].removesuffix(".pdf")
    return files.xml(found["content"], f"{name}-{standard}.xml")


@screens.post(HERE + "/publish", needs=ORDERS)
async def publish_document(screen: Screen) -> Response:
    """Publish the stored document again, for mails and programs that missed it."""
    document = screen.path("document")
    return await screen.run(
        "document.render",
        {"document_id": document},
        then=f"/documents/{document}",
        again=show_document,
        done="documents.published",
    )


@screens.post("/documents/summary", needs=ORDERS)
async def issue_summary(screen: Screen) -> Response:
    """Issue a new summary of an order as it is now."""
    order = screen.submitted("order_id")
    outcome = await screen.send("document.render", {"order_id": order})
    if isinstance(outcome, Refusal):
        screen.flash(outcome.sentence or outcome.reason)
        return screen.redirect("/documents")
    return screen.redirect(f"/documents?order={order}", "documents.summary_issued")


async def _load(screen: Screen) -> Data:
    return await screen.ask("document.get", {"document_id": screen.path("document")})
