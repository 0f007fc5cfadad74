"""Run a private Dovecot: mailboxes with IMAP and POP3, and delivery by LMTP."""

import base64
import imaplib
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.stack import dovecot_settings, state, tokens
from deploy.stack.account import server_account
from deploy.stack.data_directory import DataDirectory
from deploy.stack.dovecot_settings import DovecotState
from deploy.stack.ports import LOOPBACK, greets
from deploy.stack.processes import Process
from deploy.stack.programs import find_program
from deploy.stack.server import Server

PACKAGE = "dovecot-imapd"
START_SECONDS = 300


class Dovecot(Server):
    """A mail server with its own users. Mail to `reply+token@shop.test` is delivered to
    `reply@shop.test`.
    """

    def __init__(self, directory: Path, *, programs: Sequence[Path] | None = None) -> None:
        """Create the server of a directory; `programs` are the directories to find Dovecot in."""
        directory = directory.resolve()
        self._programs = programs
        self.state = state.load_or_create(
            directory / "state.json", DovecotState, dovecot_settings.new_state
        )
        self._account = server_account("nobody")
        self._data_directory = DataDirectory(directory, self._account)
        self._process = Process(directory, "dovecot")

    def start(self) -> None:
        """Start the server and wait until IMAP, POP3 and LMTP answer. Raises `StackError`."""
        if self.running():
            return
        program = find_program("dovecot", PACKAGE, self._programs)
        place = self._data_directory.prepare()
        configuration = self._prepare(place)
        try:
            self._process.start(
                [program, "-F", "-c", configuration], cwd=place, account=self._account
            )
            self._process.await_until(self._ready, START_SECONDS, "Dovecot")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        # A login process that has just begun may wait 5 seconds for another that has ended; Maildir
        # needs no patience.
        self._process.stop(timeout=3)
        self._data_directory.restore()

    def add_user(self, address: str, password: str) -> None:
        """Create a mailbox for this address, or set its password, and wait until a login
        succeeds (if the server runs).
        """
        users = self._users(self._data_directory.make())
        # In base64, since a colon separates the fields of the file.
        hidden = base64.b64encode(password.encode()).decode()
        draft = users / f".{address}"
        draft.touch(mode=0o600)
        draft.write_text(f"{address}:{{PLAIN.b64}}{hidden}::::::\n")
        self._account.own(draft)
        draft.replace(users / address)
        if self.running():
            # Dovecot checks the file once a second.
            self._process.await_until(
                lambda: self._lets_in(address, password), 10, f"The mailbox of {address}"
            )

    def fill(self, address: str, mails: Iterable[bytes]) -> None:
        """Write mails directly into the files of a mailbox, which is fast enough for a hundred
        thousand.
        """
        mail = self._data_directory.path / "mail" / address
        new = mail / "Maildir" / "new"
        for folder in (new, new.with_name("cur"), new.with_name("tmp")):
            folder.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(mails):
            new.joinpath(f"{number:09d}.filled,S={len(content)},W={len(content)}").write_bytes(
                content
            )
        self._account.own(mail.parent)

    def token(self, address: str, seconds: int = 3600) -> str:
        """Return an access token for a mailbox, valid for these seconds. The server must have
        been started once.
        """
        return tokens.token(self._data_directory.path, address, seconds)

    @property
    def imap_port(self) -> int:
        """The port of IMAP with STARTTLS."""
        return self.state.imap_port

    @property
    def imaps_port(self) -> int:
        """The port of IMAP over TLS."""
        return self.state.imaps_port

    @property
    def pop3_port(self) -> int:
        """The port of POP3 with STLS."""
        return self.state.pop3_port

    @property
    def pop3s_port(self) -> int:
        """The port of POP3 over TLS."""
        return self.state.pop3s_port

    @property
    def lmtp_port(self) -> int:
        """The port of LMTP."""
        return self.state.lmtp_port

    @property
    def certificate(self) -> Path:
        """The self-signed certificate for localhost and 127.0.0.1; it exists after the first
        start.
        """
        return self._data_directory.path / "certificate.pem"

    @property
    def key(self) -> Path:
        """The private key of the certificate."""
        return self._data_directory.path / "key.pem"

    def _prepare(self, place: Path) -> Path:
        # A crash leaves a pid file, and its number may belong to another process by now.
        shutil.rmtree(place / "run", ignore_errors=True)
        dovecot_settings.make_certificate(place)
        tokens.prepare(place)
        self._users(place)
        configuration = dovecot_settings.write_configuration(place, self.state, self._account)
        self._account.own(place)
        return configuration

    def _ready(self) -> bool:
        return (
            greets(self.imap_port, b"* OK")
            and greets(self.pop3_port, b"+OK")
            and greets(self.lmtp_port, b"220")
        )

    def _users(self, place: Path) -> Path:
        users = place / "users"
        users.mkdir(mode=0o700, exist_ok=True)
        return users

    def _lets_in(self, address: str, password: str) -> bool:
        try:
            with imaplib.IMAP4(LOOPBACK, self.imap_port, timeout=5) as client:
                client.authenticate("PLAIN", lambda _: f"\0{address}\0{password}".encode())
        except (OSError, imaplib.IMAP4.error):
            return False
        return True
