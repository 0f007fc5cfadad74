"""The list of documents: filters in the address, and paging by cursor."""

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.form_data import InvalidField
from shared.console.pages.documents.filters import KINDS, kind_choices, period
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()
PAGE = 100


@screens.get("/documents")
async def list_documents(screen: Screen) -> Response:
    """Show the documents that match the filter in the address, newest first."""
    query: Data = {"limit": PAGE}
    try:
        query |= _filter(screen)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
    found = await screen.ask_if_possible("document.list", query)
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        found = {"documents": [], "next": None, "total_count": 0}
    return screen.page("documents/list.html", found=found, kinds=kind_choices(screen))


def _filter(screen: Screen) -> Data:
    found = period(screen.reader(), screen.query("from"), screen.query("to"))
    if screen.query("order").strip():
        found["order_id"] = screen.query("order").strip()
    if screen.query("kind") in KINDS:
        found["kinds"] = [screen.query("kind")]
    if screen.query("cursor"):
        found["cursor"] = screen.query("cursor")
    return found
