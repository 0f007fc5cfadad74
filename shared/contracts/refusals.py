"""The codes by which commands and queries are refused, each with a typical sentence.

A message lists those that it can be refused with as `refusal_codes`; `refuse` accepts no other.
"""

SENTENCES: dict[str, str] = {
    "about_an_order": (
        "This thread is about an order and cannot be merged; merge the other one into it."
    ),
    "already_disabled": "{label} is not valid any more.",
    "already_given": "The order has this discount already.",
    "already_in_state": "The order is in the state '{key}' already.",
    "already_recorded": "Payment {payment_id} was recorded before.",
    "already_refunded": "The refund {refund_id} was created before.",
    "already_requested": "The return {return_id} was requested before.",
    "already_reversed": "This payment was reversed before.",
    "attachment_too_large": "'{filename}' is larger than the {size} that are allowed.",
    "attachment_type": "'{filename}' is of a kind that is not accepted.",
    "balance_too_large": "The balance would be larger than can be stored.",
    "below_minimum": "{label} needs a larger cart: {missing} more.",
    "broken_template": "The template was tried with the sample order and failed: {error}.",
    "carrier_fixed": "The discount '{name}' is for deliveries by {carriers}.",
    "code_taken": "Another rule has the code '{code}'.",
    "content_changed": "The stored document is not what it was: restore it from a backup.",
    "content_lost": "The stored document is lost: restore it from a backup.",
    "credit_exists": "Store credit {credit_id} was issued before, with other content.",
    "customer_erased": (
        "The customer of this order was erased: there is nobody to keep store credit for."
    ),
    "customer_needed": "{label} needs to know who the customer is.",
    "disabled": "{label} is not valid any more.",
    "discount_refunded": "Something of what the discount was taken off is refunded.",
    "document_twice": "The document {wanted} is named twice.",
    "does_not_combine": "{label} cannot be used beside another rule.",
    "empty": "A template brings HTML, CSS, a subject or a text.",
    "empty_range": "The range is empty: its end is not after its beginning.",
    "empty_text": "The text is empty.",
    "ends_before_it_begins": "It ends before it begins.",
    "erased": "The customer of this order was erased.",
    "exemption_not_possible": "Goods that go to {country} stay in the EU: this is no export.",
    "expired": "The time has passed: give one in the future.",
    "fewer_than_used": "It was used {used} times already.",
    "flags_contradict": "An order cannot begin in '{key}', which gives its stock back.",
    "gift_sold_out": "The gift of {label} is sold out.",
    "gift_unknown": "The gift of {label} is not sold in {currency}.",
    "gifts_differ": "As a gift the customer was shown {gifts}, and gets {gift_skus}.",
    "gives_nothing": "It gives neither percent nor amount, free shipping or a gift.",
    "guard_objects": "A condition of the state is not met: {reason}.",
    "invalid": "The data of the command is wrong, see 'faults'.",
    "invoice_issued": "The invoice {number} was issued and stays as it is.",
    "is_reversal": "This entry is a reversal itself: record a new payment instead.",
    "leads_to_itself": "'{key}' cannot lead to itself.",
    "line_refunded": "Line {line} was refunded in part: refund what is left of it instead.",
    "line_twice": "Line {line} is named twice: name it once.",
    "merged_before": "This thread was merged into another one before.",
    "more_than_due": "{asked} of store credit were asked, {left} are due.",
    "move_not_possible": "An order cannot go from '{state}' to '{key}'.",
    "name_without_address": "'to_name' needs an address in 'to'.",
    "named_twice": "'{twice}' is in the list twice.",
    "negative_minimum": "A minimum is zero or more.",
    "negative_price": "A price is zero or more.",
    "no_attachments": "This shop accepts no attachments.",
    "no_backorder": "An order cannot wait for stock in '{key}': it has not the flag 'backorder'.",
    "no_carrier_price": "The carrier '{name}' has no price for this cart: give one.",
    "no_documents": "No document fits.",
    "no_invoice": "There is no invoice that this could be about.",
    "no_picture": "The picture cannot be used: {error}.",
    "no_store_credit": "The customer has no store credit for this order.",
    "no_text": "A message needs a 'text', a 'canned_message', or both.",
    "nobody_to_answer": "'{customer_email}' cannot receive answers: {why}.",
    "nobody_to_confirm": "The sender of this message is unknown.",
    "not_an_initial_state": "No order can begin in '{key}'.",
    "not_delivered_there": "The carrier '{name}' does not deliver to {country}.",
    "not_enough_stock": "{change} of '{sku}' cannot go, {available} are left.",
    "not_enough_store_credit": "{asked} of store credit were asked, {available} are there.",
    "not_money": "Store credit pays by store_credit.use, or when the order is placed.",
    "not_of_layout": "A layout has no subject and no text: a mail has.",
    "not_positive": "The amount is more than zero.",
    "not_possible": "The order or return is in a state in which this cannot be done.",
    "not_privileged": "Only an employee may force a move: name who in 'by'.",
    "not_suppressed": "Mail to '{email}' is not suppressed.",
    "not_yet_valid": "{label} is valid from {zone} on.",
    "nothing_asked": "Of line {line} neither pieces nor an amount are asked.",
    "nothing_came_back": "The goods were shipped: they come back by a return.",
    "nothing_changes": "The command would change nothing.",
    "nothing_chosen": "It takes something off chosen products, and chooses none.",
    "nothing_due": "No money is due for this refund.",
    "nothing_invoiced": "All that was invoiced is credited already.",
    "nothing_left": "Nothing is left of credit slip '{code}', or it was paid out in money.",
    "nothing_lifted": "Rates of tax are given when an exemption is lifted.",
    "nothing_named": "Give either document_id or order_id.",
    "nothing_on_slip": "Nothing is left of the price of these pieces: there is nothing to credit.",
    "nothing_overpaid": "Nothing was paid beyond what the order costs.",
    "nothing_refunded": "Neither lines nor shipping nor anything else is to be refunded.",
    "nothing_to_search": "There is no letter and no digit to search for.",
    "numbers_ambiguous": (
        "Numbers were issued that these settings would give again in a later year."
    ),
    "numbers_taken": "Numbers up to {free} were issued: start at {free} or later.",
    "one_kind": "A discount is a percentage, an amount, or free shipping: give one of them.",
    "one_source": "Name the products by one of lines, cart_id and order_id.",
    "order_cancelled": (
        "The order was cancelled, and all of it credited: only what was paid beyond that can "
        "be given back."
    ),
    "order_credited": (
        "The order was cancelled and its invoice credited ({numbers}): place a new order, "
        "which money that is still due can pay as store credit (refund.to_store_credit)."
    ),
    "order_ended": "The order gave its stock back: take it up again first.",
    "order_exempt": "Nothing of the order is taxed: it takes no rate but 0.",
    "order_exists": "Order {order_id} was placed before.",
    "other_carrier": "{label} is for deliveries by {carriers}.",
    "other_country": "{label} is for deliveries to {countries}.",
    "other_currency": "{label} is in {currency}, the cart in another currency.",
    "other_customer": "{label} is for another customer.",
    "other_group": "{label} is for other groups of customers.",
    "other_prices": "{label} is for prices of the other kind: with tax or without.",
    "out_of_stock": "{wanted} of '{sku}' are wanted and {available} are left.",
    "payment_too_large": "The payments come to more than can be kept.",
    "pieces_need_slip": (
        "Pieces that are taken back lower the price of the order, so a credit slip or the "
        "later invoice states them: leave 'credit_slip' out. Without one, give an amount "
        "without pieces, as a compensation."
    ),
    "price_by_customer": (
        "Only an employee agrees on a price: a customer pays what the catalogue says."
    ),
    "products_missing": "{label} needs {lacking} more of certain products in the cart.",
    "profile_missing": "A new shop needs a profile.",
    "rate_too_large": "At this rate the amounts are too large.",
    "reason_missing": "Forcing a move needs a reason.",
    "reference_taken": "Another order is '{reference}'.",
    "refund_under_way": "The money of this refund is on its way to the customer.",
    "refunded": "This payment was refunded: it cannot be reversed.",
    "reverse_instead": "A payment is taken back by 'payment.reverse', not recorded as one.",
    "rule_violated": "{reason} ({rule}).",
    "same_currency": "The order is in {currency} itself: a rate is for another currency.",
    "same_id": "Two addresses have the same id.",
    "same_thread": "A thread cannot be merged into itself.",
    "shipping_refunded": "The shipping was refunded.",
    "shipping_taxed": (
        "Nothing of the order is taxed, but its shipping at {tax_rate}%: give it without."
    ),
    "shipping_twice": "Refund all of the shipping or an amount of it, not both.",
    "something_refunded": (
        "This discount cannot be removed: an item it applies to has been refunded."
    ),
    "store_credit_gone": "The order gave {amount} of store credit back, of which less is left.",
    "suppressed": "Mail to '{recipient}' came back; 'suppression.release' lets it be sent again.",
    "takes_nothing_off": "There is nothing that it could be taken off.",
    "tax_rate_needed": (
        "The order does not know the tax rate of its shipping: give it in 'shipping_tax_rate'."
    ),
    "taxes_may_differ": (
        "At the new address other taxes may apply: set 'taxes_checked' once they are right."
    ),
    "template_failed": "The template was tried and failed: {error}.",
    "too_late": "Goods could be returned until {last}.",
    "too_many": "{count} messages came from '{email}' within an hour: please try again later.",
    "too_many_addresses": "A customer has at most {MOST} addresses: remove one.",
    "too_many_attachments": "There are {files} attachments; at most {most} are allowed.",
    "too_many_pieces": "Line {line} has {pieces} pieces.",
    "too_many_states": "A shop has {MOST} states at most.",
    "too_much": "Only {amount} can still be taken off or refunded.",
    "too_much_stock": "There would be more than {most} of '{sku}'.",
    "total_differs": "The order comes to {computed}, the customer was shown {shown}.",
    "total_too_large": "The order comes to more than can be kept.",
    "transaction_recorded": (
        "Transaction '{wanted}' was recorded on this order before: {amount} by {method}."
    ),
    "two_currencies": "Amount and minimum are in one currency.",
    "two_discounts": "It takes off either percent or an amount: make two rules.",
    "two_named": "Give only one of 'document_id' and 'order_id'.",
    "underway": "This mail is {state}: it is still going to be sent.",
    "unknown_address": "The customer has no address {address_id}.",
    "unknown_asset": "The shop has no picture '{asset}'.",
    "unknown_attachment": "There is no attachment {attachment_id} in this shop.",
    "unknown_canned_message": "There is no predefined message '{key}'.",
    "unknown_carrier": "The shop's list has no carrier '{name}': give its price.",
    "unknown_cart": "There is no cart {cart_id} in this shop.",
    "unknown_contact": "There is no contact '{key}'.",
    "unknown_credit_slip": "There is no credit slip '{code}'.",
    "unknown_cursor": "The cursor is invalid; use 'next' of the previous page of the same list.",
    "unknown_customer": "There is no customer '{customer_id}' in this shop.",
    "unknown_discount": "The order has no discount {discount_id}.",
    "unknown_document": "There is no document {document_id} in this shop.",
    "unknown_guard": "There is no guard '{name}'; there are: {known}.",
    "unknown_invoice": "The order has no invoice {invoice}.",
    "unknown_kind": "There is no kind of document called {kind}, but: {known}.",
    "unknown_language": "There are no mails in '{language}', only in: {known}.",
    "unknown_line": "The order has no line {line}.",
    "unknown_mail": "There is no mail {mail_id} in this shop.",
    "unknown_mailbox": "The shop '{shop}' has no mailbox '{mailbox}' in the settings.",
    "unknown_message": "There is no message {message_id} of a sender in this thread.",
    "unknown_order": "There is no order {order_id} in this shop.",
    "unknown_payment": "The order has no payment {payment_id}.",
    "unknown_placeholder": "There is no placeholder '{name}'; there are: {known}.",
    "unknown_product": "There is no product '{sku}'.",
    "unknown_refund": "The order has no refund {refund_id}.",
    "unknown_return": "The order has no return {return_id}.",
    "unknown_rule": "There is no cart rule {rule_id}.",
    "unknown_shop": "This shop has no profile yet: send shop.put first.",
    "unknown_source": "There is no other state '{key}' to come from.",
    "unknown_state": "There is no state '{key}'.",
    "unknown_target": "'{key}' leads to '{target}', which does not exist.",
    "unknown_thread": "There is no thread {thread_id} in this shop.",
    "unknown_voucher": "There is no voucher '{code}'.",
    "unpaid_needs_slip": (
        "Pieces that are taken back lower the price of the order, so a credit slip or the "
        "later invoice states them: leave 'credit_slip' out. Without one, give an amount "
        "without pieces, as a compensation."
    ),
    "unreachable": "No order can ever come to '{key}': nothing leads there.",
    "unseen_messages": "A message of the customer arrived meanwhile: read the thread again.",
    "used_up": "{label} has reached its usage limit.",
    "used_up_by_customer": "{label} has reached its usage limit for this customer.",
    "vat_number_needed": "{named} needs the buyer's VAT number in the invoice address.",
    "voucher_exists": "Voucher {rule_id} was made before.",
    "voucher_gone": "The order gave {label} back, which cannot be used for it once more.",
    "which": "Give '{field}' or '{field}_id', one of the two.",
    "whole_price_only": "A standard refund gives back whole prices: refund in part instead.",
    "wrong_currency": "'{sku}' is priced in {currency}, not in the currency of the cart.",
    "wrong_syntax": "Peppol carries UBL, not CII.",
    "wrong_vat_number": (
        "An intra-community supply from {home} needs the buyer's VAT number of another EU "
        "country, with its prefix: '{number}' is none."
    ),
    "year_missing": "Numbers that begin anew each year must show the year.",
}
"""Values stand in braces."""


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
