"""The model as UBL 2.1, `Invoice` or `CreditNote`. Elements are in the order of the schemas."""

from services.documents.domain.einvoice.model import (
    Contact,
    Freight,
    Invoice,
    Item,
    Party,
    Payment,
    Place,
    Vat,
    VatGroup,
)
from services.documents.domain.einvoice.xml import Tree, amount, number, root, written

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{UBL}CommonAggregateComponents-2", f"{UBL}CommonBasicComponents-2"
PIECE = "C62"  # UN/ECE Recommendation 20: one
FREIGHT = "FC"  # UNTDID 7161


class _Ubl:
    """A tree with separate namespaces for simple values (`cbc`) and groups (`cac`)."""

    def __init__(self, tree: Tree, currency: str) -> None:
        self._tree, self._currency = tree, currency

    def group(self, name: str) -> "_Ubl":
        return _Ubl(self._tree.add(name, namespace=CAC), self._currency)

    def add(self, name: str, text: object, /, **attributes: str) -> None:
        """Add a value, unless it is empty."""
        if text not in ("", None):
            self._tree.add(name, text, namespace=CBC, **attributes)

    def money(self, name: str, text: str, currency: str = "") -> None:
        self.add(name, text, currencyID=currency or self._currency)


def write(invoice: Invoice) -> bytes:
    """Return the XML of an invoice."""
    name, quantity = "Invoice", "InvoicedQuantity"
    if invoice.is_credit_note:
        name, quantity = "CreditNote", "CreditedQuantity"
    namespace = f"{UBL}{name}-2"
    tree = root(namespace, name, {"": namespace, "cac": CAC, "cbc": CBC}, CBC)
    ubl = _Ubl(tree, invoice.currency)
    _head(ubl, invoice, name)
    _parties(ubl, invoice)
    if invoice.payment:
        _payment(ubl.group("PaymentMeans"), invoice.payment)
    if invoice.terms:
        ubl.group("PaymentTerms").add("Note", invoice.terms)
    if invoice.freight:
        _freight(ubl.group("AllowanceCharge"), invoice.freight)
    _taxes(ubl, invoice)
    _totals(ubl.group("LegalMonetaryTotal"), invoice)
    for item in invoice.items:
        _item(ubl.group(f"{name}Line"), item, quantity)
    return written(tree)


def _head(ubl: _Ubl, invoice: Invoice, name: str) -> None:
    ubl.add("CustomizationID", invoice.profile.specification)
    ubl.add("ProfileID", invoice.profile.process)
    ubl.add("ID", invoice.number)
    ubl.add("IssueDate", invoice.issued.isoformat())
    if invoice.due_date and not invoice.is_credit_note:
        ubl.add("DueDate", invoice.due_date.isoformat())
    ubl.add(f"{name}TypeCode", invoice.type_code)
    ubl.add("Note", " ".join(invoice.notes))  # Peppol allows one
    ubl.add("DocumentCurrencyCode", invoice.currency)
    if invoice.accounting_tax:
        ubl.add("TaxCurrencyCode", invoice.accounting_tax[0])
    ubl.add("BuyerReference", invoice.buyer_reference)
    order = ubl.group("OrderReference")
    order.add("ID", invoice.purchase_order)
    order.add("SalesOrderID", invoice.sales_order)
    for preceding in invoice.preceding:
        before = ubl.group("BillingReference").group("InvoiceDocumentReference")
        before.add("ID", preceding.number)
        before.add("IssueDate", preceding.issued.isoformat() if preceding.issued else "")


def _parties(ubl: _Ubl, invoice: Invoice) -> None:
    _party(ubl.group("AccountingSupplierParty").group("Party"), invoice.seller)
    _party(ubl.group("AccountingCustomerParty").group("Party"), invoice.buyer)
    delivery = ubl.group("Delivery")
    delivery.add("ActualDeliveryDate", invoice.delivered.isoformat() if invoice.delivered else "")
    _place(delivery.group("DeliveryLocation").group("Address"), invoice.deliver_to.place)
    delivery.group("DeliveryParty").group("PartyName").add("Name", invoice.deliver_to.name)


