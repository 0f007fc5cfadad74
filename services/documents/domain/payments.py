"""Paid and due amounts, and ways to pay: as text, and as the content of a QR code."""

from services.documents.domain.document_text import BankText, Labelled
from services.documents.domain.language import Language
from services.documents.domain.text import clean
from shared.contracts.shop_profile import BankAccount
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import Address, Money
from shared.writing.currencies import decimal

SETTLED = ("invoice", "order_summary")
ROUNDED = (*SETTLED, "credit_slip")
EPC_MOST = (
    99_999_999_999  # cents, the most that a QR code of the European Payments Council can contain
)


def settlement_steps(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return every step from the total to the amount due, with the key of its text: amounts of
    other documents of the order, payments, amounts that other invoices ask for, and the amount due
    or overpaid.

    Return nothing if nothing was paid and the snapshot names no amount due; after payments in
    another currency, only the amount that the snapshot names.
    """
    if snapshot.kind not in SETTLED:
        return []
    paid, rest = _paid(snapshot), due(snapshot)
    if rest is None or not (snapshot.payments or snapshot.due):
        return []
    last = ("due", rest)
    if rest.amount < 0:
        last = ("overpaid", Money(amount=-rest.amount, currency=rest.currency))
    elsewhere = _due_elsewhere(snapshot, rest)
    if paid is None or (elsewhere.amount and not snapshot.payments):
        return [last]
    other = rest.amount + elsewhere.amount - payable(snapshot).amount + paid.amount
    other_key = "other_balance"
    if snapshot.payments:
        other_key = "other_documents"
    steps = []
    if other:
        steps.append((other_key, Money(amount=other, currency=rest.currency)))
    if paid.amount:
        steps.append(("paid", paid))
    if elsewhere.amount:
        steps.append(("due_elsewhere", elsewhere))
    return [*steps, last]


def rounding(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return the rounding of cash, and for a credit slip the rounded amount."""
    found = snapshot.cash_rounding
    if found is None or not found.amount or snapshot.kind not in ROUNDED:
        return []
    steps = [("rounding", found)]
    if snapshot.kind == "credit_slip":
        steps.append(("credited_total", payable(snapshot)))
    return steps


def payable(snapshot: DocumentSnapshot) -> Money:
    """Return the total of a document after cash rounding."""
    if snapshot.cash_rounding is None:
        return snapshot.gross
    amount = snapshot.gross.amount + snapshot.cash_rounding.amount
    return Money(amount=amount, currency=snapshot.gross.currency)


def due(snapshot: DocumentSnapshot) -> Money | None:
    """Return the amount still to be paid, or None if it is unknown. An invoice asks for its own
    total at most: the order's other invoices ask for the rest, in print as in e-invoices.
    """
    whole = payable(snapshot)
    if snapshot.due is None:
        paid = _paid(snapshot)
        if paid is None:
            return None
        return Money(amount=whole.amount - paid.amount, currency=paid.currency)
    if snapshot.kind == "invoice" and snapshot.due.amount > whole.amount:
        return whole
    return snapshot.due


def _due_elsewhere(snapshot: DocumentSnapshot, rest: Money) -> Money:
    """Return the amount that other invoices of the order ask for."""
    whole = rest if snapshot.due is None else snapshot.due
    return Money(amount=whole.amount - rest.amount, currency=rest.currency)


def credit_sentence(snapshot: DocumentSnapshot, language: Language) -> str:
    """Return how the customer gets the amount of a credit slip: as money, as store credit, deducted
    from the amount due, or as parts of these; or the invoice that replaces the cancelled one.
    Unknown parts are left out.
    """
    if snapshot.replaced_by:
        return language.texts["credit_note_replaced"].format(
            invoice=language.embed(snapshot.replaced_by)
        )
    gross = payable(snapshot)
    if snapshot.store_credit is None and snapshot.paid_back is None:
        return language.texts["credit_note"]
    store, money = _amount(snapshot.store_credit), _amount(snapshot.paid_back)
    amounts = {"store": store, "money": money, "due": gross.amount - store - money}
    parts = {key: amount for key, amount in amounts.items() if amount > 0}
    prefix = "part"
    if len(parts) == 1:
        prefix = "credit_note"
    number = language.embed(snapshot.number)
    sentences = []
    for key, amount in parts.items():
        written = language.write_money(Money(amount=amount, currency=gross.currency))
        sentences.append(language.texts[f"{prefix}_{key}"].format(number=number, amount=written))
    return " ".join(sentences)


def _amount(money: Money | None) -> int:
    if money is None:
        return 0
    return money.amount


def payment_terms(snapshot: DocumentSnapshot) -> str:
    """Return the payment terms in words, for an unpaid invoice."""
    rest = due(snapshot)
    if snapshot.kind != "invoice" or rest is None or rest.amount <= 0:
        return ""
    return snapshot.shop.payment_terms


def transfer_details(snapshot: DocumentSnapshot, language: Language) -> BankText | None:
    """Return the shop's account, for an unpaid invoice that is paid by transfer."""
    account, rest = snapshot.shop.bank, due(snapshot)
    if snapshot.kind != "invoice" or not snapshot.by_transfer:
        return None
    if account is None or rest is None or rest.amount <= 0:
        return None
    said = {
        "due": language.write_money(rest),
        "account_holder": language.embed(_holder(snapshot, account)),
        "iban": language.isolate(_in_fours(account.iban)),
        "bic": language.embed(account.bic),
        "payment_reference": language.embed(_reference(snapshot)),
    }
    code = ""
    if account.pay_code in CODES:
        code = CODES[account.pay_code](snapshot, account, rest)
    facts = [Labelled(key, language.texts[key], text) for key, text in said.items() if text]
    return BankText(facts, code, swiss=account.pay_code == "swiss")


def epc(snapshot: DocumentSnapshot, account: BankAccount, rest: Money) -> str:
    """Return a SEPA credit transfer (EPC069-12, version 2, UTF-8); "" if the amount cannot be paid
    so.
    """
    if rest.currency != "EUR" or rest.amount > EPC_MOST:
        return ""
    amount = f"EUR{decimal(rest.amount, 'EUR')}"
    return "\n".join(
        [
            "BCD",
            "002",
            "1",
            "SCT",
            account.bic,
            _holder(snapshot, account)[:70],
            account.iban,
            amount,
            "",
            "",
            _reference(snapshot)[:140],
        ]
    )


def swiss(snapshot: DocumentSnapshot, account: BankAccount, rest: Money) -> str:
    """Return a Swiss QR-bill (version 2, structured addresses, no reference number); "" if that is
    not possible.
    """
    if (
        rest.currency not in ("CHF", "EUR")
        or account.iban[:2] not in ("CH", "LI")
        or rest.amount > EPC_MOST
    ):
        return ""
    creditor = _party(_holder(snapshot, account), snapshot.shop.address)
    debtor = _party(snapshot.invoice_address.legal_name, snapshot.invoice_address)
    nobody = [""] * len(creditor)
    return "\n".join(
        [
            "SPC",
            "0200",
            "1",
            account.iban,
            *creditor,
            *nobody,
            decimal(rest.amount, rest.currency),
            rest.currency,
            *debtor,
            "NON",
            "",
            _reference(snapshot)[:140],
            "EPD",
        ]
    )


CODES = {"epc": epc, "swiss": swiss}


def _paid(snapshot: DocumentSnapshot) -> Money | None:
    currency = snapshot.gross.currency
    amount = 0
    for payment in snapshot.payments:
        if payment.amount.currency != currency:
            return None
        amount += payment.amount.amount
    return Money(amount=amount, currency=currency)


def _holder(snapshot: DocumentSnapshot, account: BankAccount) -> str:
    return clean(account.holder or snapshot.shop.address.legal_name)


def _reference(snapshot: DocumentSnapshot) -> str:
    return clean(f"{snapshot.number} {snapshot.order_reference}")


def _party(name: str, address: Address) -> list[str]:
    """Return type, name, street, building, postcode, town and country."""
    street, town = clean(address.line1)[:70], clean(address.city)[:35]
    return ["S", clean(name)[:70], street, "", clean(address.postcode)[:16], town, address.country]


def _in_fours(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
