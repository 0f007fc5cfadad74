"""Wait for new mail with IMAP IDLE, to poll a mailbox earlier. Polling works without it."""

import time
from collections.abc import Callable, Iterable, Sequence
from threading import Event, Thread

import structlog
from imapclient import IMAPClient

from services.ingest.adapters.connection import TIMEOUTS
from services.ingest.adapters.imap import log_in
from services.ingest.adapters.imap_folder import disconnect, examine
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox

log = structlog.get_logger()

RENEW_AFTER = 540.0  # seconds; servers and routers drop connections that are silent for longer
CHECK_INTERVAL = 1.0  # seconds between checks of `stopping`
FIRST_PAUSE, MAX_PAUSE = 60.0, 900.0  # seconds after a failure; polling reports it


def listen(
    mailboxes: Iterable[Mailbox],
    notify: Callable[[Mailbox], None],
    stopping: Event,
    *,
    tokens: AccessTokens,
) -> None:
    """Watch each IMAP mailbox in a thread of its own, until `stopping` is set. A thread that hangs
    does no harm.
    """
    for mailbox in mailboxes:
        if mailbox.protocol == "imap":
            Thread(
                target=watch, args=(mailbox, notify, stopping, tokens), daemon=True, name="idle"
            ).start()
    stopping.wait()


def watch(
    mailbox: Mailbox, notify: Callable[[Mailbox], None], stopping: Event, tokens: AccessTokens
) -> None:
    """Call `notify` at the beginning and for new mail, until `stopping` is set or the server does
    not support IDLE. Never raises.
    """
    pause = FIRST_PAUSE
    while not stopping.is_set():
        began = time.monotonic()
        try:
            client = log_in(mailbox, tokens, TIMEOUTS)
            try:
                if not client.has_capability("IDLE"):
                    return
                examine(client, mailbox.folder)
                notify(mailbox)  # mail may have arrived while nobody listened
                while not stopping.is_set():
                    if _mail_arrived(client, stopping):
                        notify(mailbox)
            finally:
                disconnect(client)
        except Exception as error:
            log.info(
                "mailbox.listen",
                outcome="interrupted",
                mailbox=mailbox.name,
                error=type(error).__name__,
            )
        pause = min(2 * pause, MAX_PAUSE)
        if time.monotonic() - began > RENEW_AFTER:
            pause = FIRST_PAUSE
        stopping.wait(pause)


def _mail_arrived(client: IMAPClient, stopping: Event) -> bool:
    """Return whether new mail arrived before `stopping` was set or the IDLE command must be
    renewed. Raises `CONNECTION_ERRORS`.
    """
    client.idle()
    # If the server has disconnected, the loop ends at once and `idle_done` raises.
    for _ in range(int(RENEW_AFTER / CHECK_INTERVAL)):
        if _announces_mail(client.idle_check(timeout=CHECK_INTERVAL)):
            client.idle_done()
            return True
        if stopping.is_set():
            break
    return _announces_mail(client.idle_done()[1])


def _announces_mail(responses: Iterable[Sequence[object]]) -> bool:
    return any(b"EXISTS" in response for response in responses)
