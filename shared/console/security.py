"""Protect the console: headers of every response, forms of other sites, and repeated logins."""

import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'self'"
)
"""The policy of every page; a page with content of strangers sets a stricter one."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MAX_BODY = 32 << 20  # bytes of a form with its files


class SecureHeaders:
    """Middleware that adds the security headers, where the page did not set its own."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = dict(HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOrigin:
    """Middleware that refuses forms of other sites and bodies that are too large.

    Browsers state in `Sec-Fetch-Site` where a request comes from; older ones state `Origin` only.
    Source: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not same_origin(headers):
            response = PlainTextResponse("This form was sent by another site.", 403)
        elif "transfer-encoding" in headers:  # browsers state the length of a form
            response = PlainTextResponse("The form lacks its Content-Length.", 411)
        elif int(headers.get("content-length") or 0) > MAX_BODY:
            response = PlainTextResponse("The form is larger than 32 MB.", 413)
        else:
            await self._app(scope, receive, send)
            return
        await response(scope, receive, send)


def same_origin(headers: Headers) -> bool:
    """Return whether a request was sent by a page of the console itself."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc == headers.get("host")


class LoginLimit:
    """Limits failed logins: `attempts` within `seconds` for each key, an address or a name."""

    def __init__(
        self,
        attempts: int = 10,
        seconds: float = 300,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attempts, self._seconds, self._clock = attempts, seconds, clock
        self._failed: dict[str, deque[float]] = {}

    def allows(self, *keys: str) -> bool:
        """Return whether another attempt is allowed."""
        self._forget_old()
        return all(len(self._failed.get(key, ())) < self._attempts for key in keys)

    def failed(self, *keys: str) -> None:
        """Count a failed attempt."""
        for key in keys:
            self._failed.setdefault(key, deque()).append(self._clock())

    def succeeded(self, *keys: str) -> None:
        """Forget the failed attempts."""
        for key in keys:
            self._failed.pop(key, None)

    def _forget_old(self) -> None:
        oldest = self._clock() - self._seconds
        for key, times in list(self._failed.items()):
            while times and times[0] < oldest:
                times.popleft()
            if not times:
                del self._failed[key]
