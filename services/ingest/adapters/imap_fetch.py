"""One look into a mailbox: what is new behind the checkpoint, oldest first, as much as fits into
the window.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from services.ingest.adapters.connection import CUT, cut_after
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER, Errand, Fetched

MOST_MAILS = 200
MOST_BYTES = 16 * 2**20
LARGEST_MAIL = 25 * 2**20  # bytes; of a larger one its beginning is kept
BEGINNING = 2**20
FIRST_SPAN, LARGEST_SPAN = (
    1000,
    50_000,
)  # UIDs in one search: longer answers break imaplib's limit of a line
ENOUGH = 25.0  # seconds after which no further mail is begun
SLOWEST = 100_000  # bytes per second at which a large mail is still waited for

Listing = Mapping[int, Mapping[bytes, Any]]


class Window:
    """What was found so far. The checkpoint moves only past what was looked at, so a fault loses
    nothing.
    """

    def __init__(self, errand: Errand) -> None:
        self.errand, self.checkpoint = errand, errand.checkpoint
        self.mails: list[Fetched] = []
        self.more = False
        self._alone: tuple[int, Mapping[bytes, Any]] | None = None
        self._deadline = time.monotonic() + ENOUGH

    def read(self, client: IMAPClient, status: Mapping[bytes, Any]) -> None:
        """`status` is the server's word of the folder that was just opened. Raises `TROUBLE`;
        `checkpoint` and `mails` hold what was reached.
        """
        last = self._enter(_told(status, b"UIDVALIDITY"), _told(status, b"UIDNEXT") - 1)
        if last <= self.checkpoint.last_uid:
            return
        self.more = True
        with cut_after(CUT, client.socket):
            uids, end = self._search(client, last)
            listed = client.fetch(uids[:MOST_MAILS], ["RFC822.SIZE", "INTERNALDATE"])
        chosen = _fitting(listed)
        if len(chosen) < len(listed) or len(uids) > MOST_MAILS:
            end = chosen[-1] if chosen else uids[MOST_MAILS - 1]
        if self._take_all(client, chosen, listed):
            self._pass(end)
            self.more = end < last

    def pass_by(self) -> None:
        """After too many faults at the same mail: it counts as one that cannot be had, and no
        longer bars the way.
        """
        if self._alone and not self.mails and self.errand.faults >= GIVE_UP_AFTER:
            uid, facts = self._alone
            self._found(uid, None, facts)

    def _enter(self, uidvalidity: int, last: int) -> int:
        """Where to begin: behind the checkpoint; at the end at the first look when only new mail is
        wanted; else, and when the server counts anew, from the first mail, but without those that
        came before `since`.
        """
        known = self.checkpoint.uidvalidity
        if known is None and self.errand.mailbox.start == "now":
            self.checkpoint = replace(self.checkpoint, last_uid=last)
        elif known != uidvalidity:
            self.checkpoint = replace(
                self.checkpoint, last_uid=0, history_until=last if self.errand.since else 0
            )
        self.checkpoint = replace(self.checkpoint, uidvalidity=uidvalidity)
        return last

    def _search(self, client: IMAPClient, last: int) -> tuple[list[int], int]:
        """The next UIDs, and up to where was searched. Ranges with numbers only: `n:*` would always
        name one.
        """
        span = FIRST_SPAN
        while self.checkpoint.last_uid < last:
            begin = self.checkpoint.last_uid + 1
            old = begin <= self.checkpoint.history_until
            end = min(begin + span - 1, self.checkpoint.history_until if old else last)
            since = self._in_history() if old else []
            uids = sorted(
                uid
                for uid in client.search(["UID", f"{begin}:{end}", *since])
                if begin <= uid <= end
            )
            if uids:
                return uids, end
            self._pass(end)
            span = min(2 * span, LARGEST_SPAN)
            if time.monotonic() > self._deadline:
                break
        return [], self.checkpoint.last_uid

    def _take_all(self, client: IMAPClient, chosen: Sequence[int], listed: Listing) -> bool:
        """Whether there was time for all."""
        wanted = [uid for uid in chosen if self._wanted(uid, listed[uid])]
        for large, group in groupby(wanted, lambda uid: _is_large(listed[uid])):
            for uids in self._steps(list(group)):
                if time.monotonic() > self._deadline and self.mails:
                    return False
                self._take(client, uids, listed, large=large)
        return True

    def _in_history(self) -> list[Any]:
        """What to search for among old mails. The server compares days of its own time zone."""
        return (
            ["SINCE", (self.errand.since - timedelta(days=1)).date()] if self.errand.since else []
        )

    def _wanted(self, uid: int, facts: Mapping[bytes, Any]) -> bool:
        arrived, since = facts.get(b"INTERNALDATE"), self.errand.since
        return (
            uid > self.checkpoint.history_until
            or arrived is None
            or since is None
            or bool(arrived >= since)
        )

    def _steps(self, uids: list[int]) -> Iterable[list[int]]:
        # One by one after a fault: it shows which mail is at fault, and keeps what was fetched
        # before it.
        return ([uid] for uid in uids) if self.errand.faults else [uids]

    def _take(
        self, client: IMAPClient, uids: Sequence[int], listed: Listing, *, large: bool
    ) -> None:
        part, key = (
            (f"BODY.PEEK[]<0.{BEGINNING}>", b"BODY[]<0>") if large else ("BODY.PEEK[]", b"BODY[]")
        )
        self._alone = (uids[0], listed[uids[0]]) if len(uids) == 1 else None
        seconds = max(CUT, _size(listed[uids[0]]) / SLOWEST) if self._alone else CUT
        with cut_after(seconds, client.socket):
            got = client.fetch(uids, [part])
        for uid in uids:
            if uid in got:  # else it was removed meanwhile
                raw = got[uid].get(key)
                if raw is None:
                    raise ProtocolError(f"no content was handed over for the mail with UID {uid}")
                self._found(uid, raw, listed[uid])
        self._alone = None

    def _found(self, uid: int, raw: bytes | None, facts: Mapping[bytes, Any]) -> None:
        whole = raw is not None and not _is_large(facts)
        self.mails.append(Fetched(uid, raw, _size(facts), facts.get(b"INTERNALDATE"), whole))
        self._pass(uid)

    def _pass(self, uid: int) -> None:
        self.checkpoint = replace(self.checkpoint, last_uid=max(uid, self.checkpoint.last_uid))


def _told(status: Mapping[bytes, Any], name: bytes) -> int:
    if not isinstance(status.get(name), int):
        raise ProtocolError(f"the server does not tell {name.decode()} of the folder")
    return int(status[name])


def _fitting(listed: Listing) -> list[int]:
    """As many of the mails as fit into the window, at least one."""
    chosen: list[int] = []
    room = MOST_BYTES
    for uid in sorted(listed):
        room -= BEGINNING if _is_large(listed[uid]) else _size(listed[uid])
        if chosen and room < 0:
            break
        chosen.append(uid)
    return chosen


def _is_large(facts: Mapping[bytes, Any]) -> bool:
    return _size(facts) > LARGEST_MAIL


def _size(facts: Mapping[bytes, Any]) -> int:
    return int(facts.get(b"RFC822.SIZE", 0))
