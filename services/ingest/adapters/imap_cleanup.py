"""Flag, move or delete mails on an IMAP server after they were stored."""

from collections.abc import Sequence

from imapclient import DELETED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from services.ingest.adapters.connection import STEP_TIMEOUT, FolderMissing, abort_after
from services.ingest.adapters.imap_folder import ImapFolder
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchRequest


def finish(folder: ImapFolder, request: FetchRequest) -> tuple[int, ...]:
    """Flag, move or delete the finished mails of a request, and return their UIDs. Repeating it, or
    a mail that no longer exists, does no harm.

    Raises `CONNECTION_ERRORS`.
    """
    uids, mailbox, client = request.finished, request.mailbox, folder.client
    if not uids:
        return ()
    with abort_after(STEP_TIMEOUT, client.socket):
        folder.open_writable()
        if folder.status.get(b"UIDVALIDITY") != request.checkpoint.uidvalidity:
            return ()  # the UIDs now belong to other mails
        if mailbox.afterwards == "flag":
            client.add_flags(uids, [SEEN], silent=True)
        elif mailbox.afterwards == "move":
            _move(client, uids, mailbox)
        elif mailbox.afterwards == "delete":
            _delete(client, uids)
    return uids


def _move(client: IMAPClient, uids: Sequence[int], mailbox: Mailbox) -> None:
    can_move = client.has_capability("MOVE")
    transfer = client.copy
    if can_move:
        transfer = client.move
    try:
        transfer(uids, mailbox.move_to)
    except IMAPClientError:
        if mailbox.move_to and not client.folder_exists(mailbox.move_to):
            raise FolderMissing(mailbox.move_to) from None
        raise
    if not can_move:
        _delete(client, uids)


def _delete(client: IMAPClient, uids: Sequence[int]) -> None:
    client.add_flags(uids, [DELETED], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)
        return
    # EXPUNGE removes all marked mails: not while other clients marked some.
    if set(client.search("DELETED")) <= set(uids):
        client.expunge()
