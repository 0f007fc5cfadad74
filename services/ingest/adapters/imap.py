"""Reads mailboxes by IMAP, by UID and `BODY.PEEK[]`, in windows that are bounded in number, bytes
and time.

Nothing is changed on the server but what is to be flagged, moved or deleted because it is safely
kept. Whatever goes wrong with the network, the server or the login is told as a fault beside what
was fetched until then.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from services.ingest.adapters.connection import (
    CUT,
    LITTLE_PATIENCE,
    PATIENCE,
    TROUBLE,
    FolderMissing,
    Patience,
    cut_after,
    fault_of,
    secret,
    tls_context,
)
from services.ingest.adapters.imap_cleanup import finish
from services.ingest.adapters.imap_fetch import Window
from services.ingest.adapters.oauth import Tokens
from services.ingest.adapters.session_cache import Sessions
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Errand, Found

log = structlog.get_logger()
Status = dict[bytes, Any]


class Imap:
    """Keeps its sessions open: an empty mailbox costs one question and its answer."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._sessions: Sessions[IMAPClient] = Sessions(shut)

    def __call__(self, errand: Errand) -> Found:
        """What is new in a mailbox. Never raises for trouble with network, server or login."""
        mailbox, window, fault = errand.mailbox, Window(errand), None
        finished: tuple[int, ...] = ()
        try:
            with self._session(errand) as (client, status):
                window.read(client, status)
                finished = finish(client, errand)
        except TROUBLE as error:
            fault = fault_of(mailbox, error)
            window.pass_by()
            log.warning(
                "mailbox.sync",
                outcome="fault",
                mailbox=mailbox.name,
                code=fault.code,
                fault=fault.reason,
            )
        return Found(errand, window.checkpoint, tuple(window.mails), window.more, fault, finished)

    @contextmanager
    def _session(self, errand: Errand) -> Iterator[tuple[IMAPClient, Status]]:
        """A session in which the folder was just opened: the one of the last look, or a new one."""
        mailbox = errand.mailbox
        client, status = self._kept(mailbox) or self._new(
            mailbox, LITTLE_PATIENCE if errand.faults else PATIENCE
        )
        try:
            yield client, status
        except BaseException:
            shut(client)
            raise
        self._sessions.keep(mailbox, client)

    def _kept(self, mailbox: Mailbox) -> tuple[IMAPClient, Status] | None:
        client = self._sessions.take(mailbox)
        if client is None:
            return None
        try:
            return client, examine(client, mailbox.folder)
        except TROUBLE:  # the server ended it meanwhile
            shut(client)
            return None

    def _new(self, mailbox: Mailbox, patience: Patience) -> tuple[IMAPClient, Status]:
        client = log_in(mailbox, self._tokens, patience)
        try:
            return client, examine(client, mailbox.folder)
        except BaseException:
            shut(client)
            raise


def log_in(mailbox: Mailbox, tokens: Tokens, patience: Patience) -> IMAPClient:
    """A new session. STARTTLS is demanded, not tried. Raises `TROUBLE`."""
    tls = tls_context(mailbox)
    timeout = SocketTimeout(connect=patience.connect, read=patience.read)
    client = IMAPClient(
        mailbox.host, mailbox.port, ssl=mailbox.security == "tls", ssl_context=tls, timeout=timeout
    )
    try:
        client.normalise_times = False
        with cut_after(CUT, client.socket):
            if mailbox.security == "starttls":
                client.starttls(tls)
            _authenticate(client, mailbox, tokens)
    except BaseException:
        shut(client)
        raise
    return client


def _authenticate(client: IMAPClient, mailbox: Mailbox, tokens: Tokens) -> None:
    if mailbox.oauth:
        with tokens.used(mailbox) as token:
            client.oauth2_login(mailbox.user, token)
        return
    password = secret(mailbox)
    ascii_only = (mailbox.user + password).isascii()  # LOGIN carries nothing else
    (client.login if ascii_only else client.plain_login)(mailbox.user, password)


def examine(client: IMAPClient, folder: str) -> Status:
    """Opens a folder for reading only, or opens it again; one question, one answer. Raises
    `TROUBLE`.
    """
    with cut_after(CUT, client.socket):
        try:
            return dict(client.select_folder(folder, readonly=True))
        except IMAPClientError:
            if not client.folder_exists(folder):
                raise FolderMissing(folder) from None
            raise


def shut(client: IMAPClient) -> None:
    """Ends a session without a word: a server that says nothing would be waited for."""
    with suppress(*TROUBLE):
        client.shutdown()
