"""Process one order: a storefront's messages, documents, mails, the customer's reply, the
employee's answer.
"""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deploy.demo.customer import Mailbox, answer, attachments, send
from deploy.demo.event_listener import PATIENCE, EventListener
from deploy.stack.local import CUSTOMER_MAILBOX, LocalStack
from shared.clients.client import Client
from shared.runtime.errors import AftercartError

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
HOST = "127.0.0.1"


@dataclass
class Walk:
    """The results so far; `tell` is called with a sentence at each step."""

    stack: LocalStack
    client: Client
    listener: EventListener
    tell: Callable[[str], None]
    order_id: str = ""
    reference: str = ""
    states: list[str] = field(default_factory=list)
    documents: list[dict[str, str]] = field(default_factory=list)
    mails: dict[str, EmailMessage] = field(default_factory=dict)
    thread: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Run all steps in order. Raises `AftercartError` if an expected result does not arrive."""
        self.visit_shop()
        self.save_documents()
        self.read_mails()
        self.answer_and_hear_back()

    def visit_shop(self) -> None:
        """Publish products, stock, an order, its payment and its moves, as a storefront does."""
        program, order = str(HOWTO / "storefront.py"), str(HOWTO / "order.json")
        command = [sys.executable, program, self.stack.amqp_url("client"), order]
        # In a session of its own, so that Ctrl-C is ours alone to answer.
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as storefront:
            try:
                self._follow(storefront.stdout or ())
            except BaseException:
                storefront.kill()
                raise
        if storefront.returncode:
            raise AftercartError("The storefront's program failed; see its output above.")

    def _follow(self, lines: Iterable[str]) -> None:
        for line in lines:
            said = json.loads(line)
            if "sent" not in said:
                raise AftercartError(f"A message of the storefront was refused: {said['reason']}")
            self.order_id, self.reference = said["order_id"], said["reference"]
            self.tell(f"storefront  {said['sent']} → {', '.join(said['events'])}")
            self.listener.listen(0)

    def save_documents(self) -> None:
        """Query the invoice and the delivery slip, and save them as files."""
        directory = self.stack.directory / "documents" / self.reference
        directory.mkdir(parents=True, exist_ok=True)
        for kind in ("invoice", "delivery_slip"):
            document = self._rendered(kind)
            got = self._ask("document.get", {"document_id": document["document_id"]})
            path = directory / document["filename"]
            path.write_bytes(base64.b64decode(got["content"]))
            self.documents.append({"kind": kind, "number": document["number"], "path": str(path)})
            self.tell(f"document    {kind} {document['number']}, {path.stat().st_size:,} bytes")

    def read_mails(self) -> None:
        """Read the customer's mailbox until the mail of every state has arrived."""
        placed = self.listener.await_event("order.placed", self._ours)
        states = [placed.data["new_state"]]
        for event in self.listener.received:
            if event.name == "order.transitioned" and self._ours(event.data):
                states.append(event.data["new_state"])
        self.states = [state["key"] for state in states]
        self._arrived("order_conf", f"order/{self.order_id}")
        for state in states:
            if state["mail_template"]:
                self._arrived(state["mail_template"], f"order/{self.order_id}")

    def answer_and_hear_back(self) -> None:
        """Reply to a mail as the customer, answer as an employee, and check the headers of that
        answer.
        """
        question = answer(
            self.mails["payment"], CUSTOMER_MAILBOX, "Thank you! When will my parcel arrive?"
        )
        send(question, HOST, self.stack.smtp.port)
        self.tell("customer    answers the mail about the payment")
        added = self.listener.await_event("thread.message_added", self._ours)
        thread_id = added.data["thread_id"]
        self.tell("thread      the answer stands in the order's thread")
        self._command(
            "thread.reply",
            {
                "thread_id": thread_id,
                "text": "It left this morning and should reach you on Tuesday.",
                "by": "anna",
            },
        )
        mail = self._arrived("reply_msg", thread_id)
        if (
            mail["In-Reply-To"] != question["Message-ID"]
            or question["Message-ID"] not in mail["References"]
        ):
            raise AftercartError(
                "The threading headers of the reply do not name the customer's mail."
            )
        self.thread = self._ask("thread.get", {"thread_id": thread_id})

    # --- pieces -----------------------------------------------------------------------------------

    def _ours(self, data: dict[str, Any]) -> bool:
        return bool(data.get("order_id") == self.order_id)

    def _rendered(self, kind: str) -> dict[str, Any]:
        event = self.listener.await_event(
            "document.rendered",
            lambda data: self._ours(data["document"]) and data["document"]["kind"] == kind,
        )
        return dict(event.data["document"])

    def _arrived(self, template: str, conversation: str) -> EmailMessage:
        """Return the mail from the customer's mailbox."""

        def ours(data: dict[str, Any]) -> bool:
            mail = data["mail"]
            return mail["template"] == template and conversation in (
                mail["conversation"],
                mail["thread_id"],
            )

        message_id = self.listener.await_event("mail.sent", ours).data["mail"]["mail_message_id"]
        found = self.listener.await_that(
            f"The mail '{template}'", lambda: self._customer.find(message_id)
        )
        self.mails[template] = found
        files = "".join(f", with {name}" for name in attachments(found))
        self.tell(f"mailbox     {template}: “{found['Subject']}”{files}")
        return found

    @property
    def _customer(self) -> Mailbox:
        secret = self.stack.secret(CUSTOMER_MAILBOX)
        return Mailbox(HOST, self.stack.dovecot.imap_port, CUSTOMER_MAILBOX, secret)

    def _ask(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send a query or a command and return the fields of its reply."""
        reply = self.client.request(name, data, timeout=PATIENCE)
        if reply.refusal:
            raise AftercartError(f"{name} was refused: {reply.refusal.reason}")
        return reply.data

    _command = _ask
