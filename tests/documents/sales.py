"""Sales of shops in many countries, made by the decisions of `orders`, as input of e-invoices. They
are the same each time. Some lack or misstate what shops and customers often forget.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, get_args
from uuid import UUID

from services.orders.domain.order import Order
from services.orders.domain.placing import Placed
from services.orders.domain.pricing import Rounding  # type: ignore[attr-defined]
from shared.contracts import samples
from shared.contracts.orders import PaymentMethod
from shared.contracts.orders.shops import PaymentMeans
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.editing import issued, try_to_add, try_to_cancel, try_to_discount
from tests.orders.promotions import a_rule, rule_id
from tests.orders.refunds import try_to_refund
from tests.orders.words import MUG, POT, SHOP, TEA, Numbers, a_product, try_to_move, try_to_place

SEED = 16931
SKUS = (MUG, TEA, POT)


@dataclass(frozen=True)
class Country:
    """A country and a company there, with numbers that have correct check digits."""

    vat: str
    rates: tuple[str, ...]
    iban: str
    address: tuple[str, str]
    register: tuple[str, str] | None = None
    tax_number: str = ""
    currency: str = "EUR"


COUNTRIES = {
    "DE": Country("DE123456789", ("19", "7"), "DE89370400440532013000", ("9930", "DE123456789")),
    "NL": Country(
        "NL 1234.56.789.B01",
        ("21", "9"),
        "NL91ABNA0417164300",
        ("0106", "12345678"),
        ("0106", "12345678"),
    ),
    "DK": Country(
        "DK13585628",
        ("25",),
        "DK5000400440116243",
        ("0184", "13585628"),
        ("0184", "13585628"),
        currency="DKK",
    ),
    "SE": Country(
        "SE556012579001",
        ("25", "12", "6"),
        "SE4550000000058398257466",
        ("0007", "5560125790"),
        ("0007", "5560125790"),
        "Godkänd för F-skatt",
        "SEK",
    ),
    "NO": Country(
        "NO923609016MVA",
        ("25", "15"),
        "NO9386011117947",
        ("0192", "923609016"),
        ("0192", "923609016"),
        "Foretaksregisteret",
        "NOK",
    ),
    "GR": Country(
        "EL094014201", ("24", "13"), "GR1601101250000000012300695", ("9933", "094014201")
    ),
    "IS": Country(
        "IS12345",
        ("24", "11"),
        "IS140159260076545510730339",
        ("0196", "5501692829"),
        ("0196", "5501692829"),
        currency="ISK",
    ),
    "IT": Country(
        "IT00743110157", ("22", "4"), "IT60X0542811101000000123456", ("0211", "IT00743110157")
    ),
    "FR": Country(
        "FR 40 303 265 045",
        ("20", "5.5", "2.1"),
        "FR1420041010050500013M02606",
        ("0002", "303265045"),
        ("0002", "303265045"),
    ),
    "BE": Country(
        "BE0202239951",
        ("21", "6"),
        "BE68539007547034",
        ("0208", "0202239951"),
        ("0208", "0202239951"),
    ),
    "AT": Country("ATU12345678", ("20", "10"), "AT611904300234573201", ("9914", "ATU12345678")),
}
OTHERS = [
    ("0088", "7300010000001"),
    ("0088", "7300010000002"),
    ("", ""),
]  # a GLN, a mistyped one, no address
EXEMPTIONS = ("exempt", "reverse_charge", "intra_community", "export")
RULES = [
    a_rule(rule_id=rule_id(number), **gives)  # type: ignore[arg-type]
    for number, gives in enumerate(
        (
            {"percent": "10"},
            {"percent": "33.3"},
            {"percent": "100"},
            {"free_shipping": True},
            {"gift_sku": TEA},
        )
    )
]


def documents(count: int) -> list[DocumentSnapshot]:
    """The first `count` invoices and credit slips."""
    found: list[DocumentSnapshot] = []
    chance = Random(SEED)
    while len(found) < count:
        found += [each for each in _sale(chance) if each.kind in ("invoice", "credit_slip")]
    return found[:count]


def a_company(country: str) -> dict[str, Any]:
    """An address with all that e-invoices want."""
    here = COUNTRIES[country]
    scheme, number = here.address
    return {
        "company": "Analytical Engines",
        "name": "Ada Byron",
        "line1": "12 High Street",
        "postcode": "20354",
        "city": "Town",
        "country": country,
        "phone": "+49 30 1234567",
        "vat_number": here.vat,
        "buyer_reference": "04011000-12345-03",
        "electronic_address": {"scheme": scheme, "id": number},
        "legal_id": {"scheme": here.register[0], "id": here.register[1]} if here.register else None,
    }


def _sale(chance: Random) -> Iterator[DocumentSnapshot]:
    home, abroad = chance.choice(list(COUNTRIES)), chance.choice([*COUNTRIES, "CH"])
    country = home if chance.random() < 0.5 else abroad
    numbers, order = Numbers(), _order(chance, home, country)
    if order is None:
        return
    steps: list[Any] = [
        lambda order: try_to_move(order, "processing", numbers, force=True, reason="?"),
        lambda order: try_to_move(order, "payment_accepted", numbers),
        lambda order: try_to_move(order, "shipped", numbers, force=True, reason="?"),
        lambda order: try_to_add(
            order, {"sku": POT, "quantity": 2}, numbers=numbers, products=_products(chance, home)
        ),
        lambda order: try_to_cancel(order, {"line": 1, "quantity": 1}, numbers=numbers),
        lambda order: try_to_discount(order, numbers, percent="7.5"),
        lambda order: try_to_refund(
            order, "partial", lines=[{"line": 1, "quantity": 0, "amount": euro(3)}]
        ),
        lambda order: try_to_refund(
            order, "standard", lines=[{"line": 2, "quantity": 1}], refund_shipping=True
        ),
        lambda order: try_to_refund(
            order, "partial", lines=[], refund_shipping=True, to_store_credit=True
        ),
    ]
    for step in (steps[chance.randrange(3)], *chance.sample(steps, 3)):
        done = step(order)
        if not isinstance(done, Reason):
            order = done.order
            yield from issued(done.events)


def _order(chance: Random, home: str, country: str) -> Order | None:
    """A new order; None where its terms do not go together."""
    currency = COUNTRIES[home].currency
    exemption = chance.choice(EXEMPTIONS) if chance.random() < 0.3 else ""
    wanted: dict[str, Any] = {
        "order_id": str(UUID(int=chance.getrandbits(128), version=4)),
        "reference": f"R{chance.randrange(10**8)}",
        "lines": [{"sku": sku, "quantity": chance.choice([1, 3, 7])} for sku in (MUG, TEA)],
        "currency": currency,
        "prices": chance.choice(["tax_included", "tax_excluded"]),
        "carrier": "Swift Post",
        "shipping_price": {"amount": chance.choice([0, 490, 1337]), "currency": currency},
        "shipping_tax_rate": "0" if exemption else COUNTRIES[home].rates[0],
        "invoice_address": _customer(chance, country),
        "delivery_address": samples.ADDRESS | {"country": _destination(exemption, home, country)},
        "rules": chance.sample(RULES, chance.randrange(3)),
        "shop": replace(
            SHOP,
            profile=_shop(chance, home),
            rounding=Rounding(per=chance.choice(["line", "total"])),
            payment_methods=(
                PaymentMethod(name="Bank wire", means=chance.choice(get_args(PaymentMeans))),
            ),
        ),
    }
    if chance.random() < 0.25:
        wanted["exchange_rate"] = {"currency": "GBP", "rate": "0.8421"}
    if exemption:
        wanted["exemption"] = {"category": exemption, "reason": "Not taxed: directive 2006/112/EC."}
    products = _products(chance, home).values()
    shown = try_to_place(*products, **wanted, total={"amount": 0, "currency": currency})
    if isinstance(shown, Reason):
        if shown.code != "total_differs":
            return None
        shown = try_to_place(*products, **wanted, total=shown.details["computed"])
    assert isinstance(shown, Placed), shown
    in_cash = (
        shown.order.order_id.int % 3 == 0
    )  # drawn from what was drawn, so that the other sales stay the same
    return replace(shown.order, coin=5) if in_cash else shown.order


def _destination(exemption: str, home: str, country: str) -> str:
    """A country that goods of an exemption may go to."""
    if exemption == "intra_community" and country in (home, "CH", "IS", "NO"):
        return "AT" if home != "AT" else "FR"
    return "CH" if exemption == "export" else country


def _products(chance: Random, home: str) -> dict[str, Any]:
    currency, rates = COUNTRIES[home].currency, (*COUNTRIES[home].rates, "0")
    return {
        sku: a_product(
            sku, chance.choice([0, 3, 840, 1337, 119_00]), chance.choice(rates), currency
        )
        for sku in SKUS
    }


def _shop(chance: Random, country: str) -> ShopProfile:
    here = COUNTRIES[country]
    address = {
        "company": "Corner Shop Ltd",
        "name": "Grace Hopper",
        "line1": "1 Market Square",
        "postcode": "10115",
        "city": "Town",
        "country": country,
        "phone": _usual(chance, "+49 30 1234567"),
        **_numbers(chance, here, forgets=0.06),
    }
    profile: dict[str, Any] = {
        "name": "Corner Shop",
        "email": "service@shop.test",
        "address": address,
        "legal_text": "Goods remain ours.",
        "registration": chance.choice(["", "HRB 12345"]),
        "tax_number": _usual(chance, here.tax_number),
        "bank": {"iban": here.iban} if _usual(chance, "yes") else None,
        "payment_days": chance.choice([None, 0, 14]),
        "payment_terms": chance.choice(["", "Net 14 days", "# 3 %"]),
        "supply_date": chance.choice(["shipped", "issued"]),
    }
    return ShopProfile.model_validate(profile)


def _customer(chance: Random, country: str) -> dict[str, Any]:
    here = COUNTRIES.get(country, COUNTRIES["DE"])
    return {
        "company": "Analytical Engines",
        "name": "Ada Byron",
        "line1": "12 High Street",
        "city": "Town",
        "postcode": _usual(chance, "20354"),
        "country": country,
        "buyer_reference": _usual(chance, "04011000-12345-03"),
        "purchase_order": chance.choice(["", "PO 4711"]),
        **_numbers(chance, here, forgets=0.12),
    }


def _numbers(chance: Random, here: Country, forgets: float) -> dict[str, Any]:
    vat = here.vat if chance.random() > forgets else chance.choice(["", here.vat[2:]])
    register = here.register if chance.random() > forgets else None
    scheme, number = here.address if chance.random() > forgets else chance.choice(OTHERS)
    return {
        "vat_number": vat,
        "legal_id": {"scheme": register[0], "id": register[1]} if register else None,
        "electronic_address": {"scheme": scheme, "id": number} if scheme else None,
    }


def _usual(chance: Random, text: str) -> str:
    return text if chance.random() > 0.08 else ""
