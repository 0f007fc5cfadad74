"""DKIM signatures (RFC 6376, RFC 8463) for the domain of a mail's sender."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"auto-submitted",
)
ONCE = (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to")
"""Headers that are signed once more than they occur, so that nobody can add a second one."""


class DkimKey(BaseModel):
    """A private key of a domain; the public key is in the DNS under
    `<selector>._domainkey.<domain>`.

    `key`: PEM of an RSA key, or the base64 of the 32 bytes of an Ed25519 key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    domain: str = Field(pattern=r"^[A-Za-z0-9.-]{3,253}$")
    selector: str = Field(pattern=r"^[A-Za-z0-9._-]{1,63}$")
    key: SecretStr
    algorithm: str = Field(default="rsa-sha256", pattern="^(rsa-sha256|ed25519-sha256)$")

    @model_validator(mode="after")
    def _can_sign(self) -> "DkimKey":
        try:
            self.sign(b"From: a@example.test\r\n\r\n\r\n")
        except Exception:  # any error of the library for a broken key; its text may contain the key
            raise ValueError(
                f"key '{self.selector}' of '{self.domain}' cannot sign with {self.algorithm}"
            ) from None
        return self

    def sign(self, content: bytes) -> bytes:
        """Return the signature header for a mail."""
        # Imported here, since most workers have no key, and it takes 6 MB.
        import dkim  # noqa: PLC0415

        signer = dkim.DKIM(content, signature_algorithm=self.algorithm.encode())
        present = {name.lower() for name, _ in signer.headers}
        include = [name for name in (*SIGNED, *ONCE) if name in present]
        return bytes(
            signer.sign(
                self.selector.encode(),
                self.domain.encode(),
                self.key.get_secret_value().encode(),
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=include,
            )
        )


def sign_mail(content: bytes, sender: str, keys: Sequence[DkimKey]) -> bytes:
    """Return the mail with a signature by every key of its sender's domain."""
    domain = sender.rpartition("@")[2].lower()
    signatures = b""
    for key in keys:
        if key.domain.lower() == domain:
            signatures += key.sign(content)
    return signatures + content
