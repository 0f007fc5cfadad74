"""Change a thread: its status, its owner, an allowed sender, and merging."""

from starlette.responses import Response

from shared.console.pages.desk.thread import (
    address_of,
    load_plain,
    show_again,
    thread_of,
)
from shared.console.roles import DESK
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.post("/desk/threads/{thread:uuid}/status", needs=DESK)
async def set_status(screen: Screen) -> Response:
    """Set the status: closed, pending, or open again."""
    fixed = thread_of(screen)
    if screen.submitted("_status"):
        fixed["status"] = screen.submitted("_status")
    return await screen.run("thread.set_status", fixed, then=address_of(screen), again=show_again)


@screens.post("/desk/threads/{thread:uuid}/owner", needs=DESK)
async def assign(screen: Screen) -> Response:
    """Assign the thread to the user, to another employee, or to nobody."""
    owner = screen.submitted("owner").strip() or None
    if screen.submitted("_to") == "me":
        owner = screen.user.name
    return await screen.run(
        "thread.assign",
        thread_of(screen) | {"owner": owner},
        then=address_of(screen),
        again=show_again,
    )


@screens.post("/desk/threads/{thread:uuid}/confirm", needs=DESK)
async def confirm_sender(screen: Screen) -> Response:
    """Allow the sender of a message to write to the thread."""
    return await screen.run(
        "thread.confirm_sender",
        thread_of(screen),
        then=address_of(screen),
        again=show_again,
        done="desk.confirmed",
    )


@screens.get("/desk/threads/{thread:uuid}/merge", needs=DESK)
async def choose_merge(screen: Screen) -> Response:
    """Show the other threads of the customer, to merge this one into."""
    found = await load_plain(screen)
    thread = found["thread"]
    others = await screen.ask("thread.list", {"email": thread["customer_email"], "limit": 50})
    candidates = [
        other
        for other in others["threads"]
        if other["thread_id"] != thread["thread_id"] and not other["merged_into"]
    ]
    return screen.page("desk/merge.html", thread=thread, candidates=candidates)


@screens.post("/desk/threads/{thread:uuid}/merge", needs=DESK)
async def merge(screen: Screen) -> Response:
    """Move all messages into another thread, and show that one."""
    into = screen.submitted("into").strip().rpartition("/")[2]
    return await screen.run(
        "thread.merge",
        thread_of(screen) | {"into": into},
        then=f"/desk/threads/{into}",
        again=choose_merge,
        done="desk.merged",
    )
