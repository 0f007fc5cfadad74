"""Forward a thread to an employee or to someone else."""

from starlette.responses import Response

from shared.console.pages.desk.thread import address_of, employees, load_plain, thread_of
from shared.console.roles import DESK
from shared.console.routing import Screens
from shared.console.screen import Faults, Screen
from shared.console.uploads import attached

screens = Screens()


@screens.get("/desk/threads/{thread:uuid}/forward", needs=DESK)
async def ask_recipient(screen: Screen) -> Response:
    """Ask for the recipient of the thread."""
    found = await load_plain(screen)
    return screen.page("desk/forward.html", thread=found["thread"], employees=employees(screen))


@screens.post("/desk/threads/{thread:uuid}/forward", needs=DESK)
async def forward(screen: Screen) -> Response:
    """Mail the thread; an employee becomes its owner."""
    employee = screen.submitted("employee").strip()
    fixed = thread_of(screen) | await attached(screen)
    fixed["employee"] = None
    if screen.submitted("_to") == "employee":
        if not employee:
            sentence = screen.language.text("desk.employee_missing")
            screen.faults = Faults(fields={"employee": sentence})
            return await ask_recipient(screen)
        fixed["employee"] = employee
    else:
        fixed["advice"] = False
    email = screen.submitted("email").strip()
    fixed["email"] = email or (employee if fixed["employee"] else "")
    return await screen.run(
        "thread.forward",
        fixed,
        then=address_of(screen),
        again=ask_recipient,
        done="desk.forwarded",
    )
