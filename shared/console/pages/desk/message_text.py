"""Prepare a message of a thread for display: quotations folded, files by what may be shown."""

from dataclasses import dataclass

from shared.console.screen import Data

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Types that browsers show without running anything; SVG is none of them."""
OPENED_AT_LEAST = 2  # of the latest messages


@dataclass(frozen=True)
class Part:
    """Consecutive lines of a message. `folded` ones are quotations or a signature."""

    text: str
    folded: bool
    lines: int


def parts(text: str, folds: list[Data]) -> list[Part]:
    """Return the lines of a text as parts, from ranges of lines that count from 1."""
    lines = text.split("\n")
    found: list[Part] = []
    shown = 0
    for fold in sorted(folds, key=lambda fold: int(fold["first"])):
        first, last = max(fold["first"] - 1, shown), min(fold["last"], len(lines))
        if last <= first:
            continue
        _add(found, lines[shown:first], folded=False)
        _add(found, lines[first:last], folded=True)
        shown = last
    _add(found, lines[shown:], folded=False)
    return found


def _add(found: list[Part], lines: list[str], *, folded: bool) -> None:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        found.append(Part(text, folded, len(lines)))


def shown_message(message: Data) -> Data:
    """Return a message with its `parts`, its first line, and its pictures apart from its files."""
    pictures = [file for file in message["attachments"] if is_picture(file)]
    others = [file for file in message["attachments"] if not is_picture(file)]
    split = parts(message["text"], message["folds"])
    written = [part.text for part in split if not part.folded]
    return message | {
        "parts": split,
        "excerpt": " ".join(" ".join(written).split())[:160],
        "pictures": pictures,
        "files": others,
    }


def is_picture(file: Data) -> bool:
    """Return whether a file may be shown in a page."""
    return file["media_type"] in PICTURES and not file["dangerous"]


def opened(messages: list[Data]) -> set[str]:
    """Return the ids of the messages that are shown in full at first: unread and latest ones."""
    latest = messages[-OPENED_AT_LEAST:]
    unread = [message for message in messages if message["unread"]]
    return {message["message_id"] for message in [*latest, *unread]}
