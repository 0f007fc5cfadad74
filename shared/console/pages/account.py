"""Log in and out, and choose language and shop."""

import time
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shared.console.language import TAGS, language_for
from shared.console.roles import LOOK
from shared.console.routing import Screens
from shared.console.screen import SEE_OTHER, Screen, local_path

TOO_MANY, UNAUTHORIZED = 429, 401
screens = Screens()


async def login_page(http: Request) -> Response:
    """Show the login."""
    console = http.app.state.console
    if console.user_of(http):
        return RedirectResponse("/", SEE_OTHER)
    return login_form(http, to=http.query_params.get("to", "/"))


async def login(http: Request) -> Response:
    """Check name and password, and begin a session."""
    console = http.app.state.console
    form = await http.form()
    name, to = str(form.get("name", "")).strip(), str(form.get("to", "/"))
    keys = (f"address {_address(http)}", f"name {name.lower()}")
    if not console.logins.allows(*keys):
        return login_form(http, TOO_MANY, to=to, name=name, fault="account.too_many")
    user = await run_in_threadpool(console.users.verify, name, str(form.get("password", "")))
    if user is None:
        console.logins.failed(*keys)
        return login_form(http, UNAUTHORIZED, to=to, name=name, fault="account.wrong")
    console.logins.succeeded(*keys)
    begin_session(http, user.name)
    return RedirectResponse(local_path(to), SEE_OTHER)


def begin_session(http: Request, name: str) -> None:
    """Begin the session of a user; nothing of an earlier one remains but the language."""
    language = http.session.get("language")
    http.session.clear()
    hours = http.app.state.console.settings.session_hours
    http.session.update(user=name, until=time.time() + hours * 3600)
    if language:
        http.session["language"] = language


def login_form(http: Request, status: int = 200, **context: Any) -> Response:
    """Return the page of the login. `fault` names the text that says why a login failed."""
    console = http.app.state.console
    values = {
        "name": "",
        "fault": "",
        "to": "/",
        "oidc": bool(console.settings.oidc_issuer),
    } | context
    html = console.render_anonymous("account/login.html", language_for(http), **values)
    return Response(html, status, media_type="text/html")


def _address(http: Request) -> str:
    return http.client.host if http.client else ""


async def choose_language(http: Request) -> Response:
    """Remember the language of the user in the session, also before the login."""
    form = await http.form()
    tag = str(form.get("language", ""))
    if tag in TAGS:
        http.session["language"] = tag
    return RedirectResponse(local_path(str(form.get("to", "/"))), SEE_OTHER)


@screens.get("/")
async def first_page(_screen: Screen) -> Response:
    """Lead to the orders."""
    return RedirectResponse("/orders", SEE_OTHER)


@screens.post("/logout", needs=LOOK)
async def logout(screen: Screen) -> Response:
    """End the session."""
    language = screen.language.tag
    screen.http.session.clear()
    screen.http.session["language"] = language
    return RedirectResponse("/login", SEE_OTHER)


@screens.post("/shop", needs=LOOK)
async def choose_shop(screen: Screen) -> Response:
    """Remember the shop to work in."""
    shop = screen.submitted("shop")
    if shop in screen.settings.shops:
        screen.http.session["shop"] = shop
    return RedirectResponse("/orders", SEE_OTHER)


login_routes = [
    Route("/login", login_page, methods=["GET"]),
    Route("/login", login, methods=["POST"]),
    Route("/language", choose_language, methods=["POST"]),
]
