"""Run the SMTP server of the local stack, which delivers accepted mail to Dovecot's mailboxes.

As a program: `python -m deploy.stack.smtp --port N --lmtp-port M`. With `--user`, clients must log
in with the password in SMTP_PASSWORD; with `--certificate` and `--key`, it offers STARTTLS.
"""

import argparse
import asyncio
import os
import secrets
import signal
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.stack import state
from deploy.stack.delivery import MailboxDelivery
from deploy.stack.ports import LOOPBACK, free_port, greets
from deploy.stack.processes import Process
from deploy.stack.server import Server

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 300


@dataclass(frozen=True)
class SmtpState:
    """The permanent state of an SMTP server: its TCP ports of 127.0.0.1, and a user and two
    files unless empty. Mails to addresses without a mailbox go to `catch_all`, unless it is empty.
    """

    port: int
    lmtp_port: int
    user: str
    password: str
    certificate: str
    key: str
    catch_all: str = ""


class SmtpServer(Server):
    """A server that answers each recipient as the mailboxes do."""

    def __init__(
        self,
        directory: Path,
        lmtp_port: int | None = None,
        *,
        user: str = "",
        certificate: Path | None = None,
        key: Path | None = None,
        catch_all: str = "",
    ) -> None:
        """Create the server of a directory, with the other arguments for a new one.

        With a user, clients must log in with `state.password`; with certificate and key, it offers
        STARTTLS.
        """
        self._directory = directory.resolve()

        def new_state() -> SmtpState:
            if lmtp_port is None:
                raise ValueError(f"{directory} holds no SMTP server yet: a new one needs lmtp_port")
            return SmtpState(
                free_port(),
                lmtp_port,
                user,
                password=secrets.token_hex(16),
                certificate=str(certificate or ""),
                key=str(key or ""),
                catch_all=catch_all,
            )

        self.state = state.load_or_create(self._directory / "state.json", SmtpState, new_state)
        self._process = Process(self._directory, "smtp")

    def start(self) -> None:
        """Start the server and wait until it greets clients. Raises `StackError`."""
        if self.running():
            return
        try:
            self._process.start(
                self._command(), env={"SMTP_PASSWORD": self.state.password}, cwd=PROJECT
            )
            self._process.await_until(
                lambda: greets(self.port, b"220"), START_SECONDS, "The SMTP server"
            )
        except BaseException:
            self.stop()
            raise

    @property
    def port(self) -> int:
        """The port of SMTP."""
        return self.state.port

    def _command(self) -> list[str | Path]:
        settings = {
            "--port": str(self.port),
            "--lmtp-port": str(self.state.lmtp_port),
            "--user": self.state.user,
            "--certificate": self.state.certificate,
            "--key": self.state.key,
            "--catch-all": self.state.catch_all,
        }
        given: list[str] = []
        for option, value in settings.items():
            if value:
                given += [option, value]
        return [sys.executable, "-m", "deploy.stack.smtp", *given]


async def serve(settings: argparse.Namespace) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    delivery = MailboxDelivery(settings.lmtp_port, settings.catch_all)
    tls = _tls(settings.certificate, settings.key) if settings.certificate else None

    def answer_a_client() -> SMTP:
        return SMTP(
            delivery,
            hostname="localhost",
            loop=loop,
            tls_context=tls,
            auth_require_tls=tls is not None,
            auth_required=bool(settings.user),
            authenticator=_gate(settings.user),
        )

    async with await loop.create_server(answer_a_client, LOOPBACK, settings.port):
        await ended.wait()


def _tls(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _gate(user: str) -> Callable[..., AuthResult]:
    expected = LoginPassword(user.encode(), os.environ.get("SMTP_PASSWORD", "").encode())

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        return AuthResult(success=bool(user) and given == expected, handled=False)

    return check


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack.smtp")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lmtp-port", type=int, required=True)
    parser.add_argument("--user", default="")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--catch-all", default="")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(serve(_arguments()))
