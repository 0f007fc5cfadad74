"""Fetch access tokens for XOAUTH2, and cache them until shortly before they expire."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from services.ingest.adapters.connection import TokenRefused, password_of
from services.ingest.domain.mailbox import Mailbox, OAuth

RENEW_BEFORE = 60.0  # seconds before it expires a token is renewed
SECONDS = 10.0  # to wait for the token server
DEFAULT_LIFETIME = 300.0  # seconds, if the token server does not state it


class AccessTokens:
    """A cache of access tokens by mailbox."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    @contextmanager
    def used(self, mailbox: Mailbox) -> Iterator[str]:
        """Yield a token to log in with, and drop it from the cache if the block fails. Raises
        `TokenRefused`, also when the token server cannot be reached.
        """
        token = self._token(mailbox)
        try:
            yield token
        except BaseException:
            with self._lock:
                self._known.pop(mailbox.name, None)
            raise

    def _token(self, mailbox: Mailbox) -> str:
        with self._lock:
            token, until = self._known.get(mailbox.name, ("", 0.0))
        if time.monotonic() < until:
            return token
        token, life = _ask(mailbox)
        with self._lock:
            self._known[mailbox.name] = token, time.monotonic() + life - RENEW_BEFORE
        return token


def _ask(mailbox: Mailbox) -> tuple[str, float]:
    # Imported here, since most installations have no such mailbox, and it takes 4 MB.
    import httpx2  # noqa: PLC0415

    oauth = mailbox.oauth
    if oauth is None:
        raise TokenRefused("the mailbox has no 'oauth' in the settings")
    url = str(oauth.token_url)
    try:
        response = httpx2.post(url, data=_form(oauth, password_of(mailbox)), timeout=SECONDS)
        answer = response.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise TokenRefused(f"{url} gave no valid answer ({type(error).__name__}).") from None
    if not isinstance(answer, dict):
        answer = {}
    token = answer.get("access_token")
    if not isinstance(token, str):
        reason = answer.get("error_description") or answer.get("error") or "no token in the answer"
        raise TokenRefused(f"{url} answered {response.status_code}: {reason}")
    return token, float(answer.get("expires_in") or DEFAULT_LIFETIME)


def _form(oauth: OAuth, secret: str) -> dict[str, str]:
    form = {"client_id": oauth.client_id, "grant_type": "client_credentials"}
    if secret:
        form["client_secret"] = secret
    if oauth.scope:
        form["scope"] = oauth.scope
    if oauth.refresh_token:
        form["grant_type"] = "refresh_token"
        form["refresh_token"] = oauth.refresh_token.get_secret_value()
    return form
