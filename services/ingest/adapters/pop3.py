"""Read mailboxes by POP3, where a mail has no UID but a unique name of the server (UIDL).

Each name gets a number derived from the lease's fence, so that no number is used twice. A name that
the server no longer lists is forgotten, since servers may reuse it for another mail. Deletions take
effect only with QUIT.
"""

import base64
import poplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import structlog

from services.ingest.adapters.connection import (
    CONNECTION_ERRORS,
    STEP_TIMEOUT,
    LoginRefused,
    NoEncryption,
    Timeouts,
    abort_after,
    fault_of,
    password_of,
    timeouts_for,
    tls_context,
)
from services.ingest.adapters.imap_fetch import (
    BEGINNING,
    ENOUGH,
    MAX_BYTES,
    MAX_MAIL_BYTES,
    MAX_MAILS,
    MIN_BYTES_PER_SECOND,
)
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER, Fetched, FetchRequest, FetchResult
from shared.runtime import certificates

log = structlog.get_logger()
UIDVALIDITY = 0  # never used by IMAP servers
NUMBERS = 1000  # in one poll; more than a window holds
LINE = 64 * 1024  # bytes read at once; a line of a mail may be longer


class Pop3:
    """Fetches mails by POP3, with a new session for each poll: a session sees only the mails from
    before it began.
    """

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return the new mails of a mailbox. Never raises for errors of network, server or
        login.
        """
        fetch, fault = Pop3Fetch(request), None
        finished: tuple[int, ...] = ()
        try:
            with session(request.mailbox, self._tokens, timeouts_for(request.faults)) as client:
                finished = fetch.read(client)
        except CONNECTION_ERRORS as error:
            fault = fault_of(request.mailbox, error)
            fetch.skip_failing_mail()
            log.warning(
                "mailbox.sync",
                outcome="fault",
                mailbox=request.mailbox.name,
                code=fault.code,
                fault=fault.reason,
            )
        return FetchResult(
            request,
            fetch.checkpoint,
            tuple(fetch.mails),
            fetch.more,
            fault,
            finished,
            fetch.names,
        )


@dataclass
class _ListedMail:
    """A mail in the server's list: its number in this session, its unique name, its size in
    bytes.
    """

    number: int
    name: str
    size: int


class Pop3Fetch:
    """One poll: fetches the new mails, oldest first, up to the limits of a window."""

    def __init__(self, request: FetchRequest) -> None:
        self.request, self.checkpoint = request, request.checkpoint
        self.mails: list[Fetched] = []
        self.names: dict[str, int] | None = None
        self.more = False
        self._at: _ListedMail | None = None
        self._deadline = time.monotonic() + ENOUGH

    def read(self, client: poplib.POP3) -> tuple[int, ...]:
        """Fetch new mails, and return the UIDs of the finished mails deleted now. Raises
        `CONNECTION_ERRORS`; `mails` and `names` then hold the result so far.
        """
        with abort_after(STEP_TIMEOUT, lambda: client.sock):
            listed = _listed(client)
        new: list[_ListedMail] = []
        self.names = {}
        for mail in listed:
            if mail.name in self.request.names:
                self.names[mail.name] = self.request.names[mail.name]
            else:
                new.append(mail)
        if self.checkpoint.uidvalidity != UIDVALIDITY:
            self.checkpoint = replace(self.checkpoint, uidvalidity=UIDVALIDITY)
            if self.request.mailbox.start == "now":
                self.names |= dict.fromkeys((mail.name for mail in new), 0)
                new = []
        self.more = bool(new)
        whole = self._take_all(client, new)
        self.more = len(self.mails) < len(new)
        if not whole:
            return ()
        return self._delete(client, listed)

    def skip_failing_mail(self) -> None:
        """Skip a mail that failed too often: it is recorded without content, so that later mails
        can be fetched.
        """
        if self._at and not self.mails and self.request.faults >= GIVE_UP_AFTER:
            self._found(self._at, None)

    def _take_all(self, client: poplib.POP3, new: list[_ListedMail]) -> bool:
        """Fetch mails, and return whether the session can still be used: the rest of a mail that is
        too large is never read.
        """
        room = MAX_BYTES
        for mail in new[:MAX_MAILS]:
            room -= mail.size
            if self.mails and (room < 0 or time.monotonic() > self._deadline):
                break
            self._at = mail
            with abort_after(
                max(STEP_TIMEOUT, mail.size / MIN_BYTES_PER_SECOND), lambda: client.sock
            ):
                raw, whole = _content(client, mail.number)
            self._found(mail, raw, whole=whole)
            if not whole:
                return False
        return True

    def _found(self, mail: _ListedMail, raw: bytes | None, *, whole: bool = False) -> None:
        uid = self.request.fence * NUMBERS + len(self.mails)
        self.checkpoint = replace(self.checkpoint, last_uid=uid)
        self.mails.append(Fetched(uid, raw, mail.size, None, whole))
        self.names = {**(self.names or {}), mail.name: uid}
        self._at = None

    def _delete(self, client: poplib.POP3, listed: list[_ListedMail]) -> tuple[int, ...]:
        wanted = set(self.request.finished)
        with abort_after(STEP_TIMEOUT, lambda: client.sock):
            for mail in listed:
                if self.request.names.get(mail.name) in wanted:
                    client.dele(mail.number)
            client.quit()
        return self.request.finished


@contextmanager
def session(mailbox: Mailbox, tokens: AccessTokens, timeouts: Timeouts) -> Iterator[poplib.POP3]:
    """Open a session and log in. STARTTLS is mandatory where the mailbox names it. Deletions take
    effect only if the block calls `quit`. Raises `CONNECTION_ERRORS`.
    """
    tls = tls_context(mailbox)
    client: poplib.POP3
    if mailbox.security == "tls":
        client = poplib.POP3_SSL(mailbox.host, mailbox.port, timeout=timeouts.connect, context=tls)
    else:
        client = poplib.POP3(mailbox.host, mailbox.port, timeout=timeouts.connect)
    try:
        client.sock.settimeout(timeouts.read)
        with abort_after(STEP_TIMEOUT, lambda: client.sock):
            if mailbox.security == "starttls":
                if "STLS" not in client.capa():
                    raise NoEncryption
                client.stls(tls)
            certificates.note(mailbox.host, client.port, client.sock)
            _authenticate(client, mailbox, tokens)
        yield client
    finally:
        with suppress(*CONNECTION_ERRORS):
            client.close()


def _authenticate(client: poplib.POP3, mailbox: Mailbox, tokens: AccessTokens) -> None:
    try:
        if mailbox.oauth is None:
            client.user(mailbox.user)
            client.pass_(password_of(mailbox))
            return
        with tokens.used(mailbox) as token:
            _say(client, b"AUTH XOAUTH2")
            proof = base64.b64encode(f"user={mailbox.user}\1auth=Bearer {token}\1\1".encode())
            if not _say(client, proof).startswith(b"+OK"):
                # The error came as a challenge: an empty line makes the server refuse.
                _say(client, b"")
    except poplib.error_proto as error:
        raise LoginRefused(*error.args) from None


def _listed(client: poplib.POP3) -> list[_ListedMail]:
    sizes = dict(line.split()[:2] for line in client.list()[1])
    listed = []
    for line in client.uidl()[1]:
        number, name = line.split(maxsplit=1)
        text = name.decode("ascii", "backslashreplace")
        listed.append(_ListedMail(int(number), text, int(sizes.get(number, 0))))
    return listed


def _say(client: poplib.POP3, words: bytes) -> bytes:
    """Send a line and return the server's answer. Raises `poplib.error_proto` with the answer if it
    is not positive.
    """
    client.sock.sendall(words + b"\r\n")
    answer = client.file.readline(LINE)
    if not answer.startswith(b"+"):
        raise poplib.error_proto(answer or b"-ERR EOF")
    return bytes(answer)


def _content(client: poplib.POP3, number: int) -> tuple[bytes, bool]:
    """Return the bytes of a mail, and whether they are complete. poplib's own `retr` fails at
    lines of more than 2 KB.
    """
    _say(client, b"RETR %d" % number)
    content, at_line_start = bytearray(), True
    while (line := client.file.readline(LINE)) != b".\r\n" or not at_line_start:
        if not line:
            raise EOFError("in the middle of a mail")
        if at_line_start and line.startswith(b"."):
            content += line[1:]
        else:
            content += line
        at_line_start = line.endswith(b"\n")
        if len(content) > MAX_MAIL_BYTES:
            return bytes(content[:BEGINNING]), False
    return bytes(content), True
