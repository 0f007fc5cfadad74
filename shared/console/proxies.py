"""Find out who sent a request that came through a proxy."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

PEER = "aftercart.peer"


class DirectPeer:
    """Middleware that records which address the connection came from, before `X-Forwarded-For`
    replaces it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("client"):
            scope[PEER] = scope["client"][0]
        await self._app(scope, receive, send)


def came_through(http: Request, proxies: Sequence[str]) -> bool:
    """Return whether one of these proxies, addresses or networks, sent the request."""
    try:
        peer = ip_address(http.scope.get(PEER, ""))
    except ValueError:
        return False
    return any(peer in ip_network(proxy) for proxy in proxies)
