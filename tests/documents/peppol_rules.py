"""Rules of Peppol BIS Billing 3.0 and of XRechnung 3.0 over written UBL, said again in words of
ours from the published rule texts: those about what must stand there, which no package that we
could take brings. Dates, names and numbers that only some countries want are in
`test_national_rules`.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
SELLER, BUYER = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
ADDRESS, GOODS = "cac:PostalAddress", "cac:Delivery/cac:DeliveryLocation/cac:Address"
SLACK = Decimal("0.02")
MAIL = "EM"


class Ubl:
    """A document that is asked for what stands in it."""

    def __init__(self, xml: bytes) -> None:
        self.root = etree.fromstring(xml)

    def all(self, path: str) -> list[etree._Element]:
        found: list[etree._Element] = self.root.xpath(path, namespaces=NAMES)
        return found

    def has(self, *paths: str) -> bool:
        return all(
            each.text and each.text.strip()
            for path in paths
            for each in self.all(path) or [etree.Element("x")]
        )

    def text(self, path: str) -> str:
        return "".join(each.text or "" for each in self.all(path)[:1])


def peppol(xml: bytes) -> set[str]:
    """The numbers of Peppol's rules that it breaks."""
    return {rule for rule, keeps in PEPPOL.items() if not keeps(Ubl(xml))}


def xrechnung(xml: bytes) -> set[str]:
    """The numbers of XRechnung's rules that it breaks."""
    return {rule for rule, keeps in XRECHNUNG.items() if not keeps(Ubl(xml))}


def _lines(ubl: Ubl) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    for line in ubl.all("cac:InvoiceLine | cac:CreditNoteLine"):
        quantity, net, price = (
            line.xpath(f"string({path})", namespaces=NAMES)
            for path in (
                "cbc:InvoicedQuantity | cbc:CreditedQuantity",
                "cbc:LineExtensionAmount",
                "cac:Price/cbc:PriceAmount",
            )
        )
        yield Decimal(quantity), Decimal(net), Decimal(price)


def _lines_are_price_times_quantity(ubl: Ubl) -> bool:
    return all(abs(quantity * price - net) <= SLACK for quantity, net, price in _lines(ubl))


def _price_is_list_price_less_discount(ubl: Ubl) -> bool:
    for price in ubl.all("//cac:Price[cac:AllowanceCharge/cbc:BaseAmount]"):
        amounts = [
            Decimal(price.xpath(f"string({path})", namespaces=NAMES))
            for path in (
                "cbc:PriceAmount",
                "cac:AllowanceCharge/cbc:BaseAmount",
                "cac:AllowanceCharge/cbc:Amount",
            )
        ]
        if amounts[0] != amounts[1] - amounts[2]:
            return False
    return True


def _currencies_are_one(ubl: Ubl) -> bool:
    currency, other = ubl.text("cbc:DocumentCurrencyCode"), ubl.text("cbc:TaxCurrencyCode")
    stray = ubl.all(f"//*[@currencyID != '{currency}']")
    return other != currency and all(each.get("currencyID") == other for each in stray)


def _tax_is_told_once_and_once_more(ubl: Ubl) -> bool:
    told, in_other = (
        ubl.all("cac:TaxTotal[cac:TaxSubtotal]"),
        ubl.all("cac:TaxTotal[not(cac:TaxSubtotal)]"),
    )
    return len(told) == 1 and len(in_other) == len(ubl.all("cbc:TaxCurrencyCode"))


def _dates_are_dates(ubl: Ubl) -> bool:
    found = ubl.all("//cbc:IssueDate | //cbc:DueDate | //cbc:ActualDeliveryDate")
    return all(date.fromisoformat(each.text or "") for each in found)


def _transfer_names_an_account(ubl: Ubl) -> bool:
    return ubl.text("cac:PaymentMeans/cbc:PaymentMeansCode") not in ("30", "58") or ubl.has(
        "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
    )


def _endpoint(party: str) -> Callable[[Ubl], bool]:
    return lambda ubl: ubl.has(f"{party}/cbc:EndpointID[@schemeID]")


def _has(*paths: str) -> Callable[[Ubl], bool]:
    return lambda ubl: ubl.has(*paths)


PEPPOL: dict[str, Callable[[Ubl], bool]] = {
    "PEPPOL-EN16931-R001": (
        lambda ubl: ubl.text("cbc:ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    ),
    "PEPPOL-EN16931-R002": lambda ubl: len(ubl.all("cbc:Note")) <= 1,
    "PEPPOL-EN16931-R003": (
        lambda ubl: ubl.has("cbc:BuyerReference") or ubl.has("cac:OrderReference/cbc:ID")
    ),
    "PEPPOL-EN16931-R004": (
        lambda ubl: (
            ubl.text("cbc:CustomizationID")
            == "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
        )
    ),
    "PEPPOL-EN16931-R008": lambda ubl: (
        not [each for each in ubl.all("//*[not(*)]") if not (each.text and each.text.strip())]
    ),
    "PEPPOL-EN16931-R010": _endpoint(BUYER),
    "PEPPOL-EN16931-R020": _endpoint(SELLER),
    "PEPPOL-EN16931-R043": (
        lambda ubl: {each.text for each in ubl.all("//cbc:ChargeIndicator")} <= {"true", "false"}
    ),
    "PEPPOL-EN16931-R046": _price_is_list_price_less_discount,
    "PEPPOL-EN16931-R051": _currencies_are_one,
    "PEPPOL-EN16931-R053": _tax_is_told_once_and_once_more,
    "PEPPOL-EN16931-R120": _lines_are_price_times_quantity,
    "PEPPOL-EN16931-F001": _dates_are_dates,
    "PEPPOL-EN16931-CL008": (
        lambda ubl: MAIL not in {each.get("schemeID") for each in ubl.all("//cbc:EndpointID")}
    ),
}
XRECHNUNG: dict[str, Callable[[Ubl], bool]] = {
    "BR-DE-1": _has("cac:PaymentMeans/cbc:PaymentMeansCode"),
    "BR-DE-3": _has(f"{SELLER}/{ADDRESS}/cbc:CityName"),
    "BR-DE-4": _has(f"{SELLER}/{ADDRESS}/cbc:PostalZone"),
    "BR-DE-5": _has(f"{SELLER}/cac:Contact/cbc:Name"),
    "BR-DE-6": _has(f"{SELLER}/cac:Contact/cbc:Telephone"),
    "BR-DE-7": _has(f"{SELLER}/cac:Contact/cbc:ElectronicMail"),
    "BR-DE-8": _has(f"{BUYER}/{ADDRESS}/cbc:CityName"),
    "BR-DE-9": _has(f"{BUYER}/{ADDRESS}/cbc:PostalZone"),
    "BR-DE-10": _has(f"{GOODS}/cbc:CityName"),
    "BR-DE-11": _has(f"{GOODS}/cbc:PostalZone"),
    "BR-DE-14": _has("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent"),
    "BR-DE-15": _has("cbc:BuyerReference"),
    "BR-DE-18": lambda ubl: not ubl.text("cac:PaymentTerms/cbc:Note").startswith("#"),
    "BR-DE-21": (
        lambda ubl: (
            ubl.text("cbc:CustomizationID")
            == "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
        )
    ),
    "BR-DE-23-a": _transfer_names_an_account,
    **{
        rule: keeps
        for rule, keeps in PEPPOL.items()
        if rule.endswith(("R001", "R008", "R010", "R020", "R043", "R046", "R053", "R120"))
    },
}
