"""Recognise senders that are programs: mail servers, and unattended addresses."""

import re

from services.ingest.domain.headers import Headers, addresses

_DAEMONS = (
    "mailerdaemon",
    "maildaemon",
    "maildeliverysystem",
    "maildeliverysubsystem",
    "mailsubsystem",
)
_POSTMASTER = "postmaster"
_NO_REPLY = re.compile(r"(?:no|donot)reply")


def is_from_nobody(headers: Headers) -> bool:
    """Return whether a mail has the null sender, which must not be answered (RFC 5321, 4.5.5)."""
    sender = headers.first("from")
    return headers.first("return-path").strip() == "<>" or (
        sender.endswith("<>") and not addresses(sender)
    )


def is_from_daemon(headers: Headers) -> bool:
    """Return whether a mail server sent it."""
    senders = (headers.first("from"), headers.first("return-path"))
    return any(_letters(sender).startswith(_DAEMONS) for sender in senders)


def may_be_server(headers: Headers) -> bool:
    """Return whether a mail server may have sent it: the null sender, or a postmaster. A postmaster
    may also be a person.
    """
    return is_from_nobody(headers) or _letters(headers.first("from")).startswith(_POSTMASTER)


def is_unattended(headers: Headers) -> bool:
    """Return whether answers to the sender are not read; a postmaster is not included, as they may
    be a person.
    """
    return is_from_nobody(headers) or bool(_NO_REPLY.match(_letters(headers.first("from"))))


def _letters(sender: str) -> str:
    """Return the letters of the local part of an address, so that `Mail.Delivery_System` and
    `post-master` are recognised.
    """
    found = addresses(sender)
    address = sender.partition("<")[2].partition(">")[0] or sender
    if found:
        address = found[0].address
    return re.sub(r"[^a-z]", "", address.partition("@")[0].lower())
