"""Show what went wrong as a page: a refusal, a missing permission, RabbitMQ that is away."""

from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shared.clients.client import NoReply
from shared.console.bus import BrokerAway
from shared.console.language import language_for
from shared.console.screen import MESSAGE_ID, Screen

NOT_FOUND, FORBIDDEN, BAD_REQUEST, UNAVAILABLE = 404, 403, 400, 503


async def refused(http: Request, error: Any) -> Response:
    """Show the sentence of a refusal; something that does not exist has the status 404."""
    refusal = error.refusal
    status = BAD_REQUEST
    if refusal.code.startswith("unknown_"):
        status = NOT_FOUND
    return await _page(
        http, "errors/refused.html", status, sentence=refusal.sentence or refusal.reason
    )


async def not_allowed(http: Request, error: Any) -> Response:
    """Show which permission the user lacks."""
    return await _page(http, "errors/not_allowed.html", FORBIDDEN, permission=error.permission)


async def unavailable(http: Request, error: Any) -> Response:
    """Show that nothing answers, with what the user had typed, in a form to send it again.

    The form has the same message id: if the first message arrived after all, the second one changes
    nothing more.
    """
    unsure = isinstance(error, NoReply) or (isinstance(error, BrokerAway) and error.sent)
    form: FormData = getattr(http.state, "form", FormData())
    return await _page(
        http,
        "errors/unavailable.html",
        UNAVAILABLE,
        sentence=str(error),
        unsure=unsure,
        typed=typed(form),
        had_files=any(isinstance(value, UploadFile) for value in form.values()),
    )


async def http_error(http: Request, error: Any) -> Response:
    """Show an error of HTTP, such as an address that does not exist."""
    if error.status_code != NOT_FOUND:
        return PlainTextResponse(str(error.detail), error.status_code)
    return await _page(http, "errors/not_found.html", NOT_FOUND)


def typed(form: FormData) -> list[tuple[str, str]]:
    """Return the texts of a submitted form, the message id among them."""
    found: list[tuple[str, str]] = []
    for name, value in form.multi_items():
        if isinstance(value, str) and (value or name == MESSAGE_ID):
            found.append((name, value))
    return found


async def _page(http: Request, template: str, status: int, **context: Any) -> Response:
    console = http.app.state.console
    user = console.user_of(http) if "session" in http.scope else None
    if user is None:
        return PlainTextResponse("Not found", status)
    screen = Screen(
        http=http,
        user=user,
        language=language_for(http),
        shop=http.session.get("shop", ""),
        bus=console.bus,
        settings=console.settings,
        render=console.render,
        filters=console.filters,
        answers=console.answers,
    )
    return screen.page(template, status, **context)
