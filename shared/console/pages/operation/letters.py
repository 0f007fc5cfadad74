"""Dead letters: find them, look at them, and replay or drop them in bulk."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.console.choices import same
from shared.console.operation.letters import LetterFilter
from shared.console.pages.operation.access import operations_of
from shared.console.roles import OPERATE
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()
PAGE = 100  # letters on the list
BULK = 500  # letters that are replayed or dropped together
ACTIONS = ("replay", "drop")
LIST = "/operation/dead-letters"


@screens.get(LIST, needs=OPERATE)
async def list_letters(screen: Screen) -> Response:
    """Show the dead letters that match the filter in the address."""
    operations = operations_of(screen)
    found = await operations.find(_filter(screen), PAGE)
    return screen.page("operation/letters.html", found=found, service_choices=same(found.counts))


@screens.get(LIST + "/{service}/{letter}", needs=OPERATE)
async def show_letter(screen: Screen) -> Response:
    """Show a dead letter with its reason and its text."""
    key = f"{screen.path('service')} {screen.path('letter')}"
    found = await operations_of(screen).chosen([key])
    if not found:
        raise HTTPException(404)
    return screen.page("operation/letter.html", letter=found[0])


@screens.post(LIST + "/review", needs=OPERATE)
async def review_letters(screen: Screen) -> Response:
    """Show what would be replayed or dropped: the chosen letters, or all that match the filter."""
    operations = operations_of(screen)
    if screen.submitted("which") == "matching":
        letters = (await operations.find(_submitted_filter(screen), BULK)).letters
    else:
        letters = await operations.chosen(_keys(screen))
    return screen.page("operation/review.html", letters=letters, action=_action(screen), most=BULK)


@screens.post(LIST + "/settle", needs=OPERATE)
async def settle_letters(screen: Screen) -> Response:
    """Replay or drop the letters of the form, which were looked at."""
    action = _action(screen)
    done = await operations_of(screen).settle(_keys(screen), action, screen.user.name)
    return screen.redirect(LIST, f"operation.{action}_done", number=done)


def _action(screen: Screen) -> str:
    action = screen.submitted("action")
    if action not in ACTIONS:
        raise HTTPException(400)
    return action


def _keys(screen: Screen) -> list[str]:
    return [key for key in screen.form.getlist("letter") if isinstance(key, str)][:BULK]


def _filter(screen: Screen) -> LetterFilter:
    return LetterFilter(
        service=screen.query("service"),
        name=screen.query("name").strip(),
        reason=screen.query("reason").strip(),
        shop=screen.query("shop"),
    )


def _submitted_filter(screen: Screen) -> LetterFilter:
    return LetterFilter(
        service=screen.submitted("service"),
        name=screen.submitted("name"),
        reason=screen.submitted("reason"),
        shop=screen.submitted("shop"),
    )
