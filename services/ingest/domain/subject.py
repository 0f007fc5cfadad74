"""Analyse subjects: prefixes, topic, and the orders and threads they name."""

import re
from collections.abc import Iterator
from uuid import UUID

from shared.contracts.conversation import SUBJECT_TOKEN

MAX_NAMED = 20
_ANSWERED = r"re|aw|antw|antwort|rép|réf|sv|vs|ynt|odp|پاسخ|جواب"
_FORWARDED = r"fwd?|wg|wtr|tr|transf|rv|vl|i|هدایت|ارسال مجدد|فوروارد"
_PREFIX = re.compile(
    rf"^\s*(?:(?:{_ANSWERED}|{_FORWARDED})(?:\[\d+\])?\s*[::]|\[[^\]]{{1,60}}\])\s*", re.IGNORECASE
)
_FORWARD = re.compile(
    rf"^\s*(?:(?:{_ANSWERED})\s*[::]\s*)*(?:{_FORWARDED})(?:\[\d+\])?\s*[::]", re.IGNORECASE
)
_PASSED_ON = re.compile(rf"^\s*(?:{_FORWARDED})(?:\[\d+\])?\s*[::]", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<![A-Z0-9-])[A-Z0-9][A-Z0-9-]{3,31}(?![A-Z0-9-])")


def is_forwarded(subject: str) -> bool:
    """Return whether a subject has a forward prefix, also behind `Re:`: `Fwd:`, `WG:`, `TR:`."""
    return bool(_FORWARD.match(subject))


def is_passed_on(subject: str) -> bool:
    """Return whether the sender forwards a mail, rather than answering a forwarded one (`Re:
    Fwd:`).
    """
    return bool(_PASSED_ON.match(subject))


def topic(subject: str) -> str:
    """Return the subject without prefixes and tokens of programs, for comparison."""
    before = None
    while before != subject:
        before, subject = subject, _PREFIX.sub("", subject)
    return " ".join(SUBJECT_TOKEN.sub("", subject).casefold().split())


def is_new_topic(subject: str, before: str) -> bool:
    """Return whether a subject differs from the earlier one; an empty one does not."""
    new, old = topic(subject), topic(before)
    return bool(new and old) and new not in old and old not in new


def order_references(subject: str) -> list[str]:
    """Return words that may be the reference of an order, in capitals; those written in capitals
    come first.
    """
    written = [*_REFERENCE.findall(subject), *_REFERENCE.findall(subject.upper())]
    return list(dict.fromkeys(written))[:MAX_NAMED]


def thread_ranges(subject: str) -> Iterator[tuple[UUID, UUID]]:
    """Yield the lowest and the highest thread id for each thread token in the subject."""
    for found in SUBJECT_TOKEN.finditer(subject):
        yield UUID(hex=found[1].lower() + "0" * 22), UUID(hex=found[1].lower() + "f" * 22)
