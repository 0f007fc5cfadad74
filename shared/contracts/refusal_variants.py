"""Further sentences of codes, and phrases inside of sentences; values stand in braces.

A sentence that a service writes must be one of its code's, with values: it is translated by that
(see `shared/writing/refusals.py`).
"""

VARIANTS: dict[str, tuple[str, ...]] = {
    "attachment_too_large": (
        "The files have {size} together; at most {largest} are allowed.",
        "'{filename}' is larger than {largest}.",
    ),
    "attachment_type": (
        "'{filename}' is not accepted: its name is that of a program.",
        "'{filename}' may be executable: mail servers would refuse it.",
    ),
    "broken_template": ("The mail cannot be written: {error}",),
    "code_taken": ("Two of the new vouchers have the same code.",),
    "empty": (
        "The template is empty: give HTML, CSS, a subject or a text, or use 'template.reset'.",
    ),
    "empty_range": (
        "'opened_from' is not earlier than 'opened_before'.",
        "'placed_from' is not before 'placed_before'.",
        "'total_from' is greater than 'total_to'.",
        "'issued_from' is not earlier than 'issued_before'.",
    ),
    "erased": ("The customer of this mail was erased.",),
    "exemption_not_possible": (
        "Goods sent to {place} stay in the EU: this is not an export. An intra-community supply to"
        " a business is exempt; sales to consumers are taxed.",
        "An intra-community supply begins in the EU, but the shop is in {country}: set the VAT"
        " number of the country of delivery in the shop's address.",
        "Goods sent to {place} leave the EU: this is an export.",
        "Goods sent from {home} to {place} stay in one country: this is not an intra-community"
        " supply.",
    ),
    "expired": ("Store credit expires in the future.",),
    "flags_contradict": ("State '{key}' cannot be initial: it has the flag 'restock'.",),
    "invoice_issued": (
        "Invoice {number} was issued and cannot change: add the lines to a new invoice.",
        "Invoice {number} was issued and stays as it is: 'order.correct_invoice' issues it anew"
        " with another note.",
        "Invoice {number} was issued: the rate can no longer change.",
    ),
    "move_not_possible": ("An order cannot go from '{state}' to '{key}'; possible: {possible}.",),
    "invalid_attribute": (
        "The attribute '{attribute}' must be '1.0'.",
        "The attribute '{attribute}' must be a text of 1 to 200 characters.",
        "The attribute '{attribute}' must be a time with its zone: 2026-11-21T12:00:00Z.",
        "The attribute '{attribute}' must be the key of a shop: at most 40 lower case letters,"
        " digits, '-' and '_'.",
        "The attribute '{attribute}' must be a JSON object, such as {{}}.",
        "The attribute '{attribute}' must be 'application/json'.",
        "The attribute '{attribute}' contains the character NUL, which cannot be stored.",
        "The attribute '{attribute}' is longer than 255 bytes.",
    ),
    "no_invoice": (
        "A document of kind {kind} is no invoice.",
        "No invoice was issued yet: the lines will be on the first one.",
    ),
    "not_json": ("The message is not JSON: see line {line}, column {column}.",),
    "not_money": ("Store credit is given back by a refund, or when the order is cancelled.",),
    "not_positive": (
        "Store credit is more than zero.",
        "The amount taken off must be greater than zero.",
    ),
    "not_possible": (
        "{amount} is still to be paid.",
        "Nothing was paid yet.",
        "Nothing was paid or shipped yet: edit the order or give a discount instead.",
        "Nothing was refunded yet: refund first.",
        "The order is paid, at least in part: use a refund instead.",
        "The order was cancelled and its payments are refunded already.",
        "The order was shipped.",
        "The order was not shipped yet.",
        "The order was shipped and not all goods came back: return them.",
        "The order waits for stock: {missing}.",
        "The order released its stock.",
        "Invoice {number} was issued.",
        "No invoice was issued yet.",
        "The invoice would be empty: everything was refunded.",
        "There is nothing to send: all pieces were refunded.",
        "Delivery slip {number} is up to date; print it as it is.",
        "Part of the order was refunded with its taxes, so these cannot change: refund the rest"
        " with a credit slip, then place a new order with the right taxes.",
        "The order has no discount.",
        "The order has no payment in money that could be reversed.",
        "This order has no refund with money to transfer.",
        "The order has no return in the state {states}.",
        "The order has no document yet.",
        "The return is in the state '{state}'.",
        "This shop accepts no returns.",
        "The order was cancelled.",
        "The customer of this order was erased.",
        "{method} was already requested to transfer {amount}.",
        "Nothing is due for this order.",
        "Refunds give back {refunded}: without this payment, they would exceed the payments.",
    ),
    "nothing_changes": (
        "A change of stock is not zero.",
        "The customer has this e-mail and name already.",
        "The lines have these values already.",
        "The order has these addresses already.",
        "The order has this carrier, price and tracking number already.",
        "The order has this exemption and VAT number already.",
        "The order has this rate already.",
    ),
    "nothing_due": ("Nothing is due for this order.",),
    "nothing_on_slip": (
        "An excess payment is not part of the sale: leave 'issue_credit_slip' out.",
    ),
    "nothing_to_search": (
        "The search contains no letter and no digit.",
        "A phone number needs digits other than the country's code and zeros.",
    ),
    "other_currency": ("Credit slip '{code}' is in {currency}, not in {cart_currency}.",),
    "other_customer": ("Credit slip '{code}' belongs to another customer.",),
    "out_of_stock": ("{wanted} more of '{sku}' are wanted, but {available} are in stock.",),
    "refund_under_way": ("{method} was already requested to transfer {amount}.",),
    "shipping_refunded": ("The shipping was refunded: its price stays.",),
    "takes_nothing_off": ("{label} takes nothing off this cart.",),
    "tax_rate_needed": ("The tax rate of line {line} is not known: set it in 'tax_rates'.",),
    "taxes_may_differ": (
        "Taxes may differ when {other}, and the order keeps its rates: set 'taxes_checked' to go"
        " on; order.edit_lines and order.change_shipping set other rates, order.set_exemption sets"
        " or lifts an exemption.",
    ),
    "template_failed": (
        "It was printed with the built-in template, because the shop's failed: {error}.",
        "The template was tried and failed: {error}?",
    ),
    "too_large": (
        "The message has more than {values} values.",
        "The message is too large, and its attributes do not come before its data.",
    ),
    "too_many": (
        "{count} messages came from this connection within an hour: please try again later.",
    ),
    "too_many_pieces": (
        "Pieces of line {line} that can still be refunded: {pieces}.",
        "Pieces of line {line} that can still be returned: {pieces}.",
    ),
    "too_much": (
        "At most {amount} can still be taken off.",
        "At most {amount} of the shipping can be refunded.",
    ),
    "total_too_large": ("The weight of the order is too large.",),
    "unknown_cursor": (
        "The cursor is invalid; leave it out to start with the first part.",
        "The cursor is invalid; use the one that the previous page returned.",
        "The cursor is invalid; use 'next' of the previous page of the same list.",
    ),
    "unknown_document": (
        "The order has no document {document_id}: 'order.get' lists its documents.",
        "There is no {kind} {document_id} in this shop.",
        "This customer has no document '{document_id}'.",
    ),
    "unknown_line": ("The return has no pieces of line {line}.",),
    "unknown_mail": (
        "No mail {mail_id} is stored in this shop.",
        "No mail {mail_id} was fetched for this shop.",
    ),
    "unknown_message": (
        "There is no message {message_id} in this thread.",
        "There is no message {message_id} in this shop.",
    ),
    "unknown_name": ("There is no message '{name}'. Did you mean {meant}?",),
    "unknown_order": (
        "This customer has no order '{order_id}'.",
        "There is no order '{order_id}' in this shop.",
        "There is no mail about the order '{order_id}' to take its data from.",
        "This customer has no such cart or order in this shop.",
    ),
    "unknown_cart": ("This customer has no such cart or order in this shop.",),
    "unknown_template": (
        "There is no mail '{template}', and no state of the shop sends it{suggestion}",
    ),
    "unknown_template_version": ("This template was never changed, so it has no versions.",),
    "unknown_sender": (
        "The RabbitMQ user '{user}' is no storefront: `aftercart storefront add` makes it one.",
    ),
    "employee_not_allowed": (
        "The storefront '{user}' may not set '{field}', which an employee decides.",
    ),
    "voucher_exists": ("Two of the new vouchers have the same id.",),
    "which": (
        "A draft needs either a 'thread_id' or an 'order_id'.",
        "Mails are listed by 'order_id' or by 'thread_id': one of the two.",
    ),
    "wrong_currency": (
        "'total_from' is in {currency}, 'total_to' in {other}: use one.",
        "'{sku}' is priced in {currency}, not in {order_currency}: give a price.",
        "The order is in {currency}, the payment in {other}.",
        "This price is in {currency}, but the order is in {order_currency}.",
    ),
}

SHARED = {
    "carrier_fixed": "not_possible",
    "discount_refunded": "not_possible",
    "guard_objects": "not_possible",
    "refunded": "not_possible",
    "something_refunded": "not_possible",
}
"""Codes that also have the sentences of another code: the reasons why an action is impossible."""

PHRASES = {
    "did_you_mean": "; did you mean {meant}?",
    "there_are": "; there are: {known}.",
    "rule": "The rule '{name}'",
    "that_rule": "the rule '{name}'",
    "other_country": "goods go to {now} instead of {before}",
    "other_buyer": "another buyer is exempt",
    "erased": "the customer was erased, or the mail names no sender to answer",
    "a_message": "A message",
    "messages": "{count} messages",
    "intra_community": "An intra-community supply",
    "reverse_charge": "Reverse charge",
    "nothing": "nothing",
    "quoted": "'{text}'",
    "pieces": "{count} of '{sku}'",
    "included": "with",
    "excluded": "without",
}
"""Parts of sentences, which stand in the place of a value."""
