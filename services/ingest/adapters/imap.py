"""Read mailboxes by IMAP, with UIDs and `BODY.PEEK[]`, in windows limited in number, bytes and
time.

Mails are only flagged, moved or deleted on the server after they were stored. Errors of network,
server or login are returned as a fault, with the mails fetched before it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from imapclient import IMAPClient, SocketTimeout

from services.ingest.adapters.connection import (
    CONNECTION_ERRORS,
    STEP_TIMEOUT,
    Timeouts,
    abort_after,
    fault_of,
    password_of,
    timeouts_for,
    tls_context,
)
from services.ingest.adapters.imap_cleanup import finish
from services.ingest.adapters.imap_fetch import FetchWindow
from services.ingest.adapters.imap_folder import ImapFolder, disconnect
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.session_cache import SessionCache
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from shared.runtime import certificates

log = structlog.get_logger()


class Imap:
    """Fetches mails by IMAP. Sessions stay open between polls, so that polling an empty mailbox
    costs one round trip.
    """

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._sessions: SessionCache[ImapFolder] = SessionCache(ImapFolder.close)

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return the new mails of a mailbox. Never raises for errors of network, server or
        login.
        """
        mailbox, window, fault = request.mailbox, FetchWindow(request), None
        finished: tuple[int, ...] = ()
        try:
            with self._session(request) as folder:
                window.read(folder.client, folder.status)
                finished = finish(folder, request)
                self._look_for_later_mails(folder, window)
        except CONNECTION_ERRORS as error:
            fault = fault_of(mailbox, error)
            window.skip_failing_mail()
            log.warning(
                "mailbox.sync",
                outcome="fault",
                mailbox=mailbox.name,
                code=fault.code,
                fault=fault.reason,
            )
        return FetchResult(
            request, window.checkpoint, tuple(window.mails), window.more, fault, finished
        )

    def _look_for_later_mails(self, folder: ImapFolder, window: FetchWindow) -> None:
        """Open a folder again that was read to the end of an earlier status."""
        if not window.more and not folder.up_to_date:
            folder.open()
            window.more = folder.has_more(window.checkpoint)

    @contextmanager
    def _session(self, request: FetchRequest) -> Iterator[ImapFolder]:
        """Open a session with its folder: the one of the last poll, or a new one."""
        folder = self._cached(request)
        if folder is None:
            folder = self._new(request.mailbox, timeouts_for(request.faults))
        try:
            yield folder
        except BaseException:
            folder.close()
            raise
        self._sessions.keep(request.mailbox, folder)

    def _cached(self, request: FetchRequest) -> ImapFolder | None:
        folder = self._sessions.take(request.mailbox)
        if folder is None:
            return None
        try:
            folder.resume(request.checkpoint)
        except CONNECTION_ERRORS:  # the server closed the session meanwhile
            folder.close()
            return None
        return folder

    def _new(self, mailbox: Mailbox, patience: Timeouts) -> ImapFolder:
        client = log_in(mailbox, self._tokens, patience)
        try:
            return ImapFolder(client, mailbox.folder)
        except BaseException:
            disconnect(client)
            raise


def log_in(mailbox: Mailbox, tokens: AccessTokens, patience: Timeouts) -> IMAPClient:
    """Open a new session and log in. STARTTLS is mandatory where the mailbox names it. Raises
    `CONNECTION_ERRORS`.
    """
    tls = tls_context(mailbox)
    timeout = SocketTimeout(connect=patience.connect, read=patience.read)
    client = IMAPClient(
        mailbox.host, mailbox.port, ssl=mailbox.security == "tls", ssl_context=tls, timeout=timeout
    )
    try:
        client.normalise_times = False
        with abort_after(STEP_TIMEOUT, client.socket):
            if mailbox.security == "starttls":
                client.starttls(tls)
            certificates.note(mailbox.host, client.port, client.socket())
            _authenticate(client, mailbox, tokens)
    except BaseException:
        disconnect(client)
        raise
    return client


def _authenticate(client: IMAPClient, mailbox: Mailbox, tokens: AccessTokens) -> None:
    if mailbox.oauth:
        with tokens.used(mailbox) as token:
            client.oauth2_login(mailbox.user, token)
        return
    password = password_of(mailbox)
    # LOGIN transports ASCII only.
    if (mailbox.user + password).isascii():
        client.login(mailbox.user, password)
    else:
        client.plain_login(mailbox.user, password)
