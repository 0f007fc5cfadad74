"""How an invoice is or was paid: means of payment, account, terms."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from services.documents.domain import payments
from services.documents.domain.einvoice.model import Payment
from services.documents.domain.facts import payment_day
from shared.contracts.shop_profile import BankAccount
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import InvoiceProfile
from shared.writing.currencies import decimal, written
from shared.writing.text import clean

# Means of payment, UNTDID 4461.
NOT_DEFINED, CREDIT_TRANSFER, BANK_ACCOUNT, SEPA_TRANSFER = "1", "30", "42", "58"
DANISH = (
    "10",
    "97",
)  # the codes allowed between Danish companies, of those that a shop can set (DK-R-005)
CREDITED = {
    "en": {
        "replaced": "Set off against invoice {invoice}, which takes the place of what is credited.",
        "credited": "Credited to the customer.",
        "paid_back": "{amount} is paid back to the customer.",
        "set_off": "{amount} is taken off what is still to be paid.",
    },
    "de": {
        "replaced": "Verrechnet mit der Rechnung {invoice}, die an ihre Stelle tritt.",
        "credited": "Wird dem Kunden gutgeschrieben.",
        "paid_back": "{amount} werden dem Kunden zurückgezahlt.",
        "set_off": "{amount} werden mit dem noch offenen Betrag verrechnet.",
    },
    "fr": {
        "replaced": "Imputé sur la facture {invoice}, qui la remplace.",
        "credited": "Porté au crédit du client.",
        "paid_back": "{amount} sont remboursés au client.",
        "set_off": "{amount} sont déduits du montant restant à payer.",
    },
    "fa": {
        "replaced": "با فاکتور {invoice} که جایگزین آن است تسویه می‌شود.",
        "credited": "به حساب مشتری منظور می‌شود.",
        "paid_back": "{amount} به مشتری بازپرداخت می‌شود.",
        "set_off": "{amount} از مبلغ باقی‌ماندهٔ قابل پرداخت کسر می‌شود.",
    },
}
DANISH_IBAN = 18  # DK, two check digits, four of the bank (registration number), ten of the account


def paid(snapshot: DocumentSnapshot) -> Decimal:
    """Return the prepaid amount in the invoice's currency; for a credit slip, the part that became
    store credit. Amounts due for other invoices of the order (`due` may include them) are on those
    invoices only.
    """
    currency, gross = snapshot.gross.currency, payments.payable(snapshot).amount
    if snapshot.kind != "invoice":
        credit = snapshot.store_credit
        return Decimal(decimal(credit.amount, currency)) if credit else Decimal(0)
    rest = payments.due(snapshot)
    if rest is None:
        return Decimal(0)
    return Decimal(decimal(gross - rest.amount, currency))


def payment(snapshot: DocumentSnapshot, due: Decimal, profile: InvoiceProfile) -> Payment | None:
    """Return the means of payment: a transfer to the shop's account if an amount is due and it is
    paid by transfer, else the agreed means. Return None if Dutch rules of Peppol allow only means
    that were not used.
    """
    account, method = snapshot.shop.bank, clean(snapshot.payment_method)
    is_due = snapshot.kind == "invoice" and due > 0
    if is_due and account and snapshot.by_transfer:
        return _transfer(snapshot, account, method)
    if not is_due and profile == "peppol" and _is_within(snapshot, "NL"):
        return None
    code = snapshot.payment_means
    if not code or (_is_within(snapshot, "DK") and code not in DANISH):
        code = NOT_DEFINED
    return Payment(code, method)


def terms(snapshot: DocumentSnapshot, due: Decimal) -> str:
    """Return the payment terms in words: those of the shop for an invoice; for a credit slip how
    the customer gets the amount, as printed.
    """
    if due <= 0:
        return ""
    if snapshot.kind == "invoice":
        return clean(snapshot.shop.payment_terms)
    return " ".join(_credited(snapshot))


def _credited(snapshot: DocumentSnapshot) -> Iterator[str]:
    """Yield how the customer gets the amount of a credit slip, except for its store credit."""
    texts = CREDITED.get(snapshot.language.partition("-")[0], CREDITED["en"])
    if snapshot.replaced_by:
        yield texts["replaced"].format(invoice=clean(snapshot.replaced_by))
        return
    if snapshot.paid_back is None:
        yield texts["credited"]
        return
    whole, back = payments.payable(snapshot), snapshot.paid_back.amount
    store = 0
    if snapshot.store_credit:
        store = snapshot.store_credit.amount
    for key, amount in (("paid_back", back), ("set_off", whole.amount - store - back)):
        if amount > 0:
            yield texts[key].format(amount=written(amount, whole.currency))


def due_date(snapshot: DocumentSnapshot, due: Decimal) -> date | None:
    """Return the last day for paying the amount due."""
    if due <= 0:
        return None
    return payment_day(snapshot)


def _transfer(snapshot: DocumentSnapshot, account: BankAccount, method: str) -> Payment:
    address, iban = snapshot.shop.address, account.iban
    danish = iban.startswith("DK") and len(iban) == DANISH_IBAN and snapshot.gross.currency == "DKK"
    code = CREDIT_TRANSFER
    if danish:
        code = BANK_ACCOUNT
    elif snapshot.gross.currency == "EUR":
        code = SEPA_TRANSFER
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
