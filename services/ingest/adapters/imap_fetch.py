"""Fetch the new mails of an IMAP folder: behind the checkpoint, oldest first, up to the limits of a
window.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from services.ingest.adapters.connection import STEP_TIMEOUT, abort_after
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER, Fetched, FetchRequest

MAX_MAILS = 200
MAX_BYTES = 16 * 2**20
MAX_MAIL_BYTES = 25 * 2**20  # bytes; of a larger mail only the beginning is stored
BEGINNING = 2**20
# UIDs in one search: longer answers exceed imaplib's limit of a line.
FIRST_SPAN, MAX_SPAN = 1000, 50_000
ENOUGH = 25.0  # seconds after which no further mail is fetched
MIN_BYTES_PER_SECOND = 100_000  # bytes per second, the least for a large mail

Listed = Mapping[int, Mapping[bytes, Any]]


class FetchWindow:
    """The mails fetched so far. The checkpoint moves only past UIDs that were examined, so an error
    loses nothing.
    """

    def __init__(self, request: FetchRequest) -> None:
        self.request, self.checkpoint = request, request.checkpoint
        self.mails: list[Fetched] = []
        self.more = False
        self._alone: tuple[int, Mapping[bytes, Any]] | None = None
        self._deadline = time.monotonic() + ENOUGH

    def read(self, client: IMAPClient, status: Mapping[bytes, Any]) -> None:
        """Fetch new mails of the folder that was just opened with `status`. Raises
        `CONNECTION_ERRORS`; `checkpoint` and `mails` then hold the result so far.
        """
        last = _number(status, b"UIDNEXT") - 1
        self._enter(_number(status, b"UIDVALIDITY"), last)
        if last <= self.checkpoint.last_uid:
            return
        self.more = True
        with abort_after(STEP_TIMEOUT, client.socket):
            uids, end = self._search(client, last)
            listed = client.fetch(uids[:MAX_MAILS], ["RFC822.SIZE", "INTERNALDATE"])
        chosen = _fitting(listed)
        if len(chosen) < len(listed) or len(uids) > MAX_MAILS:
            end = chosen[-1] if chosen else uids[MAX_MAILS - 1]
        if self._take_all(client, chosen, listed):
            self._pass(end)
            self.more = end < last

    def skip_failing_mail(self) -> None:
        """Skip a mail that failed too often: it is recorded without content, so that later mails
        can be fetched.
        """
        if self._alone and not self.mails and self.request.faults >= GIVE_UP_AFTER:
            uid, facts = self._alone
            self._found(uid, None, facts)

    def _enter(self, uidvalidity: int, last: int) -> None:
        """Set the checkpoint to the folder's UIDVALIDITY; `last` is its last UID.

        A first poll with start "now" begins at the end. If the server numbers its mails anew,
        reading begins with the first mail, without those that arrived before `since`.
        """
        known = self.checkpoint.uidvalidity
        if known is None and self.request.mailbox.start == "now":
            self.checkpoint = replace(self.checkpoint, last_uid=last)
        elif known != uidvalidity:
            history_until = last if self.request.since else 0
            self.checkpoint = replace(self.checkpoint, last_uid=0, history_until=history_until)
        self.checkpoint = replace(self.checkpoint, uidvalidity=uidvalidity)

    def _search(self, client: IMAPClient, last: int) -> tuple[list[int], int]:
        """Return the next UIDs, and the UID up to which was searched. Ranges have two numbers,
        since `n:*` always matches at least one mail.
        """
        span = FIRST_SPAN
        while self.checkpoint.last_uid < last:
            begin = self.checkpoint.last_uid + 1
            limit, since = last, list[Any]()
            if begin <= self.checkpoint.history_until:
                limit, since = self.checkpoint.history_until, self._since()
            end = min(begin + span - 1, limit)
            found = client.search(["UID", f"{begin}:{end}", *since])
            uids = sorted(uid for uid in found if begin <= uid <= end)
            if uids:
                return uids, end
            self._pass(end)
            span = min(2 * span, MAX_SPAN)
            if time.monotonic() > self._deadline:
                break
        return [], self.checkpoint.last_uid

    def _take_all(self, client: IMAPClient, chosen: Sequence[int], listed: Listed) -> bool:
        """Fetch mails, and return whether there was time for all."""
        wanted = [uid for uid in chosen if self._wanted(uid, listed[uid])]
        for large, group in groupby(wanted, lambda uid: _is_large(listed[uid])):
            for uids in self._steps(list(group)):
                if time.monotonic() > self._deadline and self.mails:
                    return False
                self._take(client, uids, listed, large=large)
        return True

    def _since(self) -> list[Any]:
        """Return search criteria for mails from before the first poll. The server compares days of
        its own time zone.
        """
        if self.request.since is None:
            return []
        return ["SINCE", (self.request.since - timedelta(days=1)).date()]

    def _wanted(self, uid: int, facts: Mapping[bytes, Any]) -> bool:
        arrived, since = facts.get(b"INTERNALDATE"), self.request.since
        if uid > self.checkpoint.history_until or arrived is None or since is None:
            return True
        return bool(arrived >= since)

    def _steps(self, uids: list[int]) -> list[list[int]]:
        # One by one after a fault: this shows which mail causes it, and stores those before it.
        if self.request.faults:
            return [[uid] for uid in uids]
        return [uids]

    def _take(
        self, client: IMAPClient, uids: Sequence[int], listed: Listed, *, large: bool
    ) -> None:
        part, key = "BODY.PEEK[]", b"BODY[]"
        if large:
            part, key = f"BODY.PEEK[]<0.{BEGINNING}>", b"BODY[]<0>"
        seconds = STEP_TIMEOUT
        if len(uids) == 1:
            self._alone = (uids[0], listed[uids[0]])
            seconds = max(STEP_TIMEOUT, _size(listed[uids[0]]) / MIN_BYTES_PER_SECOND)
        with abort_after(seconds, client.socket):
            got = client.fetch(uids, [part])
        for uid in uids:
            if uid not in got:  # removed meanwhile
                continue
            raw = got[uid].get(key)
            if raw is None:
                raise ProtocolError(f"the server sent no content for the mail with UID {uid}")
            self._found(uid, raw, listed[uid])
        self._alone = None

    def _found(self, uid: int, raw: bytes | None, facts: Mapping[bytes, Any]) -> None:
        whole = raw is not None and not _is_large(facts)
        self.mails.append(Fetched(uid, raw, _size(facts), facts.get(b"INTERNALDATE"), whole))
        self._pass(uid)

    def _pass(self, uid: int) -> None:
        self.checkpoint = replace(self.checkpoint, last_uid=max(uid, self.checkpoint.last_uid))


def _number(status: Mapping[bytes, Any], name: bytes) -> int:
    if not isinstance(status.get(name), int):
        raise ProtocolError(f"the server does not report {name.decode()} of the folder")
    return int(status[name])


def _fitting(listed: Listed) -> list[int]:
    """Return the UIDs of the mails that fit into the window, at least one."""
    chosen: list[int] = []
    room = MAX_BYTES
    for uid in sorted(listed):
        size = _size(listed[uid])
        if size > MAX_MAIL_BYTES:
            size = BEGINNING
        room -= size
        if chosen and room < 0:
            break
        chosen.append(uid)
    return chosen


def _is_large(facts: Mapping[bytes, Any]) -> bool:
    return _size(facts) > MAX_MAIL_BYTES


def _size(facts: Mapping[bytes, Any]) -> int:
    return int(facts.get(b"RFC822.SIZE", 0))
