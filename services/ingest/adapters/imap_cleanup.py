"""What becomes of mails on an IMAP server once they are safely kept: flagged, moved or deleted."""

from collections.abc import Sequence

from imapclient import DELETED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from services.ingest.adapters.connection import CUT, FolderMissing, cut_after
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Errand


def finish(client: IMAPClient, errand: Errand) -> tuple[int, ...]:
    """Does it for the errand's finished mails; their UIDs. Repeating it, or a mail that is gone,
    does no harm.

    Raises `TROUBLE`.
    """
    uids, mailbox = errand.finished, errand.mailbox
    if not uids:
        return ()
    with cut_after(CUT, client.socket):
        status = client.select_folder(mailbox.folder)
        if status.get(b"UIDVALIDITY") != errand.checkpoint.uidvalidity:
            return ()  # the UIDs mean other mails by now
        if mailbox.afterwards == "flag":
            client.add_flags(uids, [SEEN], silent=True)
        elif mailbox.afterwards == "move":
            _move(client, uids, mailbox)
        elif mailbox.afterwards == "delete":
            _delete(client, uids)
    return uids


def _move(client: IMAPClient, uids: Sequence[int], mailbox: Mailbox) -> None:
    moves = client.has_capability("MOVE")
    try:
        (client.move if moves else client.copy)(uids, mailbox.move_to)
    except IMAPClientError:
        if mailbox.move_to and not client.folder_exists(mailbox.move_to):
            raise FolderMissing(mailbox.move_to) from None
        raise
    if not moves:
        _delete(client, uids)


def _delete(client: IMAPClient, uids: Sequence[int]) -> None:
    client.add_flags(uids, [DELETED], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)
    elif set(client.search("DELETED")) <= set(
        uids
    ):  # else it would take what others marked and may still want
        client.expunge()
