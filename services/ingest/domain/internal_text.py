"""The part of an employee's mail that may go to the customer: new lines, and nothing internal."""

import re
from collections.abc import Iterable, Iterator, Sequence

from services.ingest.domain.attachments import Attachment
from services.ingest.domain.folds import new_lines
from services.ingest.domain.quoting import plain
from shared.contracts.conversation import tokens_in
from shared.contracts.ingest import ThreadMessage

LONGEST_RUN = 8
"""Words of a private line that are compared at once, since programs wrap quoted lines."""
_FEW_WORDS = 4
_LONG = 30  # characters of a line that says something in a few words, or in a script without blanks
_PREFIX = re.compile(r"(?m)^[>|\s]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n")


def new_text(text: str, own: Iterable[str] = ()) -> str:
    """Return what the author of a mail wrote, without quotes and signature. `own`: addresses of the
    shop, by which the head of a quoted mail is known in any language.
    """
    return _EMPTY_LINES.sub("\n\n", new_lines(_above(text, own))).strip()


def _above(text: str, own: Iterable[str]) -> str:
    """Return a text without lines that name the shop as the sender of a quoted mail, and without
    the text after such a line, unless that is marked as quoted.
    """
    marks = [f"<{address.lower()}>" for address in own]
    lines, written = text.split("\n"), list[str]()
    for number, line in enumerate(lines):
        if not tokens_in(line) and not any(mark in line.lower() for mark in marks):
            written.append(line)
            continue
        following = next((each.strip() for each in lines[number + 1 :] if each.strip()), "")
        if not following.startswith(">"):
            break
    return "\n".join(written)


def quotes_private(text: str, messages: Iterable[ThreadMessage]) -> bool:
    """Return whether a text repeats a line of the private messages among these.

    Greetings and other short lines do not count, since everybody writes them.
    """
    said = f" {plain(_PREFIX.sub('', text))} "
    private = (message for message in messages if message.private)
    return any(f" {run} " in said for message in private for run in _runs(message))


def takes_private(files: Sequence[Attachment], private: Iterable[bytes]) -> bool:
    """Return whether files may be internal: mails, which quote others, or those of private
    notes.
    """
    if any(file.media_type == "message/rfc822" for file in files):
        return True
    contents = {file.content for file in files}
    return any(content in contents for content in private)


def _runs(message: ThreadMessage) -> Iterator[str]:
    """Return the words of a message's own lines, a few at a time."""
    for line in _PREFIX.sub("", new_lines(message.text)).split("\n"):
        words = plain(line).split()
        if not _is_telling(words):
            continue
        for start in range(max(1, len(words) - LONGEST_RUN + 1)):
            yield " ".join(words[start : start + LONGEST_RUN])


def _is_telling(words: Sequence[str]) -> bool:
    line = " ".join(words)
    has_number = len(line) >= _FEW_WORDS and any(map(str.isdigit, line))
    return len(words) >= _FEW_WORDS or len(line) >= _LONG or has_number
