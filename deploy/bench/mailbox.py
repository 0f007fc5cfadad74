"""Fill a mailbox on Dovecot with mails of customers, and read it with a loop that only fetches
and parses.
"""

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, compat32
from functools import cache
from pathlib import Path
from typing import NamedTuple

from imapclient import IMAPClient

from deploy.stack.dovecot import Dovecot
from services.ingest.adapters.imap_fetch import MAX_MAILS

USER, PASSWORD = "service@shop.test", "bench"
TEXTS = {
    "en": (
        "Hello,\n\nwhere is my parcel? I ordered a blue mug last week and have heard nothing"
        " since.\n\nAda\n" * 8
    ),
    "fa": (
        "سلام\n\nبسته من کجاست؟ هفته پیش یک لیوان آبی سفارش دادم و هنوز خبری نشده است.\n\nبا"
        " احترام\n" * 8
    ),
}


@dataclass(frozen=True)
class Rate:
    """Mails per second, and the peak memory of the process in MB."""

    mails: float
    megabytes: float


class Opening(NamedTuple):
    """Seconds until the first window of mails is there, and mails per second from then on."""

    first: float
    further: float


class FullMailbox:
    """A mailbox with `count` unread mails."""

    def __init__(self, dovecot: Dovecot, count: int) -> None:
        self.dovecot, self.count = dovecot, count

    def fill(self) -> None:
        """Store the mails in the mailbox."""
        self.dovecot.add_user(USER, PASSWORD)
        self.dovecot.fill(USER, mails(0, self.count))

    def bare(self) -> Rate:
        """Fetch in the same windows and parse with `email` and its fastest policy; store
        nothing.
        """
        began = time.perf_counter()
        for _, content in self.fetched():
            message_from_bytes(content, policy=compat32)
        return Rate(self.count / (time.perf_counter() - began), own_peak())

    def opening(self) -> Opening:
        """Open the folder and fetch all windows with a bare client, which lists no sizes before."""
        began = opened = time.perf_counter()
        fetched = 0
        for _ in self.fetched():
            fetched += 1
            if fetched == MAX_MAILS:
                opened = time.perf_counter()
        return Opening(opened - began, (fetched - MAX_MAILS) / (time.perf_counter() - opened))

    def fetched(self) -> Iterator[tuple[int, bytes]]:
        """Yield all mails with their uids, fetched in the same windows as the service does."""
        with self._opened() as client:
            client.select_folder("INBOX", readonly=True)
            for start in range(1, self.count + 1, MAX_MAILS):
                uids = range(start, min(start + MAX_MAILS, self.count + 1))
                for uid, facts in client.fetch(uids, ["BODY.PEEK[]"]).items():
                    yield uid, facts[b"BODY[]"]

    def _opened(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.dovecot.imap_port, ssl=False, timeout=120)
        client.login(USER, PASSWORD)
        return client


def mails(start: int, end: int) -> Iterator[bytes]:
    """Return mails of many customers: every third with HTML, every fifth in Persian."""
    return (_mail(number) for number in range(start, end))


def own_peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peak_of(pid: int) -> float:
    """Return the peak memory of another process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _mail(number: int) -> bytes:
    head = (
        f"From: Ada Byron <ada{number % 1000}@example.test>\r\nTo: {USER}\r\nSubject: A question"
        f" ({number})\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID:"
        f" <{number}.bench@example.test>\r\n"
    )
    return head.encode() + _content("fa" if number % 5 == 0 else "en", formatted=number % 3 == 0)


@cache
def _content(language: str, *, formatted: bool) -> bytes:
    """Return a mail from its content headers on."""
    mail, text = EmailMessage(policy=SMTP), TEXTS[language]
    mail.set_content(text)
    if formatted:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
        mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    return bytes(mail)
