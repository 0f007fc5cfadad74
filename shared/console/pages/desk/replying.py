"""Reply to a thread, or add a private note."""

from urllib.parse import quote

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.pages.desk.thread import address_of, draft, show_again, thread_of
from shared.console.roles import DESK
from shared.console.routing import Screens
from shared.console.screen import Faults, Screen
from shared.console.uploads import attached, files

screens = Screens()


@screens.post("/desk/threads/{thread:uuid}/reply", needs=DESK)
async def reply(screen: Screen) -> Response:
    """Mail a reply to the customer, or put a predefined message into its text."""
    if screen.submitted("_insert"):
        return await _insert(screen)
    then = address_of(screen)
    if screen.submitted("_then") == "next":
        then = f"/desk/next?after={screen.path('thread')}"
        if screen.submitted("_contact"):
            then += f"&contact={quote(screen.submitted('_contact'))}"
    if not screen.submitted("text").strip():
        screen.faults = Faults(fields={"text": screen.language.text("desk.text_missing")})
        return await show_again(screen)
    fixed = thread_of(screen) | await attached(screen)
    return await screen.run("thread.reply", fixed, then=then, again=show_again, done="desk.replied")


async def _insert(screen: Screen) -> Response:
    """Show the form again with a predefined message after the typed text."""
    key, typed = screen.submitted("canned"), screen.submitted("text")
    added = await draft(screen, key) if key else ""
    text = "\n\n".join(filter(None, (typed.rstrip(), added)))
    screen.replace_inputs({"text": text, "_insert": ""})
    return await show_again(screen)


@screens.post("/desk/threads/{thread:uuid}/note", needs=DESK)
async def add_note(screen: Screen) -> Response:
    """Store a note that only employees see."""
    if not screen.submitted("note").strip():
        screen.faults = Faults(fields={"note": screen.language.text("desk.text_missing")})
        return await show_again(screen)
    data = thread_of(screen) | {
        "text": screen.submitted("note"),
        "attachments": await files(screen),
    }
    outcome = await screen.send("thread.add_note", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        if "text" in screen.faults.fields:
            screen.faults.fields["note"] = screen.faults.fields.pop("text")
        return await show_again(screen)
    return screen.redirect(address_of(screen), "desk.noted")
