"""Access tokens for XOAUTH2, fetched where the settings say and kept until shortly before they
expire.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import httpx

from services.ingest.adapters.connection import TokenRefused, secret
from services.ingest.domain.mailbox import Mailbox

EARLY = 60.0  # seconds before its end that a token is no longer used
SECONDS = 10.0  # to wait for the server that gives tokens
USUAL_LIFE = 300.0  # seconds, where it does not say


class Tokens:
    """By mailbox."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    @contextmanager
    def used(self, mailbox: Mailbox) -> Iterator[str]:
        """A token to log in with; it is forgotten where that fails. Raises `TokenRefused`, for a
        server that cannot be reached, too.
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
            self._known[mailbox.name] = token, time.monotonic() + life - EARLY
        return token


def _ask(mailbox: Mailbox) -> tuple[str, float]:
    oauth = mailbox.oauth
    if oauth is None:
        raise TokenRefused("the mailbox has no 'oauth' in the settings")
    refresh = oauth.refresh_token
    form = {
        "client_id": oauth.client_id,
        "client_secret": secret(mailbox),
        "scope": oauth.scope,
    } | (
        {"grant_type": "refresh_token", "refresh_token": refresh.get_secret_value()}
        if refresh
        else {"grant_type": "client_credentials"}
    )
    try:
        answer = httpx.post(
            str(oauth.token_url),
            data={name: value for name, value in form.items() if value},
            timeout=SECONDS,
        )
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise TokenRefused(
            f"{oauth.token_url} gave no answer that can be read ({type(error).__name__})."
        ) from None
    if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
        reason = (
            said.get("error_description") or said.get("error") if isinstance(said, dict) else None
        )
        raise TokenRefused(
            f"{oauth.token_url} answered {answer.status_code}: {reason or 'without a token'}"
        )
    return said["access_token"], float(said.get("expires_in") or USUAL_LIFE)
