"""A thread: its messages, its customer, the timeline of orders and messages, and the reply."""

import uuid
from asyncio import gather

from starlette.background import BackgroundTask
from starlette.responses import Response

from shared.clients.client import NoReply
from shared.console.bus import BrokerAway
from shared.console.choices import Choices, label
from shared.console.pages.desk.message_text import opened, shown_message
from shared.console.pages.desk.names import status_choices, statuses
from shared.console.roles import DESK
from shared.console.routing import Screens
from shared.console.screen import Data, Refused, Screen

screens = Screens()
TIMELINE = 12  # entries beside the thread; all of them have a page of their own
NO_REPLY: Data = {"text": "", "document_numbers": []}  # of those who may not write one
OPENED_BY_USER = (None, "same-origin", "none")  # values of Sec-Fetch-Site


@screens.get("/desk/threads/{thread:uuid}")
async def show_thread(screen: Screen) -> Response:
    """Show a thread, and mark it as read."""
    found, page = await _page(screen)
    if found["thread"]["unread_messages"] and screen.may(DESK) and opened_by_user(screen):
        page.background = BackgroundTask(_mark_read, screen, found)
    return page


async def show_again(screen: Screen) -> Response:
    """Show a thread with the form that was not accepted."""
    return (await _page(screen))[1]


async def load(screen: Screen) -> Data:
    """Return the fields of the thread in the address. Raises `Refused`."""
    query = thread_of(screen) | {"language": screen.language.tag}
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    query["timeline_limit"] = TIMELINE
    if screen.may(DESK):
        query["reply_by"] = screen.user.name
    return await screen.ask("thread.get", query)


def thread_of(screen: Screen) -> Data:
    """Return the thread of the address as a field."""
    return {"thread_id": screen.path("thread")}


def address_of(screen: Screen) -> str:
    """Return the address of the thread's page."""
    return f"/desk/threads/{screen.path('thread')}"


async def _page(screen: Screen) -> tuple[Data, Response]:
    """Return the fields of the thread, and its page."""
    found, desk, canned = await gather(
        load(screen),
        screen.ask_recent("desk.get"),
        screen.ask_recent("canned_message.list"),
    )
    thread = found["thread"]
    contact = await _contact(screen, thread["contact"])
    reply = found["reply"] or NO_REPLY
    shown = statuses(desk, screen.language)
    messages = [shown_message(message) for message in found["messages"]]
    page = screen.page(
        "desk/thread.html",
        found=found,
        thread=thread,
        messages=messages,
        opened=opened(messages),
        seen=messages[-1]["message_id"] if messages else "",
        thread_status=shown[thread["status"]],
        statuses=status_choices(shown),
        after_reply=desk["status_after_reply"],
        canned=_canned_choices(canned, screen),
        timeline=found["timeline"] or [],
        draft=reply["text"],
        contact=contact,
        documents=reply["document_numbers"],
        employees=employees(screen),
    )
    return found, page


def _timeline_query(screen: Screen, limit: int) -> Data:
    return thread_of(screen) | {"limit": limit, "language": screen.language.tag}


def _canned_choices(canned: Data, screen: Screen) -> Choices:
    """Return the predefined messages as choices."""
    found: Choices = []
    for message in canned["messages"]:
        found.append((message["key"], label(message["names"], screen.language)))
    return found


async def draft(screen: Screen, canned: str) -> str:
    """Return a predefined message, filled in; empty if it is refused."""
    query = thread_of(screen) | {"by": screen.user.name, "canned_message": canned}
    found = await screen.try_ask("thread.draft", query)
    return str(found["text"]) if found else ""


async def _contact(screen: Screen, key: str | None) -> str:
    """Return the name of the thread's contact; empty if there is none."""
    if not key:
        return ""
    try:
        found = await screen.ask_recent("contact.get", {"key": key})
    except (NoReply, Refused):
        return key
    return label(found["names"], screen.language)


def employees(screen: Screen) -> list[str]:
    """Return the names of the users of the console, to choose from."""
    users = screen.http.app.state.console.users
    return [user.name for user in users.all() if user.may(DESK)]


# --- read marks -----------------------------------------------------------------------------------


def opened_by_user(screen: Screen) -> bool:
    """Return whether the user opened the page: no other site led to it, no browser fetched it in
    advance.
    """
    headers = screen.http.headers
    fetched_ahead = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
    return headers.get("sec-fetch-site") in OPENED_BY_USER and not fetched_ahead


async def _mark_read(screen: Screen, found: Data) -> None:
    """Mark what was shown as read, after the page was sent. A failure changes nothing for the
    user: the messages stay unread.
    """
    last = found["messages"][-1:]
    if not last:
        return
    seen = last[0]["message_id"]
    data = thread_of(screen) | {"seen": seen}
    message_id = uuid.uuid5(uuid.UUID(seen), f"read by {screen.user.name}")
    try:
        await screen.send("thread.mark_read", data, message_id=str(message_id))
    except (BrokerAway, NoReply):
        return


@screens.get("/desk/threads/{thread:uuid}/timeline")
async def show_timeline(screen: Screen) -> Response:
    """Show all orders and messages of the thread's customer, the newest first."""
    query = _timeline_query(screen, 100)
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    found, timeline = await gather(load_plain(screen), screen.ask("thread.timeline", query))
    return screen.page(
        "desk/timeline.html",
        thread=found["thread"],
        entries=timeline["entries"],
        next=timeline["next"],
    )


async def load_plain(screen: Screen) -> Data:
    """Return the fields of the thread with its latest message only. Raises `Refused`."""
    query = thread_of(screen) | {"limit": 1, "language": screen.language.tag}
    return await screen.ask("thread.get", query)
