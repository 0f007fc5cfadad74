"""Contacts that customers write to, and predefined messages."""

from starlette.responses import Response

from shared.console.pages.desk.by_language import fields, offered
from shared.console.pages.desk.names import contact_names
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
NEW_CONTACT: Data = {
    "key": "",
    "names": {},
    "email": None,
    "descriptions": {},
    "save_messages": True,
    "offered": True,
}
NEW_MESSAGE: Data = {"key": "", "names": {}, "texts": {}}
NEW = "new"  # in place of a key in the address


@screens.get("/desk/contacts", needs=DEFINE)
async def list_contacts(screen: Screen) -> Response:
    """Show all contacts."""
    contacts = (await screen.ask("contact.list"))["contacts"]
    names = contact_names(contacts, screen.language)
    return screen.page("desk/contacts.html", contacts=contacts, names=names)


@screens.get("/desk/contacts/{key}", needs=DEFINE)
async def edit_contact(screen: Screen) -> Response:
    """Show a contact, or a new one, in a form."""
    contact = NEW_CONTACT
    if screen.path("key") != NEW:
        contact = await screen.ask("contact.get", {"key": screen.path("key")})
    return screen.page(
        "desk/contact.html",
        contact=contact,
        offered=offered(screen, contact["names"], contact["descriptions"]),
    )


@screens.post("/desk/contacts/{key}", needs=DEFINE)
async def put_contact(screen: Screen) -> Response:
    """Add or change a contact."""
    fixed = fields(screen, "names", "descriptions") | _key(screen)
    fixed["email"] = screen.submitted("email").strip() or None
    return await screen.run(
        "contact.put", fixed, then="/desk/contacts", again=edit_contact, done="desk.saved"
    )


@screens.get("/desk/canned", needs=DEFINE)
async def list_messages(screen: Screen) -> Response:
    """Show all predefined messages."""
    messages = (await screen.ask("canned_message.list"))["messages"]
    names = contact_names(messages, screen.language)
    return screen.page("desk/canned_list.html", messages=messages, names=names)


@screens.get("/desk/canned/{key}", needs=DEFINE)
async def edit_message(screen: Screen) -> Response:
    """Show a predefined message, or a new one, in a form."""
    message = NEW_MESSAGE
    if screen.path("key") != NEW:
        message = await screen.ask("canned_message.get", {"key": screen.path("key")})
    return screen.page(
        "desk/canned.html",
        message=message,
        offered=offered(screen, message["names"], message["texts"]),
    )


@screens.post("/desk/canned/{key}", needs=DEFINE)
async def put_message(screen: Screen) -> Response:
    """Add, change or remove a predefined message."""
    name, fixed = "canned_message.put", fields(screen, "names", "texts") | _key(screen)
    if screen.submitted("_remove"):
        name, fixed = "canned_message.remove", _key(screen)
    return await screen.run(name, fixed, then="/desk/canned", again=edit_message, done="desk.saved")


def _key(screen: Screen) -> Data:
    """Return the key: that of the address, or of the form for something new."""
    key = screen.path("key")
    return {"key": screen.submitted("key").strip() if key == NEW else key}
