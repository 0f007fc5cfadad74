"""One mail over an SMTP connection, and the certain or uncertain result (RFC 5321, RFC 2920)."""

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.notify.domain.mime import OutgoingMail
from services.notify.domain.sending import Kind, Outcome
from shared.writing.text import clean

Reply = tuple[int, bytes]
# Refusals because of our authentication: missing, too weak or wrong (RFC 4954, 6).
NOT_ABOUT_THE_MAIL = frozenset({530, 534, 535, 538})
# Temporary refusals that ask us to slow down, by code, status (RFC 3463) or text.
SLOW_DOWN = re.compile(
    r"^421 4\.7\.|^4\d\d 4\.(5\.3|7\.28)\b|too many|too fast|\brate\b|throttl", re.IGNORECASE
)
LINE_BREAK = re.compile(r"[\r\n]")
CLOSING, GO_ON = 421, 354
MAX_REASON = 500
TROUBLE = (
    smtplib.SMTPException,
    OSError,
    ValueError,
)  # ValueError: a name or password that cannot be encoded


@dataclass
class Transaction:
    """One MAIL, RCPT, DATA sequence, after RSET where the connection needs a `reset`. Where the
    server offers PIPELINING, the commands are one packet and their replies another.

    `nothing_sent`: the connection ended before any content was written, so the server cannot have
    the mail; `sent_whole`: the last byte was written, so the server may have accepted it;
    `in_sync`: the protocol state is known, so the connection can be reused.
    """

    server: smtplib.SMTP
    mail: OutgoingMail
    reset: bool = False
    nothing_sent: bool = False
    sent_whole: bool = False
    in_sync: bool = False
    outcome: Outcome = field(init=False)
    _content_begun: bool = False
    _awaits_content: bool = False

    def __post_init__(self) -> None:
        self.outcome = self._outcome("temporary", "")

    def run(self) -> None:
        """Send the mail, and set the `outcome`."""
        try:
            self.outcome = self._run()
        except TROUBLE as error:
            why = reason(error)
            self.nothing_sent = not self._content_begun
            self.outcome = self._outcome("unknown" if self.sent_whole else temporary(why), why)

    def _run(self) -> Outcome:
        if self.mail.international and not self.server.has_extn("smtputf8"):
            self.in_sync = True
            return self._outcome(
                "permanent",
                "The server accepts only ASCII addresses (it lacks SMTPUTF8).",
            )
        commands = self._commands()
        if self.server.has_extn("pipelining"):
            replies = self._all_at_once(commands)
        else:
            replies = map(self._ask, commands)
        refusal = self._first_refusal(commands, replies)
        if refusal:
            return self._refused(*refusal)
        code, text = self._send_content()
        if code // 10 != 25:
            return self._refused(code, text)
        self.in_sync = True
        return self._outcome("sent", answer(code, text))

    def _commands(self) -> list[str]:
        if LINE_BREAK.search(self.mail.sender + self.mail.recipient):
            raise ValueError("An address contains a line break.")
        options = " SMTPUTF8" if self.mail.international else ""
        commands = [
            f"MAIL FROM:{smtplib.quoteaddr(self.mail.sender)}{options}",
            f"RCPT TO:{smtplib.quoteaddr(self.mail.recipient)}",
            "DATA",
        ]
        if self.reset:
            commands.insert(0, "RSET")
        return commands

    def _ask(self, command: str) -> Reply:
        self.server.send(self._encoded([command]))
        return self.server.getreply()

    def _all_at_once(self, commands: list[str]) -> Iterator[Reply]:
        self.server.send(self._encoded(commands))
        return (self.server.getreply() for _ in commands)

    def _encoded(self, commands: list[str]) -> bytes:
        lines = "".join(f"{command}\r\n" for command in commands)
        return lines.encode("utf-8" if self.mail.international else "ascii")

    def _first_refusal(self, commands: list[str], replies: Iterator[Reply]) -> Reply | None:
        """Read the replies to the commands, and return the first refusal. With PIPELINING the
        later ones are read, too.
        """
        refusal: Reply | None = None
        for command, (code, text) in zip(commands, replies, strict=True):
            wanted = GO_ON if command == "DATA" else 250
            if code // 10 != wanted // 10:
                refusal = refusal or (code, text)
            elif refusal and command == "DATA":
                self._awaits_content = True
            if refusal and (code == CLOSING or not self.server.has_extn("pipelining")):
                break
        if refusal and refusal[0] == CLOSING:
            self.nothing_sent = True
        return refusal

    def _send_content(self) -> Reply:
        self._content_begun = True
        # The final dot is in the same write: if the write fails, the server cannot have seen it.
        self.server.send(stuffed(self.mail.content) + b".\r\n")
        self.sent_whole = True
        return self.server.getreply()

    def _refused(self, code: int, text: bytes) -> Outcome:
        why = answer(code, text)
        if not 400 <= code < 600:  # not a reply code of SMTP
            return self._outcome("unknown" if self.sent_whole else "temporary", why)
        # A server that waits for content in spite of a refusal gets none: the connection is closed.
        self.in_sync = code != CLOSING and not self._awaits_content
        if code >= 500 and code not in NOT_ABOUT_THE_MAIL:
            return self._outcome("permanent", why)
        return self._outcome(temporary(why), why)

    def _outcome(self, kind: Kind, why: str) -> Outcome:
        return Outcome(kind, why, self.mail.attempt)


def stuffed(content: bytes) -> bytes:
    """Return a mail as DATA carries it: CRLF line ends, and leading dots doubled (RFC
    5321, 4.5.2).
    """
    lines = content
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..").removeprefix(b"\r\n")
    if lines.endswith(b"\r\n"):
        return lines
    return lines + b"\r\n"


def temporary(reason: str) -> Kind:
    """Return the kind of a temporary refusal: `rate` if it asks us to slow down."""
    if SLOW_DOWN.search(reason):
        return "rate"
    return "temporary"


def answer(code: int, text: bytes) -> str:
    """Return a reply of the server as one line."""
    return clean(f"{code} {text.decode('utf-8', 'replace')}")[:MAX_REASON]


def reason(error: BaseException) -> str:
    """Return an error as one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return answer(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return clean(f"{type(error).__name__}: {error}")[:MAX_REASON]
