"""The part of an employee's mail that may go to the customer: new lines, without internal text."""

import re
from collections.abc import Iterable, Iterator, Sequence

from services.ingest.domain.attachments import Attachment
from services.ingest.domain.folded_lines import new_lines
from services.ingest.domain.quoting import plain
from shared.contracts.conversation import tokens_in
from shared.contracts.ingest import ThreadMessage

MAX_RUN_LENGTH = 8
"""Words of a private line compared at once, since programs wrap quoted lines."""
_FEW_WORDS = 4
_LONG = 30  # characters; a long line counts even with few words, as in scripts without blanks
_PREFIX = re.compile(r"(?m)^[>|\s]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n")


def new_text(text: str, own: Iterable[str] = ()) -> str:
    """Return the new text of a mail, without quotes and signature. `own`: addresses of the shop,
    which identify the header of a quoted mail in any language.
    """
    return _EMPTY_LINES.sub("\n\n", new_lines(_above(text, own))).strip()


def _above(text: str, own: Iterable[str]) -> str:
    """Return a text without lines that name the shop as the sender of a quoted mail, and without
    the text after such a line, unless that is marked as quoted.
    """
    addresses = [f"<{address.lower()}>" for address in own]
    lines, written = text.split("\n"), list[str]()
    for number, line in enumerate(lines):
        if not tokens_in(line) and not any(address in line.lower() for address in addresses):
            written.append(line)
            continue
        if not _quotes_at(lines, number + 1):
            break
    return "\n".join(written)


def _quotes_at(lines: Sequence[str], start: int) -> bool:
    """Return whether the first line with text is marked as quoted."""
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if line:
            return line.startswith(">")
    return False


def quotes_private(text: str, messages: Iterable[ThreadMessage]) -> bool:
    """Return whether a text repeats a line of the private ones among some messages.

    Greetings and other short lines do not count, since everybody writes them.
    """
    words = f" {plain(_PREFIX.sub('', text))} "
    for message in messages:
        if message.private and any(f" {run} " in words for run in _runs(message)):
            return True
    return False


def takes_private(files: Sequence[Attachment], private: Iterable[bytes]) -> bool:
    """Return whether files may be internal: enclosed mails, which quote others, or files of
    private notes.
    """
    contents = set(private)
    return any(file.media_type == "message/rfc822" or file.content in contents for file in files)


def _runs(message: ThreadMessage) -> Iterator[str]:
    """Yield runs of words of a message's own lines."""
    for line in _PREFIX.sub("", new_lines(message.text)).split("\n"):
        words = plain(line).split()
        if not _is_meaningful(words):
            continue
        for start in range(max(1, len(words) - MAX_RUN_LENGTH + 1)):
            yield " ".join(words[start : start + MAX_RUN_LENGTH])


def _is_meaningful(words: Sequence[str]) -> bool:
    line = " ".join(words)
    has_number = len(line) >= _FEW_WORDS and any(map(str.isdigit, line))
    return len(words) >= _FEW_WORDS or len(line) >= _LONG or has_number
