"""Define a sample conversation: its mail, thread, message, contact and desk."""

from typing import Any

from shared.contracts.samples.documents import PICTURE
from shared.contracts.samples.ids import MAIL_ID, MESSAGE_ID, NOON, ORDER_ID, THREAD_ID, euro
from shared.contracts.samples.orders import ADDRESS

Json = dict[str, Any]

MAIL_VIEW: Json = {
    "mail_id": MAIL_ID,
    "template": "payment",
    "conversation": f"order/{ORDER_ID}",
    "order_id": ORDER_ID,
    "recipient": "ada@example.test",
    "subject": "Payment accepted",
    "mail_message_id": "<b2@shop.test>",
    "attachment_names": ["invoice-IN000001.pdf"],
    "state": "sent",
    "attempt_count": 1,
    "at": NOON,
}
THREAD_VIEW: Json = {
    "thread_id": THREAD_ID,
    "conversation": f"order/{ORDER_ID}",
    "order_id": ORDER_ID,
    "order_reference": "XKBKNABJK",
    "customer_email": "ada@example.test",
    "customer_name": "Ada Byron",
    "language": "en",
    "subject": "Re: Payment accepted",
    "status": "open",
    "opened_at": NOON,
}
THREAD_MESSAGE: Json = {
    "message_id": MESSAGE_ID,
    "direction": "customer",
    "author": "ada@example.test",
    "text": "When will it arrive?",
    "at": NOON,
    "mail_message_id": "<a1@example.test>",
}
LISTED_THREAD: Json = THREAD_VIEW | {
    "message_count": 2,
    "last_message_at": NOON,
    "last_author": "ada@example.test",
    "last_text": "When will it arrive?",
    "messages": [THREAD_MESSAGE],
}
ATTACHMENT: Json = {
    "attachment_id": MESSAGE_ID,
    "filename": "mug.png",
    "media_type": "image/png",
    "size": 8,
}
CONTACT: Json = {
    "key": "warranty",
    "names": {"en": "Warranty", "fa": "ضمانت"},
    "email": "warranty@shop.test",
    "descriptions": {"en": "For what broke within two years."},
    "save_messages": True,
    "offered": True,
}
SUBMIT_CONTACT: Json = {
    "submission_id": MESSAGE_ID,
    "contact": "customer_service",
    "email": "ada@example.test",
    "customer_name": "Ada Byron",
    "language": "en",
    "text": "When will it arrive?",
    "customer_id": "c-1001",
    "order_reference": "XKBKNABJK",
    "sku": "MUG-BLUE",
    "attachments": [
        {
            "filename": "mug.png",
            "content": PICTURE,
        }
    ],
}
CANNED_MESSAGE: Json = {
    "key": "delay",
    "names": {"en": "Delay", "fa": "تأخیر"},
    "texts": {
        "en": (
            "Dear {customer_name},\nyour order {order_reference} leaves a little later. We are"
            " sorry.\n{employee}"
        ),
        "fa": (
            "{customer_name} گرامی،\nسفارش {order_reference} با کمی تأخیر ارسال می‌شود.\n{employee}"
        ),
    },
}
DESK: Json = {
    "statuses": {
        "pending1": {
            "labels": {"en": "Waits for the supplier", "fa": "در انتظار تأمین‌کننده"},
            "colour": "#8A2BE2",
            "meanings": {"en": "We asked the supplier and wait for an answer."},
        },
    },
    "status_after_reply": "closed",
    "default_replies": {"en": "Dear {customer_name},\n\n\n\n{employee}, {shop_name}"},
    "form_files": {
        "allowed": True,
        "media_types": ["application/pdf", "image/png"],
        "largest": 1048576,
        "most": 2,
    },
    "mail_submissions": False,
}
THREAD_CUSTOMER: Json = {
    "customer_id": "c-1001",
    "email": "ada@example.test",
    "name": "Ada Byron",
    "addresses": [ADDRESS],
    "order_count": 3,
    "valid_orders": 2,
    "valid_total": [{"sum": "5740", "currency": "EUR"}],
    "spent": [{"sum": "8610", "currency": "EUR"}],
    "registered_at": NOON,
}
THREAD_ORDER: Json = {
    "order_id": ORDER_ID,
    "reference": "XKBKNABJK",
    "placed_at": NOON,
    "state_label": "Payment accepted",
    "state_colour": "#3498D8",
    "valid": True,
    "total": euro(2870),
    "paid": euro(2870),
}