def _party(tree: _Ubl, party: Party) -> None:
    if party.electronic:
        tree.add("EndpointID", party.electronic.id, schemeID=party.electronic.scheme)
    tree.group("PartyName").add("Name", party.trading_name or party.name)
    _place(tree.group("PostalAddress"), party.place)
    _registered(tree, party.vat_id, "VAT")
    _registered(tree, party.tax_number, "TAX")
    legal = tree.group("PartyLegalEntity")
    legal.add("RegistrationName", party.name)
    if party.legal_id:
        scheme = {"schemeID": party.legal_id.scheme} if party.legal_id.scheme else {}
        legal.add("CompanyID", party.legal_id.id, **scheme)
    if party.contact:
        _contact(tree.group("Contact"), party.contact)


def _registered(tree: _Ubl, number: str, scheme: str) -> None:
    if number:
        tax = tree.group("PartyTaxScheme")
        tax.add("CompanyID", number)
        tax.group("TaxScheme").add("ID", scheme)


def _contact(tree: _Ubl, contact: Contact) -> None:
    tree.add("Name", contact.name)
    tree.add("Telephone", contact.phone)
    tree.add("ElectronicMail", contact.email)


def _place(address: _Ubl, place: Place) -> None:
    address.add("StreetName", place.line1)
    address.add("AdditionalStreetName", place.line2)
    address.add("CityName", place.city)
    address.add("PostalZone", place.postcode)
    address.add("CountrySubentity", place.region)
    address.group("Country").add("IdentificationCode", place.country)


def _payment(means: _Ubl, payment: Payment) -> None:
    means.add("PaymentMeansCode", payment.code, **({"name": payment.text} if payment.text else {}))
    means.add("PaymentID", payment.reference)
    number, branch = payment.domestic or (payment.iban, payment.bic)
    if number:
        account = means.group("PayeeFinancialAccount")
        account.add("ID", number)
        account.add("Name", payment.holder)
        if branch:
            account.group("FinancialInstitutionBranch").add("ID", branch)


def _freight(charge: _Ubl, freight: Freight) -> None:
    charge.add("ChargeIndicator", "true")
    charge.add("AllowanceChargeReasonCode", FREIGHT)
    charge.add("AllowanceChargeReason", freight.reason)
    charge.money("Amount", amount(freight.net))
    _vat(charge.group("TaxCategory"), freight.vat)


def _vat(category: _Ubl, vat: Vat, *, why: bool = False) -> None:
    category.add("ID", vat.category)
    category.add("Percent", number(vat.rate))
    if why:
        category.add("TaxExemptionReason", vat.reason)
    category.group("TaxScheme").add("ID", "VAT")


def _taxes(ubl: _Ubl, invoice: Invoice) -> None:
    whole = ubl.group("TaxTotal")
    whole.money("TaxAmount", amount(invoice.totals.tax))
    for group in invoice.vat:
        _group(whole.group("TaxSubtotal"), group)
    if invoice.accounting_tax:
        currency, tax = invoice.accounting_tax
        ubl.group("TaxTotal").money("TaxAmount", amount(tax), currency)


def _group(subtotal: _Ubl, group: VatGroup) -> None:
    subtotal.money("TaxableAmount", amount(group.basis))
    subtotal.money("TaxAmount", amount(group.tax))
    _vat(subtotal.group("TaxCategory"), group.vat, why=True)


def _totals(tree: _Ubl, invoice: Invoice) -> None:
    totals = invoice.totals
    for name, value in (
        ("LineExtensionAmount", totals.lines),
        ("TaxExclusiveAmount", totals.net),
        ("TaxInclusiveAmount", totals.gross),
        ("ChargeTotalAmount", totals.charges),
        ("PrepaidAmount", totals.paid),
        ("PayableRoundingAmount", totals.rounding),
        ("PayableAmount", totals.due),
    ):
        if value or name != "PayableRoundingAmount":
            tree.money(name, amount(value))


def _item(line: _Ubl, item: Item, quantity: str) -> None:
    line.add("ID", item.number)
    line.add(quantity, item.quantity, unitCode=PIECE)
    line.money("LineExtensionAmount", amount(item.net))
    product = line.group("Item")
    product.add("Name", item.name)
    if item.sku:
        product.group("SellersItemIdentification").add("ID", item.sku)
    _vat(product.group("ClassifiedTaxCategory"), item.vat)
    price = line.group("Price")
    price.money("PriceAmount", number(item.price))
    if item.list_price is not None:
        off = price.group("AllowanceCharge")
        off.add("ChargeIndicator", "false")
        off.money("Amount", number(item.list_price - item.price))
        off.money("BaseAmount", number(item.list_price))
