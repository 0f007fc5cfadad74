"""An open folder of an IMAP server."""

import select
from contextlib import suppress
from socket import socket
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from services.ingest.adapters.connection import (
    CONNECTION_ERRORS,
    STEP_TIMEOUT,
    FolderMissing,
    abort_after,
)
from services.ingest.domain.mailbox_state import Checkpoint

Status = dict[bytes, Any]


class ImapFolder:
    """A session with an open folder, and the status that the server reported when it opened it.

    A server may read its whole list of mails each time a folder is opened (Dovecot takes 0.3
    seconds for 100,000), so a folder stays open while it has further mails.
    """

    def __init__(self, client: IMAPClient, name: str) -> None:
        """Open a folder read-only. Raises `CONNECTION_ERRORS`."""
        self.client, self._name = client, name
        self.open()

    def open(self) -> None:
        """Open the folder read-only, in one round trip. Raises `CONNECTION_ERRORS`."""
        self.status = examine(self.client, self._name)
        self.writable, self.up_to_date = False, True

    def open_writable(self) -> None:
        """Open the folder to change it, unless it is open so. Raises `CONNECTION_ERRORS`."""
        if not self.writable:
            self.status = dict(self.client.select_folder(self._name))
            self.writable = self.up_to_date = True

    def resume(self, checkpoint: Checkpoint) -> None:
        """Prepare the next poll: open the folder again, unless it is known to have mails behind the
        checkpoint. Raises `CONNECTION_ERRORS` if the server closed the session.
        """
        known = (self._name, self.status.get(b"UIDVALIDITY"))
        same = known == (checkpoint.folder, checkpoint.uidvalidity)
        if same and self.has_more(checkpoint) and _is_silent(self.client.socket()):
            self.up_to_date = False
        else:
            self.open()

    def has_more(self, checkpoint: Checkpoint) -> bool:
        """Return whether there were UIDs behind the checkpoint when the folder was opened."""
        uidnext = self.status.get(b"UIDNEXT")
        return isinstance(uidnext, int) and uidnext - 1 > checkpoint.last_uid

    def close(self) -> None:
        """Close the session."""
        disconnect(self.client)


def examine(client: IMAPClient, folder: str) -> Status:
    """Open a folder read-only, in one round trip, and return its status. Raises
    `CONNECTION_ERRORS`.
    """
    with abort_after(STEP_TIMEOUT, client.socket):
        try:
            return dict(client.select_folder(folder, readonly=True))
        except IMAPClientError:
            if not client.folder_exists(folder):
                raise FolderMissing(folder) from None
            raise


def _is_silent(connection: socket) -> bool:
    """Return whether the server has neither sent anything nor closed the connection since its last
    answer. NOOP would ask it, but lets Dovecot read the whole folder.
    """
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def disconnect(client: IMAPClient) -> None:
    """Close a connection without LOGOUT: a server that does not answer would block it."""
    with suppress(*CONNECTION_ERRORS):
        client.shutdown()
