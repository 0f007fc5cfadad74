"""`aftercart inbox`: read the mails that customers of the local stack got, and reply to them."""

from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import cast

import click
from rich.table import Table

from deploy.demo.customer import Mailbox, answer, attachments, send
from deploy.stack.local import CUSTOMER_MAILBOX, LocalStack
from deploy.stack.ports import LOOPBACK
from shared.cli.terminal import clean, console, print_line, print_note
from shared.runtime.errors import AftercartError

where = click.option(
    "--directory",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="The directory of the local stack.",
)


@click.group(short_help="Read customers' mails on the local stack.")
def inbox() -> None:
    """Read the mails to customers on the local stack, and reply as a customer.

    Mails to every address arrive here: the local stack sends nothing to the internet.
    """


@inbox.command("list", short_help="List the mails.")
@where
def list_(directory: Path) -> None:
    """List the mails, oldest first."""
    table = Table("number", "time", "to", "subject", "files", box=None, header_style="dim")
    for number, mail in enumerate(_mails(_stack(directory)), start=1):
        at = parsedate_to_datetime(mail["Date"]).astimezone()
        files = ", ".join(attachments(mail))
        table.add_row(
            str(number), f"{at:%H:%M:%S}", clean(mail["To"]), clean(mail["Subject"]), clean(files)
        )
    console().print(table)


@inbox.command(short_help="Show a mail.")
@click.argument("number", type=click.IntRange(1))
@where
def show(number: int, directory: Path) -> None:
    """Print the mail NUMBER as text, and write its files to the stack's directory `inbox`."""
    mail = _mail(_stack(directory), number)
    for name in ("From", "Reply-To", "To", "Subject"):
        print_line(f"{name}: {clean(str(mail[name]))}")
    body = mail.get_body(("plain",))
    print_line()
    for line in (body.get_content() if body else "").splitlines():
        print_line(clean(line))
    for part in mail.iter_attachments():
        file = directory / "inbox" / Path(part.get_filename() or "file").name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(cast(bytes, part.get_payload(decode=True)))
        print_note(f"{file} was written")


@inbox.command(short_help="Reply to a mail.")
@click.argument("number", type=click.IntRange(1))
@click.argument("text")
@where
def reply(number: int, text: str, directory: Path) -> None:
    """Reply with TEXT to the mail NUMBER, as the customer who got it."""
    stack = _stack(directory)
    mail = _mail(stack, number)
    sender = parseaddr(mail["To"])[1]
    written = answer(mail, sender, text)
    send(written, LOOPBACK, stack.smtp.port)
    print_line(f"{sender} wrote to {written['To']}")


def _stack(directory: Path) -> LocalStack:
    stack = LocalStack(directory)
    if not stack.running():
        raise AftercartError("The local stack does not run: start it with `make up`.")
    return stack


def _mails(stack: LocalStack) -> list[EmailMessage]:
    secret = stack.secret(CUSTOMER_MAILBOX)
    return Mailbox(LOOPBACK, stack.dovecot.imap_port, CUSTOMER_MAILBOX, secret).mails()


def _mail(stack: LocalStack, number: int) -> EmailMessage:
    mails = _mails(stack)
    if number > len(mails):
        raise AftercartError(f"There are {len(mails)} mails: `aftercart inbox list` numbers them.")
    return mails[number - 1]
