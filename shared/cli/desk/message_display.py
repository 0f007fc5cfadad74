"""Print one message of a thread on the terminal."""

from typing import Any

from rich.text import Text

from shared.cli.terminal import clean, minute, print_line
from shared.clients.phrases import counted

Data = dict[str, Any]
UNKNOWN = "@unknown.invalid"  # end of the placeholder for a missing address
IN_DOUBT = "May not have arrived."  # beginning of an uncertain report


def print_message(message: Data, zone: str) -> None:
    """Print a message: author, time, marks, text with quotes folded, files and documents."""
    style = "bold green"
    if message["direction"] == "customer":
        style = "bold"
    print_line(
        Text.assemble(
            (sender(message["author"]), style),
            (f"  {minute(message['at'], zone)}", "dim"),
            ("".join(f"  {mark}" for mark in _marks(message)), "yellow"),
        )
    )
    folds = {fold["first"]: fold["last"] for fold in message["folds"]}
    hidden = 0
    for number, line in enumerate(message["text"].split("\n"), 1):
        if number in folds:
            hidden = folds[number]
            print_line(f"  … {counted(hidden - number + 1, 'line')} quoted", style="dim")
        if number > hidden:
            print_line(f"  {clean(line)}".rstrip())
    for file in message["attachments"]:
        warning = ""
        if file["dangerous"]:
            warning = "  may be dangerous"
        print_line(
            Text.assemble(
                (f"  {clean(file['filename'])}", "cyan"),
                f"  {file['media_type']}, {file['size']:,} bytes",
                (f"  {file['attachment_id']}", "dim"),
                (warning, "bold red"),
            )
        )
    for document in message["documents"]:
        print_line(
            Text.assemble(
                (f"  {clean(document['number'])}", "cyan"),
                f"  {document['kind'].replace('_', ' ')}",
            )
        )
    for name in ("cc", "bcc"):
        if message[name]:
            print_line(f"  {name}: {', '.join(map(clean, message[name]))}", style="dim")


def sender(email: str) -> str:
    """Return an address, or `unknown sender` for the placeholder of a mail without one."""
    if email.endswith(UNKNOWN):
        return "unknown sender"
    return clean(email)


def unfolded(message: Data) -> str:
    """Return a message's text without quoted lines, or all of it if nothing else remains."""
    lines = message["text"].split("\n")
    for fold in sorted(message["folds"], key=lambda fold: -fold["first"]):
        del lines[fold["first"] - 1 : fold["last"]]
    return "\n".join(lines).strip() or str(message["text"])


def _marks(message: Data) -> list[str]:
    """Return marks that a reader should see first, such as `private` and `new`."""
    marks: list[str] = []
    if message["kind"] != "personal":
        marks.append(message["kind"].replace("_", " "))
    if message["private"]:
        marks.append("private")
    if message["unread"]:
        marks.append("new")
    if not message["verified"]:
        marks.append("no participant")
    marks += [mark.replace("_", " ") for mark in message["marks"]]
    if message["undelivered"]:
        marks.append(_failure(message["undelivered"]))
    return marks


def _failure(undelivered: str) -> str:
    """Describe a failed delivery, which a report about another address leaves uncertain."""
    reason = clean(undelivered)
    if reason.startswith(IN_DOUBT):
        return reason
    return f"not delivered: {reason}"
