"""Reads mailboxes by POP3, which has no UIDs: a mail is known by the name (UIDL) that the server
has for it.

Each name gets a number of ours, made of the lease's, so that none comes twice; a name that the
server no longer lists is forgotten, since it may be given to another mail. Deleting takes effect
only when the server is bidden farewell.
"""

import base64
import poplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import structlog

from services.ingest.adapters.connection import (
    CUT,
    LITTLE_PATIENCE,
    PATIENCE,
    TROUBLE,
    LoginRefused,
    NoEncryption,
    Patience,
    cut_after,
    fault_of,
    secret,
    tls_context,
)
from services.ingest.adapters.imap_fetch import (
    BEGINNING,
    ENOUGH,
    LARGEST_MAIL,
    MOST_BYTES,
    MOST_MAILS,
    SLOWEST,
)
from services.ingest.adapters.oauth import Tokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER, Errand, Fetched, Found

log = structlog.get_logger()
UIDVALIDITY = 0  # no IMAP server has this one
NUMBERS = 1000  # in one look; more than a window holds
LINE = 64 * 1024  # bytes read at once; a line of a mail may be longer


class Pop3:
    """Logs in for each look, as POP3 demands: a session sees only what was there when it began."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def __call__(self, errand: Errand) -> Found:
        """What is new in a mailbox. Never raises for trouble with network, server or login."""
        look, fault = Drop(errand), None
        finished: tuple[int, ...] = ()
        try:
            with session(
                errand.mailbox, self._tokens, LITTLE_PATIENCE if errand.faults else PATIENCE
            ) as client:
                finished = look.read(client)
        except TROUBLE as error:
            fault = fault_of(errand.mailbox, error)
            look.pass_by()
            log.warning(
                "mailbox.sync",
                outcome="fault",
                mailbox=errand.mailbox.name,
                code=fault.code,
                fault=fault.reason,
            )
        return Found(
            errand, look.checkpoint, tuple(look.mails), look.more, fault, finished, look.names
        )


@dataclass
class _Letter:
    """A mail as the server lists it: its number in this session, its name, its bytes."""

    number: int
    name: str
    size: int


class Drop:
    """One look: which names are new, oldest first, as much as fits into the window."""

    def __init__(self, errand: Errand) -> None:
        self.errand, self.checkpoint = errand, errand.checkpoint
        self.mails: list[Fetched] = []
        self.names: dict[str, int] | None = None
        self.more = False
        self._at: _Letter | None = None
        self._deadline = time.monotonic() + ENOUGH

    def read(self, client: poplib.POP3) -> tuple[int, ...]:
        """Returns the UIDs of the finished mails that are deleted now. Raises `TROUBLE`; `mails`
        and `names` hold what was reached.
        """
        with cut_after(CUT, lambda: client.sock):
            listed = _listed(client)
        known = self.errand.names
        self.names = {letter.name: known[letter.name] for letter in listed if letter.name in known}
        new = [letter for letter in listed if letter.name not in known]
        if self.checkpoint.uidvalidity != UIDVALIDITY:
            self.checkpoint = replace(self.checkpoint, uidvalidity=UIDVALIDITY)
            if self.errand.mailbox.start == "now":
                self.names |= {letter.name: 0 for letter in new}
                new = []
        self.more = bool(new)
        whole = self._take_all(client, new)
        self.more = len(self.mails) < len(new)
        return self._delete(client, listed) if whole else ()

    def pass_by(self) -> None:
        """After too many faults at the same mail: it counts as one that cannot be had, and no
        longer bars the way.
        """
        if self._at and not self.mails and self.errand.faults >= GIVE_UP_AFTER:
            self._found(self._at, None)

    def _take_all(self, client: poplib.POP3, new: list[_Letter]) -> bool:
        """Whether the session can still be used: of a mail that is too large the rest is never
        read.
        """
        room = MOST_BYTES
        for letter in new[:MOST_MAILS]:
            room -= letter.size
            if self.mails and (room < 0 or time.monotonic() > self._deadline):
                break
            self._at = letter
            with cut_after(max(CUT, letter.size / SLOWEST), lambda: client.sock):
                raw, whole = _content(client, letter.number)
            self._found(letter, raw, whole=whole)
            if not whole:
                return False
        return True

    def _found(self, letter: _Letter, raw: bytes | None, *, whole: bool = False) -> None:
        uid = self.errand.fence * NUMBERS + len(self.mails)
        self.checkpoint = replace(self.checkpoint, last_uid=uid)
        self.mails.append(Fetched(uid, raw, letter.size, None, whole))
        self.names = {**(self.names or {}), letter.name: uid}
        self._at = None

    def _delete(self, client: poplib.POP3, listed: list[_Letter]) -> tuple[int, ...]:
        wanted = set(self.errand.finished)
        with cut_after(CUT, lambda: client.sock):
            for letter in listed:
                if self.errand.names.get(letter.name) in wanted:
                    client.dele(letter.number)
            client.quit()
        return self.errand.finished


@contextmanager
def session(mailbox: Mailbox, tokens: Tokens, patience: Patience) -> Iterator[poplib.POP3]:
    """Logged in. STARTTLS is demanded, not tried. Raises `TROUBLE`. Whoever wants deletions to
    count says `quit`.
    """
    tls = tls_context(mailbox)
    client = (
        poplib.POP3_SSL(mailbox.host, mailbox.port, timeout=patience.connect, context=tls)
        if mailbox.security == "tls"
        else poplib.POP3(mailbox.host, mailbox.port, timeout=patience.connect)
    )
    try:
        client.sock.settimeout(patience.read)
        with cut_after(CUT, lambda: client.sock):
            if mailbox.security == "starttls":
                if "STLS" not in client.capa():
                    raise NoEncryption
                client.stls(tls)
            _authenticate(client, mailbox, tokens)
        yield client
    finally:
        with suppress(*TROUBLE):
            client.close()


def _authenticate(client: poplib.POP3, mailbox: Mailbox, tokens: Tokens) -> None:
    try:
        if mailbox.oauth:
            with tokens.used(mailbox) as token:
                _say(client, b"AUTH XOAUTH2")
                proof = base64.b64encode(f"user={mailbox.user}\1auth=Bearer {token}\1\1".encode())
                if not _say(client, proof).startswith(b"+OK"):
                    _say(
                        client, b""
                    )  # what is wrong was told as a challenge: only this brings the refusal
        else:
            client.user(mailbox.user)
            client.pass_(secret(mailbox))
    except poplib.error_proto as error:
        raise LoginRefused(*error.args) from None


def _listed(client: poplib.POP3) -> list[_Letter]:
    sizes = dict(line.split()[:2] for line in client.list()[1])
    names = (line.split(maxsplit=1) for line in client.uidl()[1])
    return [
        _Letter(int(number), name.decode("ascii", "backslashreplace"), int(sizes.get(number, 0)))
        for number, name in names
    ]


def _say(client: poplib.POP3, words: bytes) -> bytes:
    """The server's answer. Raises `poplib.error_proto` with the server's words when it does not
    agree.
    """
    client.sock.sendall(words + b"\r\n")
    answer = client.file.readline(LINE)
    if not answer.startswith(b"+"):
        raise poplib.error_proto(answer or b"-ERR EOF")
    return bytes(answer)


def _content(client: poplib.POP3, number: int) -> tuple[bytes, bool]:
    """The bytes of a mail, and whether these are all. poplib's own `retr` fails at lines of more
    than 2 KB.
    """
    _say(client, b"RETR %d" % number)
    content, begins = bytearray(), True
    while (line := client.file.readline(LINE)) != b".\r\n" or not begins:
        if not line:
            raise EOFError("in the middle of a mail")
        content += line[1:] if begins and line.startswith(b".") else line
        begins = line.endswith(b"\n")
        if len(content) > LARGEST_MAIL:
            return bytes(content[:BEGINNING]), False
    return bytes(content), True
