"""A private Dovecot: mailboxes one reads by IMAP and POP3 and delivers into by LMTP."""

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
START_SECONDS = 30


class Dovecot(Server):
    """A mail server for users that exist only here; `reply+token@shop.test` is delivered to
    `reply@shop.test`.
    """

    def __init__(self, directory: Path, *, programs: Sequence[Path] | None = None) -> None:
        """Mean the server of that directory; `programs` are the directories of Dovecot's own
        program.
        """
        directory = directory.resolve()
        self._programs = programs
        self.state = state.kept(directory / "state.json", DovecotState, dovecot_settings.new_state)
        self._account = server_account("nobody")
        self._data_directory = DataDirectory(directory, self._account)
        self._process = Process(directory, "dovecot")

    def start(self) -> None:
        """Returns when IMAP, POP3 and LMTP answer. Raises StackError."""
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
        """Gives this address a mailbox, or its mailbox another password; returns when it can log in
        (or could).
        """
        users = self._users(self._data_directory.make())
        # In base64, since the file's fields end at a colon.
        hidden = base64.b64encode(password.encode()).decode()
        draft = users / f".{address}"
        draft.touch(mode=0o600)
        draft.write_text(f"{address}:{{PLAIN.b64}}{hidden}::::::\n")
        self._account.own(draft)
        draft.replace(users / address)
        if self.running():
            # Dovecot looks at a file once a second.
            self._process.await_until(
                lambda: self._lets_in(address, password), 10, f"The mailbox of {address}"
            )

    def fill(self, address: str, mails: Iterable[bytes]) -> None:
        """Writes mails into the files of this address's mailbox: of a hundred thousand, nothing
        else is done soon.
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
        """An access token for the mailbox of this address, valid for so long, once the server was
        started.
        """
        return tokens.token(self._data_directory.path, address, seconds)

    @property
    def imap_port(self) -> int:
        """IMAP in the clear, with STARTTLS offered."""
        return self.state.imap_port

    @property
    def imaps_port(self) -> int:
        """IMAP within TLS."""
        return self.state.imaps_port

    @property
    def pop3_port(self) -> int:
        """POP3 in the clear, with STLS offered."""
        return self.state.pop3_port

    @property
    def pop3s_port(self) -> int:
        """POP3 within TLS."""
        return self.state.pop3s_port

    @property
    def lmtp_port(self) -> int:
        """Delivery."""
        return self.state.lmtp_port

    @property
    def certificate(self) -> Path:
        """The self-signed certificate for localhost and 127.0.0.1, there after the first start."""
        return self._data_directory.path / "certificate.pem"

    @property
    def key(self) -> Path:
        """The certificate's private key."""
        return self._data_directory.path / "key.pem"

    def _prepare(self, place: Path) -> Path:
        # After a crash a pid file is left, and the number in it may be another process's by now.
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
