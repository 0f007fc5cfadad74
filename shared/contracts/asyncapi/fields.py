"""Describe the fields that have the same meaning in every message: ids, times, pages, amounts.

A description at the field, or of its type, takes precedence.
"""

from typing import Any

Json = dict[str, Any]

COMMON = {
    "at": "When it happened, RFC 3339",
    "attachment_id": "Id of the attached file",
    "batch_id": "Id of the batch",
    "by": "Author of the change: `customer`, `system`, or an employee",
    "cart_id": "Id of the cart",
    "code": "Code of the voucher",
    "cursor": "`next` of the previous page; null: the first page",
    "customer": "The customer",
    "customer_name": "Name of the customer",
    "delivery_address": "Address that the goods are sent to",
    "discount_id": "Id of the discount",
    "document": "The document",
    "document_id": "Id of the document",
    "due": "Still to be paid; negative: overpaid",
    "email": "E-mail address",
    "inbound_id": "Id of the fetched mail",
    "invoice_address": "Address that the invoice is made out to",
    "issued_at": "When the document was issued",
    "kind": "Kind of the document",
    "limit": "Maximum number of entries in a page",
    "lines": "Lines of the order",
    "lot_id": "Id of the store credit lot",
    "mail": "The mail",
    "mail_id": "Id of the mail",
    "mailbox": "Name of the mailbox, as in the settings of `ingest`",
    "message": "The message",
    "message_id": "Id of the message",
    "next": "Send as `cursor` to get the next page; null: this is the last page",
    "order": "The order at the time of the event",
    "order_id": "Id of the order",
    "refund": "The refund",
    "refund_id": "Id of the refund",
    "return_id": "Id of the return",
    "rule_id": "Id of the cart rule",
    "service": "Name of the service",
    "shop": "Profile of the shop",
    "state": "Key of the state",
    "tax_rate": "Tax rate in percent, as a decimal string: `19.6`",
    "thread": "The thread",
    "thread_id": "Id of the thread",
    "voucher_id": "Id of the voucher",
}


def described(schemas: Json) -> Json:
    """Return the schemas with a description for each property that has none of its own: that of
    its type, or the common one of its name.
    """
    return {name: _with_descriptions(schema) for name, schema in schemas.items()}


def _with_descriptions(schema: Json) -> Json:
    if "properties" not in schema:
        return schema
    properties = {}
    for name, part in schema["properties"].items():
        found = part.get("description") or _of_variants(part) or COMMON.get(name)
        properties[name] = part | {"description": found} if found else part
    return schema | {"properties": properties}


def _of_variants(part: Json) -> str | None:
    """Return the description of the one alternative to null, if it has one."""
    for variant in part.get("anyOf", ()):
        if "description" in variant:
            return str(variant["description"])
    return None
