"""Sign the conversation that a reply belongs to, as a token in reply addresses and Message-IDs.

A token is base32 in lower case, because mail servers change the case of local parts: kind, key id,
the conversation's UUID and the first 80 bits of an HMAC-SHA256. It proves that we wrote a mail in
that conversation; it does not authenticate the sender. Finding a thread and being allowed to post
there are separate steps.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

KINDS = ("order", "thread", "forward")
MAC_BYTES = 10
TOKEN = re.compile(r"[a-z2-7]{45}")
SUBJECT_TOKEN = re.compile(r"\[#([0-9a-f]{10})\]", re.IGNORECASE)


@dataclass(frozen=True)
class Conversation:
    """A conversation: `order/<uuid>`, `thread/<uuid>`, or `forward/<uuid>` for a thread that was
    mailed to an employee or another person. Replies to a forward are not the customer's.
    """

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Conversation":
        """Return the conversation in a text such as `order/<uuid>`; raises ValueError."""
        kind, _, key = text.partition("/")
        if kind not in KINDS:
            raise ValueError(
                f"'{text}' is not a conversation: it must start with one of {', '.join(KINDS)}"
            )
        return cls(kind, UUID(key))


@dataclass(frozen=True)
class SigningKeys:
    """Secrets by number (0-255). The highest number signs; all are accepted, so that a key can be
    rotated.
    """

    secrets: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "SigningKeys":
        """Return the keys in `1:<64 hexadecimal digits>,2:…`. Raises ValueError, with a sentence
        that does not contain the secret.
        """
        try:
            pairs = [part.split(":") for part in text.split(",")]
            found = {int(number): bytes.fromhex(secret) for number, secret in pairs}
        except ValueError:
            raise ValueError("signing keys are written as number:hex, joined by commas") from None
        if not all(0 <= number <= 255 and len(secret) >= 32 for number, secret in found.items()):
            raise ValueError(
                "a signing key has a number from 0 to 255 and at least 64 hexadecimal digits"
            )
        return cls(found)

    def sign(self, conversation: Conversation) -> str:
        """Return the token of a conversation: 45 characters of a-z and 2-7."""
        key_id = max(self.secrets)
        head = bytes([KINDS.index(conversation.kind), key_id]) + conversation.id.bytes
        return base64.b32encode(head + self._mac(key_id, head)).decode().rstrip("=").lower()

    def read(self, token: str) -> Conversation | None:
        """Return the conversation in a token, or None if the signature is invalid."""
        if not TOKEN.fullmatch(token):
            return None
        raw = base64.b32decode(token.upper() + "===")
        head, mac = raw[:18], raw[18:]
        if head[0] >= len(KINDS) or head[1] not in self.secrets:
            return None
        if not hmac.compare_digest(mac, self._mac(head[1], head)):
            return None
        return Conversation(KINDS[head[0]], UUID(bytes=head[2:]))

    def _mac(self, key_id: int, head: bytes) -> bytes:
        message = b"aftercart conversation\0" + head
        # not hmac.digest: it releases the GIL, which is slow to get back from other threads
        return hmac.new(self.secrets[key_id], message, hashlib.sha256).digest()[:MAC_BYTES]


def subject_token(thread_id: UUID) -> str:
    """Return the text that identifies a thread in a mail's subject: `[#1a2b3c4d5e]`. Mails written
    anew carry it. It is not signed, so it proves nothing.
    """
    return f"[#{thread_id.hex[:10]}]"


def reply_address(mailbox: str, token: str) -> str:
    """Return the reply address with a token: `service@shop.test` -> `service+<token>@shop.test`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def message_id(mail_id: UUID, token: str, domain: str) -> str:
    """Return the Message-ID of an outgoing mail: unique by `mail_id`, recognised by `token`."""
    return f"<{mail_id.hex}.{token}@{domain}>"


def mail_id_of(message_id: str) -> UUID | None:
    """Return the mail id in a Message-ID, or None. Anybody can write one: only its token proves the
    origin.
    """
    found = re.match(r"<([0-9a-f]{32})\.[a-z2-7]{45}@", message_id)
    return UUID(found[1]) if found else None


def tokens_in(text: str) -> list[str]:
    """Return all candidate tokens in a header, in their order."""
    found = re.findall(r"(?<![a-z2-7])[a-z2-7]{45}(?![a-z2-7])", text, re.IGNORECASE)
    return [token.lower() for token in found]
