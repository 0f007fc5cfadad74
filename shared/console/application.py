"""Put the console together: routes, middleware, templates, and the pages for errors."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.clients.client import NoReply, new_id
from shared.console import errors, openid, probes
from shared.console.bus import BrokerAway, Bus
from shared.console.language import NAMES, Language, language_for
from shared.console.navigation import NAVIGATION, current
from shared.console.operation.operations import Operations, RabbitOperations
from shared.console.pages import ROUTES
from shared.console.proxies import DirectPeer, came_through
from shared.console.recent_answers import RecentAnswers
from shared.console.saved_filters import SavedFilters
from shared.console.screen import Data, NotAllowed, Refused, Screen
from shared.console.security import LoginLimit, SameOrigin, SecureHeaders
from shared.console.settings import ConsoleSettings
from shared.console.users import User, Users

STATIC = files("shared.console") / "static"


class Console:
    """What all requests share. Handlers reach it through their `Screen`."""

    def __init__(
        self, bus: Bus, users: Users, settings: ConsoleSettings, operations: Operations
    ) -> None:
        self.bus, self.users, self.settings = bus, users, settings
        self.operations = operations
        self.logins = LoginLimit()
        self.filters = SavedFilters(settings.filters_file)
        self._templates = _environment()
        self.answers = RecentAnswers()

    def user_of(self, http: Request) -> User | None:
        """Return the current user with their present roles."""
        name = self._name_from_proxy(http) or _name_in_session(http)
        if not name:
            return None
        return self.users.get(name)

    def _name_from_proxy(self, http: Request) -> str:
        """Return the user named by a trusted proxy; empty if none is trusted."""
        header = self.settings.trusted_header
        if not header or not came_through(http, self.settings.trusted_proxies):
            return ""
        return http.headers.get(header, "")

    def login_address(self, http: Request) -> str:
        """Return the address of the login, which leads back to the page that was asked for."""
        if http.method != "GET" or http.url.path == "/":
            return "/login"
        wanted = http.url.path
        if http.url.query:
            wanted += f"?{http.url.query}"
        return f"/login?to={quote(wanted, safe='/')}"

    async def screen(self, http: Request, user: User) -> Screen:
        """Return the screen of a request, with its form and the profile of its shop."""
        shop = http.session.get("shop")
        if shop not in self.settings.shops:
            shop = next(iter(self.settings.shops))
        screen = Screen(
            http=http,
            user=user,
            language=language_for(http),
            shop=shop,
            bus=self.bus,
            settings=self.settings,
            render=self.render,
            filters=self.filters,
            answers=self.answers,
        )
        if http.method == "POST":
            screen.form = http.state.form = await http.form(max_files=20, max_fields=2000)
        screen.options = await self._options(screen)
        screen.language = screen.language.in_shop(screen.options.get("profile", {}))
        return screen

    async def _options(self, screen: Screen) -> Data:
        """Return the settings of the shop; without an answer, those known before, or none."""
        try:
            return await screen.ask_recent("shop.get")
        except Refused as error:
            screen.without_profile = error.refusal.code == "unknown_shop"
            return {}
        except (BrokerAway, NoReply):
            return self.answers.last(screen.shop, "shop.get", {}) or {}

    def render_anonymous(self, template: str, language: Language, **context: Any) -> str:
        """Return the HTML of a template to show without a login."""
        return self._templates.get_template(template).render(
            t=language.text, language=language, languages=NAMES, **context
        )

    def render(self, template: str, **context: Any) -> str:
        """Return the HTML of a template."""
        screen: Screen = context["screen"]
        return self._templates.get_template(template).render(
            t=screen.language.text,
            language=screen.language,
            navigation=[entry for entry in NAVIGATION if screen.may(entry.needs)],
            area=current(screen.http.url.path),
            languages=NAMES,
            **context,
        )


def _name_in_session(http: Request) -> str:
    """Return the user of the login; an empty name if it has ended."""
    if http.session.get("until", 0) < time.time():
        return ""
    return str(http.session.get("user", ""))


def create_application(
    bus: Bus, users: Users, settings: ConsoleSettings, operations: Operations | None = None
) -> Starlette:
    """Return the ASGI application. A bus and operations with `start` and `stop` are started and
    stopped with it.
    """
    key = secrets.token_hex(32)
    if settings.secret:
        key = settings.secret.get_secret_value()
    middleware = [
        Middleware(DirectPeer),
        Middleware(SecureHeaders, https=settings.https),
        Middleware(SameOrigin),
        Middleware(
            SessionMiddleware,
            secret_key=key,
            session_cookie="aftercart_console",
            max_age=settings.session_hours * 3600,
            same_site="lax",
            https_only=settings.https,
        ),
    ]
    if settings.https:
        proxies = list(settings.trusted_proxies)
        middleware.insert(1, Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies))
    application = Starlette(
        routes=[
            *probes.ROUTES,
            *openid.routes(settings),
            *ROUTES,
            Mount("/static", StaticFiles(directory=str(STATIC)), name="static"),
        ],
        middleware=middleware,
        lifespan=_lifespan,
        exception_handlers={
            Refused: errors.refused,
            NotAllowed: errors.not_allowed,
            BrokerAway: errors.unavailable,
            NoReply: errors.unavailable,
            HTTPException: errors.http_error,
        },
    )
    application.state.console = Console(
        bus, users, settings, operations or RabbitOperations(settings)
    )
    return application


@contextlib.asynccontextmanager
async def _lifespan(application: Starlette) -> AsyncIterator[None]:
    parts: list[Any] = [application.state.console.bus, application.state.console.operations]
    for part in parts:
        if hasattr(part, "start"):
            part.start()
    yield
    for part in parts:
        if hasattr(part, "stop"):
            await asyncio.to_thread(part.stop)


@cache
def _environment() -> Environment:
    """Return the environment of the templates, which compiles each template once."""
    environment = Environment(
        loader=PackageLoader("shared.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(message_id=new_id)
    return environment
