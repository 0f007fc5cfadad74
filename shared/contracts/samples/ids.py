"""Define the ids, the time and the amounts of the samples."""

from typing import Any

Json = dict[str, Any]

ORDER_ID = "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"
DOCUMENT_ID = "0d4f8f0e-51c5-4f5b-8a77-4be1f9c6b002"
MAIL_ID = "b7a7f1d2-7c0a-4c57-9a3e-7f0a4d7e3003"
THREAD_ID = "c1c5d3f6-0b1f-4d2b-8b52-5c2f7b9b4004"
MESSAGE_ID = "e2a8b9c0-4d6e-4f70-8a91-b2c3d4e5f005"
PAYMENT_ID = "a9b8c7d6-e5f4-4a3b-92c1-d0e9f8a7b006"
BOUNCED_ID = f"<{MAIL_ID.replace('-', '')}.aaaw6hbkkq5q4tiotjlq6l25d5vacmbrgiztinjwg44ds@shop.test>"
NOON = "2026-11-21T12:00:00Z"


def euro(amount: int) -> Json:
    """Return an amount of cents in euro as it is on the wire."""
    return {"amount": amount, "currency": "EUR"}
