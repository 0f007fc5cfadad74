"""PDF/A-3 with an embedded e-invoice (Factur-X, ZUGFeRD), also accessible (PDF/UA-1).

WeasyPrint 70 lists an attachment twice among the associated files, and writes added metadata as a
second RDF block where only one is allowed: both are corrected here.
"""

from datetime import datetime
from typing import Any

import pydyf
from weasyprint import Attachment

VARIANT = "pdf/a-3a"
NAME = "Factur-X EN 16931"
FILE = "factur-x.xml"
END = b"</rdf:RDF>"
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PDF_UA = "http://www.aiim.org/pdfua/ns/id/"
CLAIMS = """
<rdf:Description rdf:about="" xmlns:fx="{fx}">
  <fx:DocumentType>INVOICE</fx:DocumentType>
  <fx:DocumentFileName>{file}</fx:DocumentFileName>
  <fx:Version>1.0</fx:Version>
  <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="{ua}" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
SCHEMA = """
<rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>{title}</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li>"""
PROPERTY = """
<rdf:li rdf:parseType="Resource">
  <pdfaProperty:name>{name}</pdfaProperty:name>
  <pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
  <pdfaProperty:category>{category}</pdfaProperty:category>
  <pdfaProperty:description>{description}</pdfaProperty:description>
</rdf:li>"""


def attachment(xml: bytes, issued: datetime, fetcher: Any) -> Attachment:
    """Return the e-invoice as an attachment of the PDF, dated like the document."""
    return Attachment(
        string=xml,
        name=FILE,
        description="The invoice as data (EN 16931)",
        relationship="Data",
        created=issued,
        modified=issued,
        url_fetcher=fetcher,
    )


def describe(document: Any) -> None:
    """Add the e-invoice to the metadata of a rendered document: one RDF block, with the extension
    schemas it uses.
    """
    usual = document.metadata.generate_rdf_metadata

    def generate(variant: str, version: int, conformance: str | None) -> bytes:
        block, end, rest = usual(variant, version, conformance).rpartition(END)
        return bytes(block + _OURS + end + rest)

    document.metadata.generate_rdf_metadata = generate


def finish(_document: Any, pdf: Any) -> None:
    """Complete the file; WeasyPrint calls this before writing. Each associated file is listed once,
    and the title is shown.
    """
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})


def _schema(title: str, uri: str, prefix: str, *properties: str) -> str:
    return SCHEMA.format(title=title, uri=uri, prefix=prefix, properties="".join(properties))


def _property(name: str, description: str, kind: str = "Text", category: str = "external") -> str:
    return PROPERTY.format(name=name, kind=kind, category=category, description=description)


_OURS = CLAIMS.format(
    fx=FACTUR_X,
    ua=PDF_UA,
    file=FILE,
    schemas="".join(
        [
            _schema(
                "Factur-X PDFA Extension Schema",
                FACTUR_X,
                "fx",
                _property("DocumentFileName", "name of the embedded XML invoice file"),
                _property("DocumentType", "INVOICE"),
                _property("Version", "The actual version of the Factur-X XML schema"),
                _property(
                    "ConformanceLevel", "The conformance level of the embedded Factur-X data"
                ),
            ),
            _schema(
                "PDF/UA identification schema",
                PDF_UA,
                "pdfuaid",
                _property("part", "Part of ISO 14289", "Integer", "internal"),
            ),
        ]
    ),
).encode()
