"""The codes by which commands and queries are refused, each with a typical sentence.

A message lists those that it can be refused with as `refusal_codes`; `refuse` accepts no other.
"""

SENTENCES: dict[str, str] = {
    "about_an_order": (
        "This thread is about an order and cannot be merged; merge the other one into it."
    ),
    "already_disabled": "{label} is no longer valid.",
    "already_given": "The discount {discount_id} was added before.",
    "already_in_state": "The order is in the state '{key}' already.",
    "already_recorded": "Payment {payment_id} was recorded before.",
    "already_refunded": "The refund {refund_id} was created before.",
    "already_requested": "The return {return_id} was requested before.",
    "already_reversed": "This payment was reversed before.",
    "attachment_too_large": "'{filename}' has {size}; at most {largest} are allowed.",
    "attachment_type": (
        "'{filename}' has a type that is not accepted ({media_type}); accepted are {allowed}."
    ),
    "balance_too_large": "The balance would be larger than can be stored.",
    "below_minimum": "{label} needs a larger cart: {missing} more.",
    "broken_template": "The template cannot be used: {error}",
    "carrier_fixed": "The discount '{name}' is for deliveries by {carriers}.",
    "choose_combination": "'{sku}' is sold in combinations: choose one of them, such as {skus}.",
    "code_taken": "Another rule has the code '{code}'.",
    "conflict": (
        "'{key}' was used before with other content: choose a new id, or send the same content"
        " again."
    ),
    "content_changed": "The object {sha256} in {place} has changed: restore it from a backup.",
    "content_lost": "The object {sha256} is not in {place}: restore it from a backup.",
    "credit_exists": "Store credit {credit_id} was issued before, with other content.",
    "currency_twice": "There are two prices in {currency}: give one for each currency.",
    "customer_erased": "The customer of this order was erased, so they cannot have store credit.",
    "customer_needed": "{label} is limited per customer: set 'customer_id'.",
    "disabled": "{label} is no longer valid.",
    "discount_refunded": (
        "This discount cannot be removed: an item it applies to has been refunded."
    ),
    "document_twice": "Document {number} is listed twice: list it once.",
    "does_not_combine": "{label} cannot be used beside {other}.",
    "employee_not_allowed": (
        "The storefront '{user}' may not name the employee '{employee}' in '{field}'."
    ),
    "empty": "The template is empty: give HTML or CSS, or use 'template.reset'.",
    "empty_range": "The range is empty: its end is not after its start.",
    "empty_text": "The text is empty.",
    "ends_before_it_begins": "'valid_until' is not after 'valid_from'.",
    "erased": "The customer of this order was erased.",
    "exemption_not_possible": "Goods that stay in {country} are not an export.",
    "expired": "{label} was valid until {valid_until}.",
    "fewer_than_used": "It was used {used} times already.",
    "flags_contradict": "State '{key}' cannot have both flags '{one}' and '{other}'.",
    "force_not_allowed": ("The storefront '{user}' may not set '{field}'."),
    "foreign_address": ("The address '{address}' is not one of '{user}'."),
    "foreign_shop": ("The storefront '{user}' may not send messages for the shop '{shop}'."),
    "gift_sold_out": "The gift of {label} is sold out.",
    "gift_unknown": "The gift of {label} is not sold in {currency}.",
    "gifts_differ": (
        "The customer was shown {shown} as gifts, but gets {gifts}: show the price again."
    ),
    "gives_nothing": (
        "The rule gives nothing: set 'percent', 'amount', 'free_shipping' or 'gift_sku'."
    ),
    "guard_objects": "A condition of the state is not met: {reason}.",
    "invalid": "{field}: {problem}",
    "invalid_attribute": ("The attribute '{attribute}' must be a text of at most 200 characters."),
    "invoice_issued": "Invoice {number} was issued and can no longer change.",
    "is_combination": "'{sku}' is a combination of '{parent}': change it there.",
    "is_reversal": "This entry is a reversal itself: record a new payment instead.",
    "leads_to_itself": "State '{key}' cannot have a move to itself.",
    "line_refunded": "Line {line} was refunded in part: refund the rest of it instead.",
    "line_twice": "Line {line} is listed twice: list it once.",
    "merged_before": "Thread {thread_id} was already merged into {merged_into}.",
    "missing_attribute": ("The attribute '{attribute}' is missing."),
    "more_than_due": "{due} are due, less than {wanted}.",
    "move_not_possible": "An order cannot go from '{state}' to '{key}'.",
    "name_too_long": ("The name and the options have more than {characters} characters together."),
    "name_without_address": "'to_name' needs an address in 'to'.",
    "named_twice": "'{twice}' is in the list twice.",
    "negative_minimum": "The minimum must not be negative.",
    "negative_price": "A price is zero or more.",
    "no_attachments": "This shop accepts no attachments.",
    "no_backorder": "An order cannot wait for stock in '{key}': it lacks the flag 'backorder'.",
    "no_carrier_price": "Carrier '{name}' has no such price in {currency}: set one.",
    "no_documents": "No document matches.",
    "no_invoice": "The order has no invoice that a credit slip could correct.",
    "no_picture": "The picture cannot be used: {error}.",
    "no_store_credit": "The customer has no store credit for this order.",
    "no_text": "A message needs a 'text', a 'canned_message', or both.",
    "nobody_to_answer": "'{customer_email}' cannot receive answers: {why}.",
    "nobody_to_confirm": "The sender of this message is unknown.",
    "not_a_command": ("'{name}' is published by services: send a command or a query."),
    "not_an_initial_state": "No order can begin in '{key}'.",
    "not_an_object": ("The message is not a JSON object."),
    "not_delivered_there": "Carrier '{name}' does not deliver to {country}.",
    "not_enough_stock": "{change} of '{sku}' cannot go, {available} are left.",
    "not_enough_store_credit": "{available} of store credit are available, not {wanted}.",
    "not_installed": ("No service is installed that takes '{name}'."),
    "not_json": ("The message is not JSON, or is nested too deeply."),
    "not_money": "Store credit is used by 'store_credit.use', or when the order is placed.",
    "not_of_layout": "A layout has no subject and no text: a mail has.",
    "not_positive": "The amount of a payment must be greater than zero.",
    "not_possible": "This is not possible in the present state of the order or return.",
    "not_privileged": "Only an employee may force a move: name them in 'by'.",
    "not_processed": (
        "The message could not be processed. It is stored for the operator, who can process it"
        " again."
    ),
    "not_sold": "'{sku}' is not sold any more.",
    "not_suppressed": "Mail to '{email}' is not suppressed.",
    "not_utf8": ("The text of the message is not in UTF-8."),
    "not_yet_valid": "{label} is valid from {zone} on.",
    "nothing_asked": "Line {line} has neither pieces nor an amount to refund: set one.",
    "nothing_came_back": "The goods were shipped: use a return to put them back into stock.",
    "nothing_changes": "The command would change nothing.",
    "nothing_chosen": "'taken_off' is 'chosen', but 'choices' selects no products.",
    "nothing_due": "No money is due for this refund.",
    "nothing_invoiced": "All invoices of this order are credited already.",
    "nothing_left": "Credit slip '{code}' is used up, or was paid out in money.",
    "nothing_lifted": "Tax rates can only be set when an exemption is lifted.",
    "nothing_named": "Give either document_id or order_id.",
    "nothing_on_slip": "The price of these pieces was refunded before: there is nothing to credit.",
    "nothing_overpaid": "No more was paid than the total of the order.",
    "nothing_refunded": "Nothing is selected: choose lines, shipping or 'refund_overpaid'.",
    "nothing_to_search": "The search text has no letter and no digit: enter at least one.",
    "numbers_ambiguous": (
        "These settings would produce numbers again, in a later year, that were issued already:"
        " choose another prefix."
    ),
    "numbers_taken": "Numbers up to {last} were issued: start at {free} or later.",
    "one_kind": "A discount is a percentage, an amount, or free shipping: give one of them.",
    "one_source": "Name the products by one of lines, cart_id and order_id.",
    "order_cancelled": (
        "The order was cancelled and its invoices credited: only an excess payment can be given"
        " back."
    ),
    "order_credited": (
        "The order was cancelled and its invoice credited ({numbers}): place a new order, which"
        " money that is still due can pay as store credit (refund.to_store_credit)."
    ),
    "order_ended": "The order released its stock: move it to another state first.",
    "order_exempt": "The order is exempt from tax: only the tax rate 0 is possible.",
    "order_exists": "Order {order_id} was placed before.",
    "other_carrier": "{label} is for deliveries by {carriers}.",
    "other_country": "{label} is for deliveries to {countries}.",
    "other_currency": "{label} is in {currency}, the cart in {cart_currency}.",
    "other_customer": "{label} is for another customer.",
    "other_group": "{label} is for other groups of customers.",
    "other_prices": "{label} is for prices {kind} tax.",
    "out_of_stock": "{wanted} of '{sku}' are wanted, but {available} are in stock.",
    "part_too_large": (
        "The part would have {size} MB; {limit} MB are allowed at most: ask for fewer documents in"
        " a part."
    ),
    "payment_too_large": "The sum of the payments is too large.",
    "pieces_need_slip": (
        "Pieces that are taken back lower the price of the order, so a credit slip or the later"
        " invoice states them: leave 'issue_credit_slip' out. Without one, give an amount without "
        "pieces, as a compensation."
    ),
    "price_by_customer": (
        "Only an employee may set 'unit_price': customers pay the price of the catalogue."
    ),
    "products_missing": "{label} needs {lacking} more of certain products in the cart.",
    "profile_missing": "A new shop needs a profile.",
    "rate_too_large": "At this rate the amounts are too large.",
    "reason_missing": "Forcing a move needs a reason.",
    "reference_taken": "Another order is '{reference}'.",
    "refund_under_way": "The money of this refund is on its way to the customer.",
    "refunded": (
        "Refunds give back {refunded}: without this payment, they would exceed the payments."
    ),
    "reverse_instead": "A reversal is made by 'payment.reverse', not recorded as a payment.",
    "rule_violated": "The e-invoice would violate a rule of its standard: {reason} ({rule}).",
    "same_currency": "The order is in {currency} itself: set a rate of another currency.",
    "same_id": "Two addresses have the same id.",
    "same_thread": "A thread cannot be merged into itself.",
    "shipping_refunded": "The shipping was refunded.",
    "shipping_taxed": (
        "The order is exempt from tax, but its shipping is taxed at {tax_rate}%: leave "
        "'shipping_tax_rate' out."
    ),
    "shipping_twice": "Refund all of the shipping or an amount of it, not both.",
    "sku_taken": "Another product has the SKU '{sku}'.",
    "sku_twice": "The SKU '{sku}' is used twice.",
    "something_refunded": (
        "This discount cannot be removed: an item it applies to has been refunded."
    ),
    "store_credit_gone": (
        "The order gave {amount} of store credit back, but only {left} are still available."
    ),
    "suppressed": "Mail to '{recipient}' came back; 'suppression.release' lets it be sent again.",
    "takes_nothing_off": "The discount would take nothing off this order.",
    "tax_rate_needed": "The tax rate of the shipping is not known: set it in 'shipping_tax_rate'.",
    "taxes_may_differ": (
        "Taxes may differ at the new address, and the order keeps its rates: set "
        "'taxes_checked' to go on."
    ),
    "template_failed": "The template was tried and failed: {error}.",
    "too_large": ("The message has {size} MB; {most} MB are allowed at most."),
    "too_late": "The goods could be returned until {last} only.",
    "too_many": "{count} messages came from '{email}' within an hour: please try again later.",
    "too_many_addresses": "A customer has at most {maximum} addresses: remove one.",
    "too_many_attachments": "There are {files} attachments; at most {most} are allowed.",
    "too_many_pieces": "Line {line} has {pieces} pieces.",
    "too_many_states": "A shop has at most {maximum} states.",
    "too_much": "At most {amount} of line {line} can still be refunded.",
    "too_much_stock": "There would be more than {most} of '{sku}'.",
    "total_differs": (
        "The total is {total}, but the customer was shown {shown}: show the price again."
    ),
    "total_too_large": "The total of the order is too large.",
    "transaction_recorded": (
        "Transaction '{wanted}' was recorded on this order before: {amount} by {method}."
    ),
    "two_currencies": (
        "The amount is in {currency}, the minimum in {minimum_currency}: use one currency."
    ),
    "two_discounts": "A rule takes off either a percentage or an amount: make two rules.",
    "two_named": "Set either 'document_id' or 'order_id'.",
    "two_prices": ("A combination has prices of its own or differences to those of its product."),
    "underway": "This mail is {state}: it is still going to be sent.",
    "unknown_address": "The customer has no address {address_id}.",
    "unknown_asset": "The shop has no picture '{asset}'{suggestion}",
    "unknown_attachment": "There is no attachment {attachment_id} in this shop.",
    "unknown_canned_message": "There is no predefined message '{key}'.",
    "unknown_carrier": "The shop's list has no carrier '{name}': set its price.",
    "unknown_cart": "There is no cart {cart_id} in this shop.",
    "unknown_contact": "There is no contact '{key}'.",
    "unknown_credit_slip": "There is no credit slip '{code}'.",
    "unknown_cursor": "The cursor is invalid; use 'next' of the previous page.",
    "unknown_customer": "There is no customer '{customer_id}' in this shop.",
    "unknown_discount": "The order has no discount {discount_id}.",
    "unknown_document": "There is no document {document_id} in this shop.",
    "unknown_guard": "There is no guard '{name}'; the guards are: {known}.",
    "unknown_invoice": "The order has no invoice {invoice}.",
    "unknown_language": "There are no mails in '{language}', only in: {known}.",
    "unknown_line": "The order has no line {line}.",
    "unknown_mail": "There is no mail {mail_id} in this shop.",
    "unknown_mailbox": "The shop '{shop}' has no mailbox '{mailbox}' in the settings.",
    "unknown_message": "There is no message {message_id} of a sender in this thread.",
    "unknown_name": ("There is no message '{name}'."),
    "unknown_order": "There is no order {order_id} in this shop.",
    "unknown_payment": "The order has no payment {payment_id}.",
    "unknown_placeholder": "Unknown placeholder {placeholder}; available are {known}.",
    "unknown_product": "There is no product '{sku}'.",
    "unknown_refund": "The order has no refund {refund_id}.",
    "unknown_return": "The order has no return {return_id}.",
    "unknown_rule": "There is no cart rule {rule_id}.",
    "unknown_sender": (
        "Several storefronts send messages here: set the AMQP property 'user_id' to the name of"
        " your RabbitMQ user."
    ),
    "unknown_shop": "This shop has no profile yet: send shop.put first.",
    "unknown_source": "'comes_from' contains '{key}', which is not another state of this shop.",
    "unknown_state": "There is no state '{key}'.",
    "unknown_target": "State '{key}' has a move to '{target}', which does not exist.",
    "unknown_template": "There is no template '{template}'{suggestion}",
    "unknown_template_version": (
        "There is no version {version} of this template; the newest is {newest}."
    ),
    "unknown_thread": "There is no thread {thread_id} in this shop.",
    "unknown_version": ("'{name}' has no version {version}. Did you mean {meant}?"),
    "unknown_voucher": "There is no voucher '{code}'.",
    "unpaid_needs_slip": (
        "{unpaid} of this refund was not paid yet. The refund lowers the price, so a credit "
        "slip or the later invoice states it: leave 'issue_credit_slip' out."
    ),
    "unreachable": "State '{key}' cannot be reached: no other state has a move to it.",
    "unseen_messages": (
        "{messages} of the customer arrived meanwhile: read the thread again, then change its "
        "status."
    ),
    "used_up": "{label} has reached its usage limit.",
    "used_up_by_customer": "{label} has reached its usage limit for this customer.",
    "vat_number_needed": "{named} needs the buyer's VAT number in the invoice address.",
    "voucher_exists": "Voucher {rule_id} was made before.",
    "voucher_gone": "The order gave {label} back, which cannot be used for it once more.",
    "which": "Give '{field}' or '{field}_id', one of the two.",
    "whole_price_only": "A standard refund gives back whole prices: use a partial refund instead.",
    "wrong_currency": "'{sku}' is priced in {currency}, not in {cart_currency}.",
    "wrong_routing_key": ("'{name}' was published with the routing key '{key}': use its name."),
    "wrong_syntax": "Peppol carries UBL, not CII.",
    "wrong_vat_number": (
        "An intra-community supply from {home} needs the buyer's VAT number of another EU "
        "country, with its prefix: '{number}' is none."
    ),
    "year_missing": (
        "Numbers that begin anew each year must show the year: set 'year' to 'before' or 'after'."
    ),
}
"""Values stand in braces."""


GENERAL = ("invalid", "too_large", "unknown_sender", "foreign_shop")
"""The codes that every command and query can be refused with."""
OF_CLAIMS = ("employee_not_allowed", "force_not_allowed")
"""The codes of messages with fields by which a sender claims to be an employee, or a right."""
UNREAD = (
    "missing_attribute",
    "invalid_attribute",
    "not_json",
    "not_utf8",
    "not_an_object",
    "too_large",
    "unknown_name",
    "unknown_version",
    "not_a_command",
    "wrong_routing_key",
    "not_installed",
    "not_processed",
    "foreign_address",
)
"""The codes of messages that nobody could read as a command or a query."""


def codes(names: str) -> tuple[str, ...]:
    """Return codes from text with blanks between them. Raises `ValueError` for an unknown code."""
    found = tuple(names.split())
    unknown = sorted(set(found) - SENTENCES.keys())
    if unknown:
        raise ValueError(
            f"No sentence for {', '.join(unknown)}: add one to SENTENCES in"
            " shared/contracts/refusals.py."
        )
    return found
