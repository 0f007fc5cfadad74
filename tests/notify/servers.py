"""SMTP servers of every temper, on ports of their own."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from services.notify.adapters.smtp import SmtpServer

USER, PASSWORD = "shop", "not a secret"


def hang_up(server: SMTP) -> None:
    """At once, without a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@dataclass(frozen=True)
class Taken:
    """A mail as the server has it."""

    sender: str
    recipients: list[str]
    content: bytes

    @classmethod
    def of(cls, envelope: Envelope) -> "Taken":
        content = envelope.content
        assert isinstance(content, bytes)
        return cls(envelope.mail_from or "", envelope.rcpt_tos, content)


class Receiver:
    """Accepts mail and stores it; `answers` override its replies to MAIL, RCPT and DATA.
    `pipelining`: the server offers it.
    """

    def __init__(self, *, sender: str = "", recipient: str = "", data: str = "") -> None:
        self.answers = {"MAIL": sender, "RCPT": recipient, "DATA": data}
        self.pipelining = False
        self.taken: list[Taken] = []
        self.seen: list[str] = []

    async def handle_EHLO(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen.append("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers["MAIL"] or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen.append("RCPT")
        envelope.rcpt_tos.append(address)
        return self.answers["RCPT"] or "250 OK"

    async def handle_DATA(self: Any, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.seen.append("DATA")
        if not self.answers["DATA"]:
            self.taken.append(Taken.of(envelope))
        return self.answers["DATA"] or "250 2.0.0 Taken"


class Silent(Receiver):
    """Takes the mail and hangs up before it says so."""

    async def handle_DATA(self: Any, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(Taken.of(envelope))
        hang_up(server)
        return "250 nobody hears this"


class Slow(Receiver):
    """Takes the mail and says so too late."""

    async def handle_DATA(self: Any, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(Taken.of(envelope))
        await asyncio.Event().wait()
        return "250 never"


class Counting(Receiver):
    """Counts its connections, mails and resets; hangs up at the mail with the number
    `hangs_up_at`.
    """

    def __init__(self, hangs_up_at: int | None = None) -> None:
        super().__init__()
        self.connections, self.resets, self.hangs_up_at = 0, 0, hangs_up_at

    async def handle_EHLO(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        return await super().handle_EHLO(server, session, envelope, hostname, responses)

    async def handle_MAIL(  # noqa: N802
        self: Any, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(self.seen) // 3 + 1 == self.hangs_up_at:
            self.hangs_up_at = None
            hang_up(server)
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RSET(self: Any, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.resets += 1
        return "250 OK"


class OnePacket(SMTP):
    """Notes in its handler's `seen` what has arrived behind each MAIL already."""

    async def smtp_MAIL(self: Any, arg: str) -> None:  # noqa: N802
        self.event_handler.seen.append(self._reader._buffer.decode())
        await super().smtp_MAIL(arg)


class WantsContent(SMTP):
    """Asks for the content although it refused the recipient, as RFC 2920 allows."""

    async def smtp_DATA(self: Any, arg: str) -> None:  # noqa: N802
        await self.push("354 go on")
        await self._reader.readline()
        self.event_handler.seen.append("CONTENT")


class HangsUpInData(SMTP):
    """Says that it will take the mail, and goes away at its first line."""

    async def smtp_DATA(self: Any, arg: str) -> None:  # noqa: N802
        await self.push("354 go on")
        await self._reader.readline()
        hang_up(self)


class Babbles(SMTP):
    """Answers the mail with something that is no answer."""

    async def smtp_DATA(self: Any, arg: str) -> None:  # noqa: N802
        await self.push("354 go on")
        while await self._reader.readline() != b".\r\n":
            pass
        await self.push("well, perhaps")


class RudeAtTheEnd(SMTP):
    """Does not answer QUIT with 221."""

    async def smtp_QUIT(self: Any, arg: str) -> None:  # noqa: N802
        await self.push("421 not like this")


@contextmanager
def smtp(
    receiver: Receiver,
    kind: type[SMTP] = SMTP,
    *,
    over: ssl.SSLContext | None = None,
    utf8: bool = True,
    **options: Any,
) -> Iterator[int]:
    """A server on its own thread; its port. `over`: TLS from the first byte."""
    loop = asyncio.new_event_loop()

    def serve() -> SMTP:
        return kind(receiver, hostname="mx.test", loop=loop, enable_SMTPUTF8=utf8, **options)

    server = loop.run_until_complete(loop.create_server(serve, "127.0.0.1", 0, ssl=over))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def mute() -> Iterator[int]:
    """A port that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@contextmanager
def scripted(greeting: bytes) -> Iterator[int]:
    """A server that greets with `greeting` and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                client.sendall(greeting)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


def nobody() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def check_login(
    server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any
) -> AuthResult:
    expected = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == expected, handled=False)


class Certificate:
    """A certificate for `localhost`, and both sides' view of it."""

    def __init__(self, directory: Path) -> None:
        self.file, self.key = directory / "cert.pem", directory / "key.pem"
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-noenc",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout",
                str(self.key),
                "-out",
                str(self.file),
            ],
            check=True,
            capture_output=True,
        )

    @property
    def server_side(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    @property
    def trusted(self) -> Callable[[], ssl.SSLContext]:
        return lambda: ssl.create_default_context(cafile=str(self.file))


def plain(port: int, timeout: float = 60) -> SmtpServer:
    """Our side, without TLS."""
    return SmtpServer("127.0.0.1", port, "none", timeout=timeout)
