"""Issue access tokens for the private Dovecot (XOAUTH2), signed with a key of this stack."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

CONFIGURATION = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={place}/tokens/
username_attribute = sub
"""


def prepare(place: Path) -> None:
    """Write Dovecot's settings for tokens and, once, the key."""
    (place / "oauth2.conf.ext").write_text(CONFIGURATION.format(place=place))
    if not _key(place).exists():
        _key(place).parent.mkdir(parents=True)
        _key(place).write_text(base64.b64encode(secrets.token_bytes(32)).decode())


def token(place: Path, address: str, seconds: int = 3600) -> str:
    """Return a token (JWT, HS256) for the mailbox of an address. With negative `seconds` it has
    expired.
    """
    now = int(time.time())
    said = {
        "sub": address,
        "iat": now - 3600,
        "nbf": now - 3600,
        "exp": now + seconds,
        "scope": "mail",
    }
    signed = f"{_part({'typ': 'JWT', 'alg': 'HS256'})}.{_part(said)}"
    key = base64.b64decode(_key(place).read_text())
    return f"{signed}.{_plain(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


def _key(place: Path) -> Path:
    return place / "tokens" / "default" / "HS256" / "default"  # as Dovecot looks for it


def _part(said: dict[str, object]) -> str:
    return _plain(json.dumps(said).encode())


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
