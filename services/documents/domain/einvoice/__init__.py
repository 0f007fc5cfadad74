"""E-invoices: an invoice or credit slip as data for accounting software.

The semantic model is that of EN 16931-1 (terms BT-1…, groups BG-1…), written as CII (UN/CEFACT
D22B, embedded in PDFs by Factur-X and ZUGFeRD) or as UBL 2.1 (used by Peppol).
"""
