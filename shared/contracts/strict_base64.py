"""Define bytes in JSON: base64 that is decoded strictly."""

from base64 import b64decode, b64encode

from pydantic import EncoderProtocol
from pydantic_core import PydanticCustomError

from shared.contracts.problems import PROBLEMS


class Base64(EncoderProtocol):
    """Decode base64 strictly by RFC 4648; pydantic's own decoder ignores invalid characters."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return b64decode(b"".join(data.split()), validate=True)
        except ValueError:
            raise PydanticCustomError("base64", PROBLEMS["base64"]) from None

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return b64encode(value)

    @classmethod
    def get_json_format(cls) -> str:
        return "base64"
