"""Say which codes each command and query can be refused with, and what their details hold."""

from shared.contracts.claims import Claim, claim_fields
from shared.contracts.message import Command, CommandOrQuery
from shared.contracts.refusals import GENERAL

DETAILS = {
    "attachment_too_large": "`largest`: the allowed size in bytes",
    "attachment_type": "`allowed`: the accepted types",
    "gifts_differ": "`computed`, `shown`: SKUs of the gifts",
    "guard_objects": "`guard`: name of the condition; `possible`: states that can be reached",
    "invalid": "`faults`: all faults, each with `field`, `problem` and `sentence`",
    "move_not_possible": "`possible`: states that can be reached",
    "not_enough_stock": "`left`: pieces in stock",
    "numbers_taken": "`next_possible`: the first free number",
    "out_of_stock": "`sku`; `left`: pieces in stock",
    "rule_violated": "`rule`; `violations`: all violated rules, each with `rule` and `reason`",
    "tax_rate_needed": "`line`: number of the line",
    "too_large": "`most`: the allowed size in bytes",
    "too_late": "`until`: the last day",
    "too_many": "`most`: the limit",
    "too_many_attachments": "`most`: the limit",
    "too_many_pieces": "`left`: what can still be refunded or returned",
    "too_much": "`left`: the largest amount that is possible",
    "too_much_stock": "`left`: pieces that can still be added",
    "total_differs": "`computed`, `shown`: the two totals",
    "transaction_recorded": "`payment_id`: the payment with this transaction",
    "underway": "`state`: of the mail",
    "unknown_name": "`did_you_mean`: types of messages",
    "unknown_product": "`sku`",
    "unknown_version": "`did_you_mean`: types of messages",
    "unseen_messages": "`messages`: ids of the messages that were not seen",
    "wrong_currency": "`sku`",
    "wrong_routing_key": "`routing_key`: the right one",
}
"""What the details of a code hold besides `field`."""


def codes_of(message: type[CommandOrQuery]) -> list[str]:
    """Return all codes that a command or a query can be refused with, sorted."""
    found = {*message.refusal_codes, *GENERAL}
    claimed = {claim for _, claim in claim_fields(message)}
    if claimed & {Claim.EMPLOYEE, Claim.CONSENT}:
        found.add("employee_not_allowed")
    if Claim.FORCE in claimed:
        found.add("force_not_allowed")
    if issubclass(message, Command):
        found.add("conflict")
    return sorted(found)
