"""The model as UN/CEFACT Cross Industry Invoice, as in Factur-X and XRechnung. Elements are in the
order of the schema.
"""

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
from services.documents.domain.einvoice.xml import Tree, amount, day, number, root, written

RSM, RAM, UDT, QDT = (
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
)
PIECE = "C62"  # UN/ECE Recommendation 20: one
FREIGHT = "FC"  # UNTDID 7161


def write(invoice: Invoice) -> bytes:
    """Return the XML of an invoice."""
    tree = root(RSM, "CrossIndustryInvoice", {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}, RAM)
    context = tree.add("ExchangedDocumentContext", namespace=RSM)
    if invoice.profile.process:
        context.add("BusinessProcessSpecifiedDocumentContextParameter").add(
            "ID", invoice.profile.process
        )
    context.add("GuidelineSpecifiedDocumentContextParameter").add(
        "ID", invoice.profile.specification
    )
    _head(tree.add("ExchangedDocument", namespace=RSM), invoice)
    trade = tree.add("SupplyChainTradeTransaction", namespace=RSM)
    for item in invoice.items:
        _item(trade.add("IncludedSupplyChainTradeLineItem"), item)
    _agreement(trade.add("ApplicableHeaderTradeAgreement"), invoice)
    _delivery(trade.add("ApplicableHeaderTradeDelivery"), invoice)
    _settlement(trade.add("ApplicableHeaderTradeSettlement"), invoice)
    return written(tree)


def _head(head: Tree, invoice: Invoice) -> None:
    head.add("ID", invoice.number)
    head.add("TypeCode", invoice.type_code)
    _day(head.add("IssueDateTime"), invoice.issued)
    for note in invoice.notes:
        head.add("IncludedNote").add("Content", note)


def _day(tree: Tree, at: object, namespace: str = UDT) -> None:
    tree.add("DateTimeString", day(at), namespace=namespace, format="102")  # type: ignore[arg-type]


def _item(line: Tree, item: Item) -> None:
    line.add("AssociatedDocumentLineDocument").add("LineID", item.number)
    product = line.add("SpecifiedTradeProduct")
    product.add_optional("SellerAssignedID", item.sku)
    product.add("Name", item.name)
    prices = line.add("SpecifiedLineTradeAgreement")
    if item.list_price is not None:
        listed = prices.add("GrossPriceProductTradePrice")
        listed.add("ChargeAmount", number(item.list_price))
        off = listed.add("AppliedTradeAllowanceCharge")
        off.add("ChargeIndicator").add("Indicator", "false", namespace=UDT)
        off.add("ActualAmount", number(item.list_price - item.price))
    prices.add("NetPriceProductTradePrice").add("ChargeAmount", number(item.price))
    line.add("SpecifiedLineTradeDelivery").add("BilledQuantity", item.quantity, unitCode=PIECE)
    settlement = line.add("SpecifiedLineTradeSettlement")
    _vat(settlement.add("ApplicableTradeTax"), item.vat)
    settlement.add("SpecifiedTradeSettlementLineMonetarySummation").add(
        "LineTotalAmount", amount(item.net)
    )


def _vat(tax: Tree, vat: Vat) -> None:
    tax.add("TypeCode", "VAT")
    tax.add("CategoryCode", vat.category)
    tax.add("RateApplicablePercent", number(vat.rate))


def _agreement(agreement: Tree, invoice: Invoice) -> None:
    agreement.add_optional("BuyerReference", invoice.buyer_reference)
    _party(agreement.add("SellerTradeParty"), invoice.seller)
    _party(agreement.add("BuyerTradeParty"), invoice.buyer)
    agreement.add("SellerOrderReferencedDocument").add("IssuerAssignedID", invoice.sales_order)
    agreement.add("BuyerOrderReferencedDocument").add("IssuerAssignedID", invoice.purchase_order)


def _party(tree: Tree, party: Party) -> None:
    tree.add("Name", party.name)
    if party.legal_id or party.trading_name:
        _organization(tree.add("SpecifiedLegalOrganization"), party)
    if party.contact:
        _contact(tree.add("DefinedTradeContact"), party.contact)
    _place(tree.add("PostalTradeAddress"), party.place)
    if party.electronic:
        address = party.electronic
        tree.add("URIUniversalCommunication").add("URIID", address.id, schemeID=address.scheme)
    if party.vat_id:
        tree.add("SpecifiedTaxRegistration").add("ID", party.vat_id, schemeID="VA")
    if party.tax_number:
        tree.add("SpecifiedTaxRegistration").add("ID", party.tax_number, schemeID="FC")


