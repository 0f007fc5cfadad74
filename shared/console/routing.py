"""Declare the screens of an area: address, handler, and the permission that it needs."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shared.console.roles import LOOK
from shared.console.screen import Screen

Handler = Callable[[Screen], Awaitable[Response]]


class Screens:
    """The screens of one area, such as orders. Each handler gets a `Screen`."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    @classmethod
    def joined(cls, *parts: "Screens") -> "Screens":
        """Return the screens of several modules together. Of two routes that fit an address, the
        first one answers.
        """
        found = cls()
        for part in parts:
            found.routes += part.routes
        return found

    def get(self, path: str, needs: str = LOOK) -> Callable[[Handler], Handler]:
        """Register a handler that shows a page."""
        return self._register(path, "GET", needs)

    def post(self, path: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a handler of a submitted form."""
        return self._register(path, "POST", needs)

    def _register(self, path: str, method: str, needs: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            async def endpoint(http: Request) -> Response:
                return await _answer(http, handler, needs)

            self.routes.append(Route(path, endpoint, methods=[method], name=handler.__name__))
            return handler

        return register


async def _answer(http: Request, handler: Handler, needs: str) -> Response:
    """Call a handler if the user is logged in and has the permission."""
    console: Any = http.app.state.console
    user = console.user_of(http)
    if user is None:
        return RedirectResponse(console.login_address(http), 303)
    screen = await console.screen(http, user)
    screen.require(needs)
    return await handler(screen)
