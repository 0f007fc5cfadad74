"""Listens to IMAP servers (IDLE) for hints that mail came. Polling stays the truth; nothing depends
on this.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from threading import Event, Thread

import structlog
from imapclient import IMAPClient

from services.ingest.adapters.connection import PATIENCE
from services.ingest.adapters.imap import examine, log_in, shut
from services.ingest.adapters.oauth import Tokens
from services.ingest.domain.mailbox import Mailbox

log = structlog.get_logger()

ANEW = 540.0  # seconds; servers and routers drop who has been silent for longer
NOTICE = 1.0  # seconds after which a stop is noticed
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 900.0  # seconds after a failure: polling tells what is wrong


def listen(
    mailboxes: Iterable[Mailbox],
    tell: Callable[[Mailbox], None],
    stopping: Event,
    *,
    tokens: Tokens,
) -> None:
    """Each mailbox in a thread of its own, which may hang without harm, until it is stopped."""
    for mailbox in mailboxes:
        if mailbox.protocol == "imap":
            Thread(
                target=watch, args=(mailbox, tell, stopping, tokens), daemon=True, name="idle"
            ).start()
    stopping.wait()


def watch(
    mailbox: Mailbox, tell: Callable[[Mailbox], None], stopping: Event, tokens: Tokens
) -> None:
    """Returns when it is stopped, or where the server cannot IDLE. Never raises."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        began = time.monotonic()
        try:
            client = log_in(mailbox, tokens, PATIENCE)
            try:
                if not client.has_capability("IDLE"):
                    return
                examine(client, mailbox.folder)
                while not stopping.is_set():
                    if _something_came(client, stopping):
                        tell(mailbox)
            finally:
                shut(client)
        except Exception as error:
            log.info(
                "mailbox.listen",
                outcome="interrupted",
                mailbox=mailbox.name,
                error=type(error).__name__,
            )
        pause = FIRST_PAUSE if time.monotonic() - began > ANEW else min(2 * pause, LONGEST_PAUSE)
        stopping.wait(pause)


def _something_came(client: IMAPClient, stopping: Event) -> bool:
    """Waits until something comes in, it is stopped, or the server must hear from us again. Raises
    `TROUBLE`.
    """
    client.idle()
    for _ in range(
        int(ANEW / NOTICE)
    ):  # where the server has gone, that is over at once, and the next step says so
        if _tells_of_mail(client.idle_check(timeout=NOTICE)):
            client.idle_done()
            return True
        if stopping.is_set():
            break
    return _tells_of_mail(client.idle_done()[1])


def _tells_of_mail(said: Iterable[Sequence[object]]) -> bool:
    return any(b"EXISTS" in line for line in said)
