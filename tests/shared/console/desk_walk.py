"""Walk through customer service by clicking, from a customer's first mail to the closed thread.

Everything that the customer chooses tries to run a script: name, subject, file name, text, HTML.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from functools import partial

from playwright.sync_api import Page, Request

from deploy.demo.customer import Mailbox, answer, send
from deploy.stack.local import CUSTOMER_MAILBOX, SHOP_MAILBOX, LocalStack
from deploy.stack.ports import LOOPBACK
from tests.conditions import until

EVIL = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"
TRACKER = "https://tracker.invalid/pixel.gif"
SUBJECT = f"Mug {EVIL}"
COLLEAGUE = "bela@shop.test"


def first_mail() -> EmailMessage:
    """Return a mail of the customer with HTML, a remote picture, and a file."""
    mail = EmailMessage()
    mail["From"] = Address(f"Ada {EVIL}", addr_spec=CUSTOMER_MAILBOX)
    mail["To"] = SHOP_MAILBOX
    mail["Subject"] = SUBJECT
    mail["Message-ID"] = make_msgid(domain="customer.test")
    mail.set_content(f"When will my mug arrive? {EVIL}\n")
    mail.add_alternative(
        f'<p onclick="window.pwned=1">When <b>will</b> it arrive?</p>{EVIL}<img src="{TRACKER}">'
        '<a href="javascript:window.pwned=1">here</a><style>p{color:red}</style>',
        subtype="html",
    )
    name = f"order {EVIL}.html".replace("/", "")
    mail.add_attachment(b"<script>window.pwned=1</script>", "text", "html", filename=name)
    return mail


class DeskWalk:
    """An employee at a page of the console, and the customer with a mail program."""

    def __init__(self, page: Page, address: str, stack: LocalStack) -> None:
        self.page, self.address, self.stack = page, address, stack
        secret = stack.secret(CUSTOMER_MAILBOX)
        self.mailbox = Mailbox(LOOPBACK, stack.dovecot.imap_port, CUSTOMER_MAILBOX, secret)

    def mail_shop(self, mail: EmailMessage) -> None:
        """Send a mail as the customer."""
        send(mail, LOOPBACK, self.stack.smtp.port)

    def received(self, recipient: str, text: str) -> EmailMessage:
        """Return the mail to a recipient with a text in it, once it has arrived; mails to unknown
        addresses arrive in the customer's mailbox.
        """
        found: list[EmailMessage] = []

        def arrived() -> bool:
            for mail in self.mailbox.mails():
                body = mail.get_body(("plain",))
                if recipient in str(mail["To"]) and body and text in body.get_content():
                    found.append(mail)
            return bool(found)

        until(arrived, pause=0.2)
        return found[-1]

    def shows(self, path: str, text: str) -> bool:
        """Open a page and return whether a text is visible."""
        self.page.goto(f"{self.address}{path}")
        return self.page.get_by_text(text).filter(visible=True).count() > 0

    @contextmanager
    def requests(self) -> Iterator[list[str]]:
        """Record the addresses that the page asks for."""
        asked: list[str] = []

        def record(request: Request) -> None:
            asked.append(request.url)

        self.page.on("request", record)
        yield asked
        self.page.remove_listener("request", record)

    def open_first_mail(self) -> str:
        """Let the customer's mail arrive and open its thread by the list; return its address."""
        self.mail_shop(first_mail())
        until(partial(self.shows, "/desk?unread=yes", "Mug <img"), pause=0.2)
        self.page.keyboard.press("j")
        self.page.get_by_role("link", name="Mug <img").first.click()
        self.page.wait_for_selector("#reply")
        assert self.page.locator("h1").inner_text().startswith(SUBJECT)
        return self.page.url.removeprefix(self.address)

    def read_safely(self) -> None:
        """Read text and HTML: nothing runs, and a remote picture is loaded only on demand."""
        page = self.page
        assert EVIL in page.inner_text(".message .text")
        with self.requests() as asked:
            page.get_by_text("As formatted by the sender").click()
            frame = page.frame_locator(".formatted iframe")
            frame.get_by_text("arrive?").wait_for()
            frame.get_by_text("not loaded: 1").wait_for()
            assert TRACKER not in asked
            with page.expect_request(TRACKER):
                page.get_by_text("Load pictures from elsewhere").click()
        assert page.evaluate("window.pwned") is None
        with page.expect_download() as download:
            page.locator(".files a").click()
        assert download.value.suggested_filename.endswith("html")

    def reply(self, text: str) -> EmailMessage:
        """Answer with the keyboard, and return the mail that the customer got."""
        page = self.page
        page.keyboard.press("r")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)
        page.get_by_role("button", name="Send the reply").click()
        page.wait_for_selector("text=The reply is on its way.")
        return self.received(CUSTOMER_MAILBOX, text)

    def forward(self, comment: str) -> None:
        """Forward the thread to a colleague, who is mailed and becomes the owner."""
        page = self.page
        page.get_by_role("link", name="Forward").click()
        page.fill("#f-employee", COLLEAGUE)
        page.fill("#f-comment", comment)
        page.get_by_role("button", name="Forward").click()
        page.wait_for_selector("text=The thread was forwarded.")
        assert page.input_value("#f-owner") == COLLEAGUE
        self.received(COLLEAGUE, comment)

    def close(self) -> None:
        """Close the thread by its status."""
        self.page.keyboard.press("e")
        assert self.page.evaluate("document.activeElement.id") == "status"
        self.page.get_by_role("button", name="Close", exact=True).first.click()
        self.page.wait_for_selector("h1 >> text=Closed")

    def whole(self) -> str:
        """Walk from the first mail to the closed thread; return the address of the thread."""
        thread = self.open_first_mail()
        self.read_safely()
        ours = self.reply("It left this morning.")
        assert ours["In-Reply-To"]
        assert self.shows(thread, "Sent to the customer")
        assert "Closed" in self.page.inner_text("h1")
        self.mail_shop(answer(ours, CUSTOMER_MAILBOX, "Thank you, and when exactly?"))
        until(partial(self.shows, thread, "Thank you, and when exactly?"), pause=0.2)
        assert "Open" in self.page.inner_text("h1")
        assert self.page.locator(".message").count() == 3
        assert self.page.locator(".quoted").count() == 1
        self.forward("Do you know when?")
        assert self.shows(thread, "Do you know when?")
        self.close()
        assert not self.shows("/desk?waiting=yes", "Mug <img")
        return thread
