"""E-invoices: an invoice or credit slip as data that another company's books can read.

The semantic model is that of EN 16931-1 (terms BT-1…, groups BG-1…), written as CII (UN/CEFACT
D22B, what Factur-X and ZUGFeRD put into a PDF) or as UBL 2.1 (what Peppol carries).
"""
