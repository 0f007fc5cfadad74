"""How an invoice is, or was, paid: means of payment, account, terms."""

from datetime import date
from decimal import Decimal

from services.documents.domain import paying
from services.documents.domain.einvoice.model import Payment
from services.documents.domain.facts import payment_day
from shared.contracts.documents import InvoiceProfile
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import BankAccount
from shared.writing.currencies import decimal
from shared.writing.text import clean

# Means of payment, UNTDID 4461.
NOT_DEFINED, CREDIT_TRANSFER, BANK_ACCOUNT, SEPA_TRANSFER = "1", "30", "42", "58"
DANISH = (
    "10",
    "97",
)  # what Danish companies may say among themselves of those that a shop can give (DK-R-005)
DANISH_IBAN = 18  # DK, two check digits, four of the bank (registration number), ten of the account


def paid(snapshot: DocumentSnapshot) -> Decimal:
    """Return what was paid before, in the invoice's currency; of a credit slip what became store
    credit. What an order owes for other invoices (`due` may hold it) is asked for by those, not
    twice.
    """
    currency, gross = snapshot.gross.currency, paying.payable(snapshot).amount
    if snapshot.kind != "invoice":
        credit = snapshot.store_credit
        return Decimal(decimal(credit.amount, currency)) if credit else Decimal(0)
    rest = paying.due(snapshot)
    return Decimal(0) if rest is None else Decimal(decimal(gross - rest.amount, currency))


def payment(snapshot: DocumentSnapshot, due: Decimal, profile: InvoiceProfile) -> Payment | None:
    """Return the means of payment: to the shop's account, if it has named one and something is due
    to it; else as it was agreed. None where Dutch rules of Peppol allow only means that were not
    used.
    """
    account, method = snapshot.shop.bank, clean(snapshot.payment_method)
    is_due = snapshot.kind == "invoice" and due > 0
    if is_due and account:
        return _transfer(snapshot, account, method)
    if not is_due and profile == "peppol" and _is_within(snapshot, "NL"):
        return None
    code = snapshot.payment_means
    if not code or (_is_within(snapshot, "DK") and code not in DANISH):
        code = NOT_DEFINED
    return Payment(code, method)


def terms(snapshot: DocumentSnapshot, due: Decimal) -> str:
    """Return the terms of payment in words: of what is due, or of a credit slip how it was agreed
    to be paid.
    """
    if due <= 0:
        return ""
    return clean(
        snapshot.payment_method if snapshot.kind != "invoice" else snapshot.shop.payment_terms
    )


def due_date(snapshot: DocumentSnapshot, due: Decimal) -> date | None:
    """Return the last day for the payment of what is due."""
    return payment_day(snapshot) if due > 0 else None


def _transfer(snapshot: DocumentSnapshot, account: BankAccount, method: str) -> Payment:
    address, iban = snapshot.shop.address, account.iban
    danish = iban.startswith("DK") and len(iban) == DANISH_IBAN and snapshot.gross.currency == "DKK"
    code = (
        BANK_ACCOUNT
        if danish
        else SEPA_TRANSFER
        if snapshot.gross.currency == "EUR"
        else CREDIT_TRANSFER
    )
    return Payment(
        code,
        method,
        iban,
        account.bic,
        clean(account.holder or address.legal_name),
        reference=clean(f"{snapshot.number} {snapshot.order_reference}"),
        domestic=(iban[8:], iban[4:8]) if danish else None,
    )


def _is_within(snapshot: DocumentSnapshot, country: str) -> bool:
    return snapshot.shop.address.country == snapshot.invoice_address.country == country
