"""Live events of the shop."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response, StreamingResponse

from shared.console.operation.letters import MAX_SHOWN, pretty_json
from shared.console.pages.operation.access import operations_of
from shared.console.roles import OPERATE
from shared.console.routing import Screens
from shared.console.screen import Screen
from shared.contracts.envelope import Envelope

screens = Screens()
SHOWN = 100
HEARTBEAT = ": none\n\n"
STATE = "event: state\ndata: {}\n\n"
PAUSE = 3.0  # seconds until the page learns that RabbitMQ is away, or back
PAGES = {
    "order_id": "/orders/{}",
    "thread_id": "/desk/threads/{}",
    "mail_id": "/mails/{}",
    "document_id": "/documents/{}",
    "sku": "/stock/{}",
}
"""Fields that name what an event is about, and its page. The first one that an event has counts."""


@dataclass(frozen=True)
class ShownEvent:
    """An event as it is shown, with the page of its aggregate."""

    id: str
    name: str
    time: datetime | None
    subject: str
    path: str
    reason: str
    text: str


@screens.get("/operation/events", needs=OPERATE)
async def show_events(screen: Screen) -> Response:
    """Show the latest events; a script adds new ones."""
    events = operations_of(screen).events
    found = events.recent(screen.shop, pattern_of(screen))[:SHOWN]
    return screen.page(
        "operation/events.html",
        events=[shown(event) for event in found],
        error=events.error,
        stream=screen.url().replace("/operation/events", "/operation/events/stream", 1),
        most=SHOWN,
    )


@screens.get("/operation/events/stream", needs=OPERATE)
async def stream_events(screen: Screen) -> Response:
    """Send new events as rows of the table, as server-sent events.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    return StreamingResponse(
        _messages(screen),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _messages(screen: Screen) -> AsyncIterator[str]:
    """Yield a message for each event, until the user may not see them any more."""
    yield HEARTBEAT
    events, state = operations_of(screen).events, "connected"
    async for event in events.follow(screen.shop, pattern_of(screen), pause=PAUSE):
        if not _still_allowed(screen):
            return
        former, state = state, "lost" if events.error else "connected"
        if state != former:
            yield STATE.format(state)
        elif event is None:
            yield HEARTBEAT
        if event is not None:
            row = screen.render("operation/event_row.html", screen=screen, event=shown(event))
            yield "".join(f"data: {line}\n" for line in row.splitlines()) + "\n"


def _still_allowed(screen: Screen) -> bool:
    user = screen.http.app.state.console.user_of(screen.http)
    return user is not None and bool(user.may(OPERATE))


def pattern_of(screen: Screen) -> str:
    """Return the pattern of names to show: `order` is all events of orders."""
    wanted = screen.query("name").strip().lower()
    if not wanted:
        return "#"
    if any(sign in wanted for sign in ".*#"):
        return wanted
    return f"{wanted}.#"


def shown(event: Envelope) -> ShownEvent:
    """Return an event as it is shown."""
    return ShownEvent(
        id=event.id,
        name=event.name,
        time=event.time,
        subject=str(event.data.get("reference") or event.subject or ""),
        path=_page_of(event.data),
        reason=str(event.data.get("reason") or ""),
        text=pretty_json(event.data)[:MAX_SHOWN],
    )


def _page_of(data: dict[str, Any]) -> str:
    for name, path in PAGES.items():
        value = str(data.get(name) or "")
        if value and all(character.isalnum() or character in "-_." for character in value):
            return path.format(value)
    return ""