def _organization(tree: Tree, party: Party) -> None:
    if party.legal_id:
        scheme = {"schemeID": party.legal_id.scheme} if party.legal_id.scheme else {}
        tree.add("ID", party.legal_id.id, **scheme)
    tree.add_optional("TradingBusinessName", party.trading_name)


def _contact(tree: Tree, contact: Contact) -> None:
    tree.add_optional("PersonName", contact.name)
    if contact.phone:
        tree.add("TelephoneUniversalCommunication").add("CompleteNumber", contact.phone)
    if contact.email:
        tree.add("EmailURIUniversalCommunication").add("URIID", contact.email)


def _place(tree: Tree, place: Place) -> None:
    tree.add_optional("PostcodeCode", place.postcode)
    tree.add_optional("LineOne", place.line1)
    tree.add_optional("LineTwo", place.line2)
    tree.add_optional("CityName", place.city)
    tree.add("CountryID", place.country)
    tree.add_optional("CountrySubDivisionName", place.region)


def _delivery(delivery: Tree, invoice: Invoice) -> None:
    there = delivery.add("ShipToTradeParty")
    there.add("Name", invoice.deliver_to.name)
    _place(there.add("PostalTradeAddress"), invoice.deliver_to.place)
    if invoice.delivered:
        event = delivery.add("ActualDeliverySupplyChainEvent")
        _day(event.add("OccurrenceDateTime"), invoice.delivered)


def _settlement(settlement: Tree, invoice: Invoice) -> None:
    payment = invoice.payment
    settlement.add_optional("PaymentReference", payment.reference if payment else "")
    if invoice.accounting_tax:
        settlement.add("TaxCurrencyCode", invoice.accounting_tax[0])
    settlement.add("InvoiceCurrencyCode", invoice.currency)
    if payment:
        _payment(settlement.add("SpecifiedTradeSettlementPaymentMeans"), payment)
    for group in invoice.vat:
        _group(settlement.add("ApplicableTradeTax"), group)
    if invoice.freight:
        _freight(settlement.add("SpecifiedTradeAllowanceCharge"), invoice.freight)
    if invoice.terms or invoice.due_date:
        _terms(settlement.add("SpecifiedTradePaymentTerms"), invoice)
    _totals(settlement.add("SpecifiedTradeSettlementHeaderMonetarySummation"), invoice)
    for preceding in invoice.preceding:
        before = settlement.add("InvoiceReferencedDocument")
        before.add("IssuerAssignedID", preceding.number)
        if preceding.issued:
            _day(before.add("FormattedIssueDateTime"), preceding.issued, QDT)


def _terms(terms: Tree, invoice: Invoice) -> None:
    terms.add_optional("Description", invoice.terms)
    if invoice.due_date:
        _day(terms.add("DueDateDateTime"), invoice.due_date)


def _payment(tree: Tree, payment: Payment) -> None:
    tree.add("TypeCode", payment.code)
    tree.add_optional("Information", payment.text)
    if payment.iban:
        account = tree.add("PayeePartyCreditorFinancialAccount")
        account.add("IBANID", payment.iban)
        account.add_optional("AccountName", payment.holder)
    if payment.bic:
        tree.add("PayeeSpecifiedCreditorFinancialInstitution").add("BICID", payment.bic)


def _group(tax: Tree, group: VatGroup) -> None:
    tax.add("CalculatedAmount", amount(group.tax))
    tax.add("TypeCode", "VAT")
    tax.add_optional("ExemptionReason", group.vat.reason)
    tax.add("BasisAmount", amount(group.basis))
    tax.add("CategoryCode", group.vat.category)
    tax.add("RateApplicablePercent", number(group.vat.rate))


def _freight(charge: Tree, freight: Freight) -> None:
    charge.add("ChargeIndicator").add("Indicator", "true", namespace=UDT)
    charge.add("ActualAmount", amount(freight.net))
    charge.add("ReasonCode", FREIGHT)
    charge.add_optional("Reason", freight.reason)
    _vat(charge.add("CategoryTradeTax"), freight.vat)


def _totals(tree: Tree, invoice: Invoice) -> None:
    totals = invoice.totals
    tree.add("LineTotalAmount", amount(totals.lines))
    tree.add("ChargeTotalAmount", amount(totals.charges))
    tree.add("TaxBasisTotalAmount", amount(totals.net))
    tree.add("TaxTotalAmount", amount(totals.tax), currencyID=invoice.currency)
    if invoice.accounting_tax:
        currency, tax = invoice.accounting_tax
        tree.add("TaxTotalAmount", amount(tax), currencyID=currency)
    if totals.rounding:
        tree.add("RoundingAmount", amount(totals.rounding))
    tree.add("GrandTotalAmount", amount(totals.gross))
    tree.add("TotalPrepaidAmount", amount(totals.paid))
    tree.add("DuePayableAmount", amount(totals.due))
