"""Reads a mailbox by IMAP, and changes nothing in it.

By UID and `BODY.PEEK[]`, in windows that are bounded in number, bytes and time. Whatever goes wrong with the network,
the server or the login is told as one sentence beside what was fetched until then.
"""

from services.ingest.adapters.connection import TROUBLE, fault_sentence, session
from services.ingest.adapters.window import Window
from services.ingest.domain.mailbox import Errand, Found
from shared.runtime.log import logger

log = logger()


def fetch(errand: Errand) -> Found:
    """What is new in a mailbox. Never raises for trouble with network, server or login."""
    window, fault = Window(errand), ""
    try:
        with session(errand.mailbox) as client:
            window.read(client)
    except TROUBLE as error:
        fault = fault_sentence(errand.mailbox, error)
        window.pass_by()
        log.warning("mailbox.sync", outcome="fault", mailbox=errand.mailbox.name, fault=fault)
    return Found(errand, window.checkpoint, tuple(window.mails), window.more, fault)
